"""A whole library as a folder, and back: each revision a file, everything that stands about them in `library.json`.

The manifest carries a proof under a key that only this installation has. Where the proof holds, revisions come back with
their signatures and are served as before; where it does not, nobody is known to have signed anything.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.content import documents
from app.records.library_copy import Copy, LibraryCopy, Restored

MANIFEST = "library.json"
_FORM = "carelight library 1"
_NO_COPY = Copy({}, {}, {})


@dataclass(frozen=True, slots=True)
class Brought:
    """What became of a folder. `proven` says whether its manifest is this installation's own."""

    proven: bool
    restored: Restored


def write(copies: LibraryCopy, key: bytes, folder: Path) -> int:
    """The whole library into `folder`; how many revisions. The same library gives the same bytes."""
    copy = copies.take()
    for (slug, number), text in copy.texts.items():
        file = folder / _name(slug, number)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    library = {"people": copy.people, "articles": copy.rows}
    manifest = {"form": _FORM, "library": library, "proof": _proof(library, key)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_bytes((json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    return len(copy.texts)


def holds(folder: Path) -> bool:
    """Whether `folder` is a library that was written whole."""
    return folder.is_dir() and (folder / MANIFEST).is_file()


def bring_in(copies: LibraryCopy, key: bytes, folder: Path, *, dry_run: bool = False) -> Brought:
    """The library of `folder` into this one; an article whose files are not those of the manifest counts as unproven."""
    texts = _texts(folder)
    library = _proven(folder / MANIFEST, key)
    ours = _copy(library, texts) if library is not None else _NO_COPY
    foreign = {key: text for key, text in texts.items() if key not in ours.texts}
    return Brought(library is not None, copies.bring_in(ours, foreign, dry_run=dry_run))


def _name(slug: str, number: int) -> Path:
    """The file of a revision; a text of the clinic is no Markdown."""
    return Path(slug) / f"{number:04}{'.txt' if documents.is_text(slug) else '.md'}"


def _texts(folder: Path) -> dict[tuple[str, int], str]:
    """Every revision file by slug and number; what has another name is none."""
    found: dict[tuple[str, int], str] = {}
    for file in sorted(folder.glob("*/*")):
        if file.stem.isdecimal() and file.suffix in (".md", ".txt"):
            found[file.parent.name, int(file.stem)] = file.read_bytes().decode(errors="replace")
    return found


def _proof(library: Mapping[str, Any], key: bytes) -> str:
    told = json.dumps(library, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hmac.new(key, told.encode(), hashlib.sha256).hexdigest()


def _proven(file: Path, key: bytes) -> Mapping[str, Any] | None:
    """What the manifest holds, if this installation wrote it."""
    try:
        manifest = json.loads(file.read_bytes())
        library, proof = manifest["library"], manifest["proof"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if manifest.get("form") != _FORM or not isinstance(proof, str):
        return None
    return library if hmac.compare_digest(_proof(library, key).encode(), proof.encode()) else None


def _copy(library: Mapping[str, Any], texts: Mapping[tuple[str, int], str]) -> Copy:
    """The part of a proven manifest whose revisions are all here, each with exactly its bytes."""
    rows = {
        slug: tables
        for slug, tables in library["articles"].items()
        if all(_sha256(texts.get((slug, row["number"]))) == row["sha256"] for row in tables["revisions"])
    }
    of_ours = {(slug, row["number"]) for slug, tables in rows.items() for row in tables["revisions"]}
    return Copy(library["people"], rows, {key: text for key, text in texts.items() if key in of_ours})


def _sha256(text: str | None) -> str:
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()
