"""`carelight eval` as it is typed: tables on the screen, files beside it, and one line where something cannot be used."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.commands import evaluate
from app.wiring import Application
from tests.app.evals.test_questions import GIVEN, written

Run = Callable[..., Result]


@pytest.fixture
def eval_run(small: Application, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `carelight eval` on the small library."""

    @contextmanager
    def application(_data_dir: Path | None, *, indexed: bool = False) -> Iterator[Application]:
        yield small

    monkeypatch.setattr(evaluate, "application", application)
    return lambda *arguments: CliRunner().invoke(evaluate.evaluate, list(map(str, arguments)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two questions about gout, with history and without."""
    return written(tmp_path / "q.jsonl", GIVEN, {**GIVEN, "id": 8, "question": "what is gout?", "history": []})


@pytest.mark.parametrize("suite", ["retrieval", "answers", "abstention", "grounding", "facts"])
def test_a_suite_prints_tables_and_writes_and_compares_its_json(suite: str, eval_run: Run, file: Path, tmp_path: Path) -> None:
    """Run again on the same library, nothing has changed."""
    kept, read = tmp_path / "kept.json", tmp_path / "worst.txt"
    first = eval_run(suite, file, "--json", kept, "--worst", read)
    assert first.exit_code == 0, first.output
    assert first.stdout.startswith(f"{suite}: 2 ")
    assert set(json.loads(kept.read_text(encoding="utf-8"))["questions"]) == {"7", "8"}
    assert "fell short" in read.read_text(encoding="utf-8")
    again = eval_run(suite, file, "--compare", kept)
    assert again.stdout.splitlines()[-1] == "none"


def test_red_flags_are_kept_and_compared_too(eval_run: Run, tmp_path: Path) -> None:
    """With the misses listed unless told otherwise."""
    rows = written(tmp_path / "r.jsonl", {"id": 1, "messages": ["I have crushing chest pain and I am sweating"], "level": "routine"})
    first = eval_run("red-flags", rows, "--json", tmp_path / "kept.json")
    assert "ALARM 1" in first.stdout
    again = eval_run("red-flags", rows, "--no-misses", "--compare", tmp_path / "kept.json")
    assert (again.exit_code, "ALARM" in again.stdout, "figures that changed" in again.stdout) == (0, False, True)


def test_a_file_to_compare_with_is_read_before_the_work(eval_run: Run, file: Path, tmp_path: Path) -> None:
    """Nobody waits five minutes to be told of a wrong name."""
    result = eval_run("retrieval", file, "--compare", tmp_path / "missing.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "missing.json holds no earlier report" in result.stderr


def test_a_file_without_a_usable_question_is_one_line(eval_run: Run, tmp_path: Path) -> None:
    """Missing, broken or empty: figures over nothing are none."""
    for name, text in (("broken.jsonl", "{"), ("empty.jsonl", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        result = eval_run("answers", tmp_path / name)
        assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1)
        assert f"{name} cannot be used" in result.stderr
    assert "cannot be used (FileNotFoundError)" in eval_run("grounding", tmp_path / "none.jsonl").stderr
