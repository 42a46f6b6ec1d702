"""`carelight audit`: what an auditor asks at the command line, and what they are told when somebody changed the log."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from app.records.models import now
from tests.app.channels import webhook
from tests.app.commands.looks import Look, Run


@pytest.fixture
def log(run: Run, look: Look, folder: Path) -> Path:
    """A data folder in which Nora read two cases."""
    run("staff", "add", "nora", "--name", "Nora", text="correct horse battery\n")
    with look() as app:
        who = app.staff_admin.account("nora").id
        for case in ("case-1", "case-2"):
            app.audit.record(who, "case.read", case)
        app.audit.record("system", "settings.changed", "0123")
    return folder


def _tamper(folder: Path, statement: str) -> None:
    held = sqlite3.connect(folder / "carelight.db")
    with held:
        held.execute(statement)
    held.close()


def _rows(run: Run, *options: str) -> list[list[str]]:
    """Actor, verb and subject of each line."""
    ran = run("audit", "show", *options)
    assert ran.exit_code == 0, ran.output
    return [line.split("\t")[2:] for line in ran.stdout.splitlines()]


def test_the_newest_entries_are_shown_with_names_oldest_first(run: Run, log: Path) -> None:
    """The log holds ids; people know logins."""
    assert _rows(run, "-n", "3") == [
        ["nora", "case.read", "case-1"],
        ["nora", "case.read", "case-2"],
        ["system", "settings.changed", "0123"],
    ]


@pytest.mark.parametrize(
    ("options", "subjects"),
    [
        (("--actor", "nora"), ["case-1", "case-2"]),
        (("--verb", "settings."), ["0123"]),
        (("--subject", "case-2"), ["case-2"]),
        (("--verb", "case.", "-n", "1"), ["case-2"]),
        (("--verb", "case.", "--since", "2099-01-01"), []),
        (("--verb", "case.", "--until", "2099-01-01"), ["case-1", "case-2"]),
        (("--verb", "case.", "--until", "2020-01-01"), []),
    ],
)
def test_entries_are_found_by_who_what_which_and_when(options: tuple[str, ...], subjects: list[str], run: Run, log: Path) -> None:
    """Each option narrows."""
    assert [row[2] for row in _rows(run, *options)] == subjects


def test_how_many_there_are_is_told_beside_the_entries(run: Run, log: Path) -> None:
    """On the error stream, so that a script reads entries alone."""
    assert "1 of 2 entries" in run("audit", "show", "--verb", "case.", "-n", "1").stderr


def test_a_log_that_nobody_touched_is_whole(run: Run, log: Path) -> None:
    """And how many entries that is."""
    ran = run("audit", "verify")
    assert ran.exit_code == 0
    assert "entries are as they were written (1 to " in ran.stdout


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'somebody' WHERE subject = 'case-1'", "DELETE FROM audit WHERE subject = 'case-1'"]
)
def test_an_entry_that_was_changed_or_taken_out_is_named(statement: str, run: Run, log: Path) -> None:
    """With an exit code that a script sees."""
    _tamper(log, statement)
    ran = run("audit", "verify")
    assert ran.exit_code == 1
    assert "the audit log is not whole: entry " in ran.stderr


def test_a_checkpoint_kept_elsewhere_proves_the_log_afterwards(run: Run, log: Path, tmp_path: Path) -> None:
    """One line a time, added to a file; the log may grow meanwhile."""
    kept = tmp_path / "kept.txt"
    first = run("audit", "checkpoint", "--out", str(kept)).stdout
    run("staff", "disable", "nora")
    run("audit", "checkpoint", "--out", str(kept))
    assert kept.read_text().splitlines()[0] == first.strip()
    assert len(kept.read_text().splitlines()) == 2
    assert run("audit", "verify", "--against", str(kept)).exit_code == 0


def test_a_log_that_is_shorter_than_its_checkpoint_is_found_out(run: Run, log: Path, tmp_path: Path) -> None:
    """The newest entries taken away with the head set back: the chain itself is whole."""
    kept = tmp_path / "kept.txt"
    run("audit", "checkpoint", "--out", str(kept))
    for statement in (
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit WHERE id = (SELECT max(id) FROM audit)",
        "UPDATE audit_head SET number = (SELECT max(id) FROM audit), hash = (SELECT hash FROM audit ORDER BY id DESC LIMIT 1)",
    ):
        _tamper(log, statement)
    assert run("audit", "verify").exit_code == 0
    ran = run("audit", "verify", "--against", str(kept))
    assert ran.exit_code == 1
    assert "it is missing" in ran.stderr


@pytest.mark.parametrize(("held", "told"), [(None, "cannot be read"), ("no checkpoint\n", "holds no checkpoint")])
def test_a_file_without_a_checkpoint_is_one_line(held: str | None, told: str, run: Run, log: Path, tmp_path: Path) -> None:
    """Which file, and what it should hold."""
    if held is not None:
        (tmp_path / "kept.txt").write_text(held)
    ran = run("audit", "verify", "--against", str(tmp_path / "kept.txt"))
    assert (ran.exit_code, len(ran.stderr.strip().splitlines())) == (1, 1)
    assert told in ran.stderr


def test_a_checkpoint_is_sent_where_the_clinic_says(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To somebody whom this server's operator cannot change."""
    with webhook() as elsewhere:
        monkeypatch.setenv("CARELIGHT_NOTIFY_AUDIT", elsewhere.url)
        ran = run("audit", "checkpoint", "--send")
        assert ran.exit_code == 0, ran.output
        (sent,) = elsewhere.taken
    assert ran.stdout.splitlines()[-1] in sent["message"]


def test_a_checkpoint_that_could_not_be_sent_is_an_exit_code(run: Run, log: Path) -> None:
    """No channel is set; the line is made and shown all the same."""
    ran = run("audit", "checkpoint", "--send")
    assert ran.exit_code == 1
    assert "carelight-audit " in ran.stdout
    assert "CARELIGHT_NOTIFY_AUDIT" in ran.stderr


def test_the_oldest_part_is_counted_then_cut_and_the_rest_is_whole(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cut itself is on the trail, and signed."""
    before = len(_rows(run))
    monkeypatch.setattr("app.commands.audit.now", lambda: now() + timedelta(days=60))
    assert run("audit", "cut", "--days", "30", "--dry-run").stdout == f"{before} entries would be deleted\n"
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "cut", "--days", "30").stdout == f"{before} entries deleted\n"
    assert [row[:2] for row in _rows(run)] == [["operator", "audit.cut"]]
    assert run("audit", "verify").exit_code == 0


def test_a_log_that_is_not_whole_is_not_cut(run: Run, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cut would take the evidence away."""
    _tamper(log, "UPDATE audit SET actor = 'somebody' WHERE subject = 'case-1'")
    monkeypatch.setattr("app.commands.audit.now", lambda: now() + timedelta(days=60))
    ran = run("audit", "cut", "--days", "30")
    assert ran.exit_code == 1
    assert "nothing of it is cut" in ran.stderr


def test_the_newest_month_cannot_be_cut(run: Run, log: Path) -> None:
    """Whoever did something today must not take it out today."""
    assert run("audit", "cut", "--days", "29").exit_code == 2
