"""What libraries would fetch lies on disk before they are imported."""

import json
import os
from pathlib import Path

import pytest
import tiktoken.load

from app import offline
from app.errors import DataFolderError

pytestmark = pytest.mark.usefixtures("kept_environment")


def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    """A traceback at the first start helps no one."""
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(DataFolderError, match="--data-dir") as caught:
        offline.prepare(tmp_path / "data")
    assert str(tmp_path / "data") in str(caught.value)


def test_an_asset_that_cannot_be_laid_down_is_the_same_error(tmp_path: Path) -> None:
    """A data folder that is only partly writable must not start either."""
    (tmp_path / "chainlit").write_text("in the way")
    with pytest.raises(DataFolderError, match=str(tmp_path)):
        offline.prepare(tmp_path)


def test_libraries_are_pointed_into_the_data_folder_and_away_from_the_network(tmp_path: Path) -> None:
    """Chainlit and NiceGUI write where these point, at import."""
    offline.prepare(tmp_path)
    folders = [os.environ[name] for name in ("CHAINLIT_APP_ROOT", "TIKTOKEN_CACHE_DIR", "NICEGUI_STORAGE_PATH")]
    assert folders == [str(tmp_path / name) for name in ("chainlit", "tiktoken", "nicegui")]
    assert os.environ["HF_HUB_OFFLINE"] == "1"


@pytest.mark.parametrize("name", ["LITERAL_API_KEY", "LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"])
def test_tracing_to_third_parties_is_switched_off(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's shell must not send patients' words to a tracing service."""
    monkeypatch.setenv(name, "true")
    offline.prepare(tmp_path)
    assert name not in os.environ


@pytest.mark.parametrize("name", ["cl100k_base", "o200k_base"])
def test_token_encodings_load_without_a_network(name: str, tmp_path: Path) -> None:
    """tiktoken would otherwise download them during a patient's turn."""
    offline.prepare(tmp_path)
    ranks = tiktoken.load.load_tiktoken_bpe(f"https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken")
    assert ranks[b" the"] > 0


def test_page_assets_are_laid_anew_at_every_start(tmp_path: Path) -> None:
    """An upgrade must reach the page, and an old file must not survive it."""
    offline.prepare(tmp_path)
    style = tmp_path / "chainlit" / "public" / "carelight.css"
    fresh = style.read_bytes()
    style.write_text("old")
    offline.prepare(tmp_path)
    assert style.read_bytes() == fresh


@pytest.mark.parametrize("language", ["en-US", "es"])
def test_our_translations_stand_among_chainlits_own(language: str, tmp_path: Path) -> None:
    """A key that only Chainlit has would otherwise show as its bare name."""
    offline.prepare(tmp_path)
    merged = json.loads((tmp_path / "chainlit" / ".chainlit" / "translations" / f"{language}.json").read_text())
    ours = json.loads((offline._UI / "translations" / f"{language}.json").read_text())
    theirs = json.loads((offline._chainlit_package() / "translations" / f"{language}.json").read_text())
    assert dict(_leaves(ours)).items() <= dict(_leaves(merged)).items()
    assert dict(_leaves(theirs)).keys() <= dict(_leaves(merged)).keys()


def _leaves(tree: dict[str, object], path: str = "") -> list[tuple[str, str]]:
    """Every text of a translation file with its path."""
    found: list[tuple[str, str]] = []
    for key, value in tree.items():
        found += _leaves(value, f"{path}{key}.") if isinstance(value, dict) else [(f"{path}{key}", str(value))]
    return found
