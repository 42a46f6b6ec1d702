"""The command line: what it prints, what it ends with, and one line instead of a traceback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from app.records.staff import StaffStore
from app.settings import Settings
from app.wiring import Application
from tests.app.channels import webhook
from tests.fakes import article_text

Run = Callable[..., Result]


def test_screen_reads_standard_input_and_prints_one_line_each(run: Run) -> None:
    """`… | carelight screen -` is how it is used in a pipe."""
    lines = '{"id": 1, "messages": ["I have crushing chest pain and I am sweating"]}\nbroken\n'
    result = run("screen", "-", text=lines)
    printed = [json.loads(line) for line in result.stdout.splitlines()]
    assert (result.exit_code, printed[0]["level"], "error" in printed[1]) == (0, "emergency", True)


@pytest.mark.parametrize("text", ["", "\n\n", "broken\n"])
def test_a_run_in_which_nothing_could_be_read_fails(text: str, run: Run) -> None:
    """A script must notice that it measured nothing."""
    assert run("screen", "-", text=text).exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("screen", "missing.jsonl"), "missing.jsonl cannot be read"),
        (("corpus", "add", "missing.md"), "missing.md:1: file: cannot be read"),
    ],
)
def test_a_file_that_is_not_there_is_one_line(arguments: tuple[str, ...], words: str, run: Run) -> None:
    """Which file, and no traceback."""
    result = run(*arguments)
    assert (result.exit_code, len(result.stderr.strip().splitlines())) == (1, 1)
    assert words in result.stderr


def test_a_wrong_setting_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the variable and where the right names stand."""
    monkeypatch.setenv("CARELIGHT_REGOIN", "US")
    result = run("corpus", "list")
    assert result.exit_code == 1
    assert result.stderr.startswith("carelight: unknown setting CARELIGHT_REGOIN; see docs/settings.md")


def test_production_mode_does_not_serve_with_gaps(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It lists each gap instead."""
    monkeypatch.setenv("CARELIGHT_MODE", "production")
    result = run("serve", "--port", "0")
    assert result.exit_code == 1
    assert "CARELIGHT_ORIGIN" in result.stderr


def test_an_article_is_added_listed_and_exported_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    """A clinic moves its library from one server to another without a changed offset."""
    written = article_text("## Overview\n\nNaïve “quotes” at 100 °F.\n", title="Fever", slug="fever")
    (tmp_path / "fever.md").write_text(written, encoding="utf-8")
    assert "added: 1 fever" in run("corpus", "add", str(tmp_path / "fever.md")).stdout
    assert "unchanged: 1 fever" in run("corpus", "add", str(tmp_path / "fever.md")).stdout
    run("corpus", "export", str(tmp_path / "out"))
    assert (tmp_path / "out" / "fever.md").read_text(encoding="utf-8") == written
    assert [line.split("\t")[0] for line in run("corpus", "list").stdout.splitlines()] == ["fever", "gout"]


def test_a_member_of_staff_is_added_with_a_password_from_standard_input(run: Run, folder: Path) -> None:
    """And may then sign in."""
    result = run("staff", "add", "nora", "--name", "Nora", "--title", "nurse", text="correct horse battery\n")
    assert result.exit_code == 0
    app = Application(Settings(data_dir=folder))
    assert [(member.name, member.title) for member in app.staff.team("care")] == [("Nora", "nurse")]
    assert StaffStore(app.database).sign_in("nora", "correct horse battery")
    app.close()


@pytest.mark.parametrize(("name", "waits_for"), [((), "nora"), (("n.smith",), "n.smith")])
def test_an_account_can_wait_for_a_clinic_account(name: tuple[str, ...], waits_for: str, run: Run, folder: Path) -> None:
    """By its own name, or by the one that the clinic's accounts have for them."""
    run("staff", "add", "nora", text="correct horse battery\n")
    assert run("staff", "join", "nora", *name).stdout == f"nora waits for the clinic account {waits_for}.\n"
    assert run("staff", "join", "nobody").exit_code == 1


@pytest.mark.parametrize(
    ("role", "password", "words"), [("care", "short", "12 characters"), ("doctor", "correct horse battery", "role must be")]
)
def test_a_member_who_cannot_be_added_is_told_why(role: str, password: str, words: str, run: Run) -> None:
    """One line, without the password."""
    result = run("staff", "add", "nora", "--role", role, text=f"{password}\n")
    assert result.exit_code == 1
    assert words in result.stderr
    assert password not in result.stderr


def test_a_test_message_goes_to_every_channel(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is reported, without its address; a channel that fails is an exit code that a script sees."""
    with webhook() as works, webhook() as fails:
        fails.code = 500
        monkeypatch.setenv("CARELIGHT_NOTIFY_FIRST", works.url)
        monkeypatch.setenv("CARELIGHT_NOTIFY_ON_CALL", fails.url)
        result = run("notify", "test")
    assert result.output.splitlines() == ["first 1: JSON\ttaken", "on call 1: JSON\trefused with code 500"]
    assert result.exit_code == 1
    assert "test message" in works.taken[0]["title"]


def test_without_channels_the_test_says_where_to_set_them(run: Run) -> None:
    """Silence would look like success."""
    result = run("notify", "test")
    assert result.exit_code == 1
    assert "CARELIGHT_NOTIFY_FIRST" in result.output
