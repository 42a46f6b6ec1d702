"""The release record: what is bound to figures, and what is found to be something else later."""

import json
from pathlib import Path

import pytest

from app.content import release_record
from app.evals.report import EarlierError
from app.wiring import Application
from knowledge.article import parse

REPORT = {
    "suite": "red-flags",
    "about": {"set": "a clinic's own"},
    "figures": {"Recall": {"emergency": {"value": 0.98, "hits": 98, "total": 100}}},
    "questions": {"a": {"found": 1.0}},
}


def _report(folder: Path, content: object) -> Path:
    file = folder / "report.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    return file


def test_a_record_binds_every_part_with_its_way_back_and_the_figures(small: Application, tmp_path: Path) -> None:
    """And no words of a question: figures alone."""
    made = release_record.record(small, [_report(tmp_path, REPORT)])
    assert set(made["parts"]) == set(release_record.WAY_BACK)
    assert all(len(part["sha256"]) == 64 and part["way_back"] for part in made["parts"].values())
    assert made["figures"][0]["figures"] == REPORT["figures"]
    assert made["figures"][0]["questions"] == 1


def test_what_has_not_changed_is_what_was_measured(small: Application) -> None:
    """However often it is looked at."""
    assert release_record.differing(small, json.loads(json.dumps(release_record.record(small, [])))) == {}


def test_an_article_that_changed_is_named_with_its_way_back(small: Application) -> None:
    """And nothing else is."""
    earlier = release_record.record(small, [])
    slug, revision = next(iter(small.library.snapshot().revisions.items()))
    small.library.publish([parse(revision.article.text.replace("## Overview\n", "## Overview\n\nA new sentence.\n", 1), slug)], "test")
    assert release_record.differing(small, earlier) == {"articles": release_record.WAY_BACK["articles"]}


def test_one_file_of_code_that_changed_changes_the_code(tmp_path: Path) -> None:
    """A byte is enough; a file of the corpus is none of the code."""
    for name in ("app/a.py", "knowledge/corpus/gout.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    before = release_record.files(tmp_path, ["app", "knowledge"])
    (tmp_path / "knowledge/corpus/gout.md").write_text("2")
    assert release_record.files(tmp_path, ["app", "knowledge"]) == before
    (tmp_path / "app/a.py").write_text("2")
    assert release_record.files(tmp_path, ["app", "knowledge"]) != before


@pytest.mark.parametrize("content", [[], {}, {"suite": "x"}, "words"])
def test_what_holds_no_figures_is_refused_by_name(content: object, small: Application, tmp_path: Path) -> None:
    """An empty record would look like a measured one."""
    with pytest.raises(EarlierError, match=r"report\.json holds no figures"):
        release_record.record(small, [_report(tmp_path, content)])


@pytest.mark.parametrize("content", [[], {}, {"parts": {"code": {}}}, "words"])
def test_what_is_no_record_is_refused(content: object, small: Application) -> None:
    """Nothing to compare with is not the same as nothing that changed."""
    with pytest.raises(EarlierError, match="no release record"):
        release_record.differing(small, content)  # type: ignore[arg-type]
