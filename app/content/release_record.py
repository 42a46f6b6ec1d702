"""The release record: which code, rules, classifier, articles and texts were measured with which figures, and the way back for each.

A figure is worth what it was measured on. The record binds both by hashes, so that a clinic can tell whether what runs today is what
was measured, name the part that is not, and take just that part back.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.evals.report import EarlierError
from app.records.models import now
from app.wiring import Application

_ROOT = Path(__file__).parent.parent.parent
_PACKAGES = ("app", "guardrails", "knowledge", "retrieval")
_APART = ("guardrails/rules/", "guardrails/model/", "knowledge/corpus/")
"""What has a line of its own, or is brought into the records and counted there."""
_CODE = frozenset({".py", ".yaml", ".json", ".jsonl", ".npz", ".safetensors", ".html", ".css", ".js", ".md"})
WAY_BACK: Mapping[str, str] = {
    "code": "install the version before with its lock file, and restore the backup that was made before the upgrade",
    "rules": "rules ship with the code: install the version before; its sign-offs still stand under its fingerprint",
    "classifier": "ships with the code: install the version before; without its files the rules work alone, and the start says so",
    "embedding model": "set CARELIGHT_EMBEDDING_MODEL back and run `carelight index rebuild`",
    "articles": "give patients an earlier revision again at /desk/editor, article by article, or withdraw it",
    "texts": "give patients an earlier revision again at /desk/editor/texts",
    "language model": "set CARELIGHT_MODEL back, or take it out: answers are then quoted",
}
"""How each part is taken back; the record carries these words so that nobody searches for them in a bad hour."""


def parts(app: Application) -> dict[str, dict[str, Any]]:
    """Every part that decides what patients get, each with a hash that changes when it does."""
    texts = app.text_store.served().texts
    revisions = app.library.snapshot().revisions
    unsigned = set(app.library.unsigned())
    return {
        "code": {"version": version("carelight"), "sha256": files(_ROOT, _PACKAGES)},
        "rules": {"sha256": app.rules_fingerprint, "signed_by": list(app.sign_offs.names(app.rules_fingerprint))},
        "classifier": {"sha256": files(_ROOT / "guardrails", ("model",), every=True), "in_use": app.classifier is not None},
        "embedding model": {"name": app.settings.embedding_model, "sha256": _text(app.embedder.fingerprint)},
        "articles": {
            "sha256": _lines(f"{slug} {revision.number} {_text(revision.article.text)}" for slug, revision in revisions.items()),
            "count": len(revisions),
            "signed": len(revisions.keys() - unsigned),
        },
        "texts": {
            "sha256": _lines(f"{slug} {text.sha256}" for slug, text in texts.items()),
            "signed": sum(t.signed for t in texts.values()),
        },
        "language model": {"name": app.settings.model, "sha256": _text(app.settings.model)},
    }


def record(app: Application, reports: Sequence[Path]) -> dict[str, Any]:
    """What runs now, with the figures of reports that `carelight eval … --json` wrote; EarlierError names one that is none."""
    return {
        "made": now().isoformat(timespec="seconds"),
        "mode": app.settings.mode,
        "region": app.settings.region,
        "parts": {name: {**part, "way_back": WAY_BACK[name]} for name, part in parts(app).items()},
        "figures": [_figures(report) for report in reports],
    }


def differing(app: Application, earlier: Mapping[str, Any]) -> dict[str, str]:
    """Parts that are no longer what the record binds, each with its way back. EarlierError where it is no record."""
    try:
        then = {str(name): str(part["sha256"]) for name, part in earlier["parts"].items()}
    except (LookupError, TypeError, AttributeError):
        raise EarlierError("this is no release record; `carelight release record FILE` writes one") from None
    return {name: WAY_BACK[name] for name, part in parts(app).items() if part["sha256"] != then.get(name)}


def _figures(report: Path) -> dict[str, Any]:
    try:
        data = report.read_bytes()
        read = json.loads(data)
        return {
            "suite": read["suite"],
            "about": read["about"],
            "figures": read["figures"],
            "questions": len(read["questions"]),
            "sha256": hashlib.sha256(data).hexdigest(),
        }
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise EarlierError(f"{report} holds no figures ({type(error).__name__}); `carelight eval … --json FILE` writes them") from None


def files(root: Path, folders: Iterable[str], *, every: bool = False) -> str:
    """One hash over names and bytes of the files in `folders` below `root`: of code alone, unless `every` is set."""
    found = sorted(file for folder in folders for file in (root / folder).rglob("*") if file.is_file())
    told = []
    for file in found:
        name = file.relative_to(root).as_posix()
        if every or (file.suffix in _CODE and not name.startswith(_APART)):
            told.append(f"{name} {hashlib.sha256(file.read_bytes()).hexdigest()}")
    return _lines(told)


def _lines(lines: Iterable[str]) -> str:
    return _text("\n".join(sorted(lines)))


def _text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
