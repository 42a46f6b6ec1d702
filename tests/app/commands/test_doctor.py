"""`carelight doctor`: what an installation lacks for production, in words that say what to do, and a code that a script sees."""

import pytest

from app import production
from tests.app.commands.looks import Look, Run


def test_every_gap_is_a_line_and_the_exit_code_tells(run: Run, look: Look) -> None:
    """The same ones that keep a server from starting in production mode."""
    ran = run("doctor")
    with look() as app:
        missing = production.missing(app)
    assert ran.exit_code == 1
    assert ran.stdout.splitlines() == [f"- {gap}" for gap in missing]
    assert "CARELIGHT_REGION is not set" in ran.stdout


def test_a_gap_that_is_closed_is_told_no_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever works down the list sees it grow shorter."""
    before = run("doctor").stdout.splitlines()
    monkeypatch.setenv("CARELIGHT_REGION", "US")
    run("staff", "add", "ada", "--role", "administrator", text="correct horse battery\n")
    after = run("doctor").stdout.splitlines()
    closed = [line for line in before if line not in after]
    assert [line.split()[1] for line in closed] == ["CARELIGHT_REGION", "nobody"]


def test_where_nothing_is_missing_it_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script goes on."""
    monkeypatch.setattr(production, "missing", lambda _app: [])
    ran = run("doctor")
    assert (ran.exit_code, ran.stdout) == (0, "Nothing is missing.\n")
