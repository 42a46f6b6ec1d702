"""`carelight corpus impact` and `must-answer` as they are typed: readable for an editor, an exit code for a merge check."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.commands import corpus
from app.content.changes import read
from app.wiring import Application
from tests.app.gates import clinic, gout, heart_attack
from tests.fakes import article

Run = Callable[..., Result]


@pytest.fixture
def run(small: Application, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `carelight corpus` on a clinic with three articles."""
    app = clinic(small)

    @contextmanager
    def application(_data_dir: Path | None, *, indexed: bool = False) -> Iterator[Application]:
        yield app

    monkeypatch.setattr(corpus, "application", application)
    return lambda *arguments: CliRunner().invoke(corpus.corpus, list(map(str, arguments)))


@pytest.fixture
def shorter(tmp_path: Path) -> Path:
    """The article on gout without its self-care."""
    body = gout().text
    start, end = body.index("## Self-care"), body.index("## When to get help")
    path = tmp_path / "gout.md"
    path.write_text(body[:start] + body[end:], encoding="utf-8")
    return path


def test_a_merge_check_fails_where_a_question_that_must_be_answered_would_lose_its_article(run: Run, tmp_path: Path) -> None:
    """The report says which question and why, before everything else."""
    run("must-answer", "add", "What can I do myself for gout?", "--article", "gout")
    other = article("## Overview\n\nGrain grows on fields.\n", title="Grain", slug="gout", synonyms="wheat")
    (tmp_path / "gout.md").write_text(other.text, encoding="utf-8")
    result = run("impact", tmp_path / "gout.md")
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("Must-answer questions that would lose what they have")
    assert "would lose its answer" in " ".join(result.stdout.split())


def test_a_change_that_takes_no_answer_away_passes_with_a_report(run: Run, tmp_path: Path) -> None:
    """Other first aid on a card is shown, and has to be looked at by a person at the desk."""
    path = tmp_path / "heart-attack.md"
    path.write_text(heart_attack().text.replace("Sit the person", "Help the person to sit"), encoding="utf-8")
    result = run("impact", path)
    assert result.exit_code == 0, result.output
    assert "First aid on care cards that changes" in result.stdout
    assert "stored questions asked" in result.stdout


def test_the_json_is_what_the_desk_keeps(run: Run, shorter: Path) -> None:
    """And is all that stands on standard output."""
    result = run("impact", shorter, "--json")
    assert result.exit_code == 0, result.output
    kept = json.loads(result.stdout)
    assert read(kept).articles == ("gout",)
    assert kept["fingerprint"] == read(kept).fingerprint


def test_a_file_that_is_served_as_it_is_says_so(run: Run, tmp_path: Path) -> None:
    """Nothing was asked."""
    (tmp_path / "gout.md").write_text(gout().text, encoding="utf-8")
    result = run("impact", tmp_path / "gout.md")
    assert (result.exit_code, result.stdout.strip()) == (0, "Nothing differs from what patients get now.")


def test_the_list_is_kept_from_the_command_line(run: Run) -> None:
    """Added, listed with its number, taken off by it."""
    run("must-answer", "add", "What is gout?", "--article", "gout")
    run("must-answer", "add", "Am I ill?")
    assert run("must-answer", "list").stdout.splitlines() == ["1\tgout\tWhat is gout?", "2\tany article\tAm I ill?"]
    assert run("must-answer", "remove", "1").exit_code == 0
    assert run("must-answer", "list").stdout.splitlines() == ["2\tany article\tAm I ill?"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("must-answer", "keep"), 2, "say add, remove or list"),
        (("must-answer", "add", "What is flu?", "--article", "flu"), 1, "no article is called flu"),
        (("must-answer", "remove", "7"), 1, "number 7"),
        (("must-answer", "remove", "gout"), 1, "say the number"),
    ],
)
def test_a_wrong_entry_is_one_line(arguments: tuple[str, ...], code: int, words: str, run: Run) -> None:
    """Not a traceback."""
    result = run(*arguments)
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (code, 1)
    assert words in result.stderr
