"""`carelight staff`: every account from its first day to its last, each step on the trail as the operator's."""

import pytest

from app.records.audit import Wanted
from tests.app.commands.looks import Look, Run

PASSWORD = "correct horse battery"
OTHER = "a quiet harbour walk"


@pytest.fixture
def nora(run: Run) -> str:
    """A nurse with an account."""
    assert run("staff", "add", "nora", "--name", "Nora", text=f"{PASSWORD}\n").exit_code == 0
    return "nora"


def _token(look: Look, login: str = "nora", password: str = PASSWORD) -> str:
    with look() as app:
        return app.staff.sign_in(login, password) or ""


@pytest.mark.parametrize(("role", "desk"), [("care", "/care"), ("editor", "/editor"), ("reviewer", "/editor"), ("administrator", "/admin")])
def test_whoever_is_added_is_told_their_desk(role: str, desk: str, run: Run) -> None:
    """The operator passes it on."""
    ran = run("staff", "add", "max", "--role", role, text=f"{PASSWORD}\n")
    assert ran.exit_code == 0
    assert ran.stdout.endswith(f"max may sign in at {desk} as {role}.\n")


def test_the_list_tells_how_each_account_stands(run: Run, look: Look, nora: str) -> None:
    """Role, second factor, open desks, and whether it is closed."""
    run("staff", "add", "lea", "--role", "reviewer", "--lead", text=f"{PASSWORD}\n")
    run("staff", "disable", "lea")
    _token(look)
    rows = [line.split("\t") for line in run("staff", "list").stdout.splitlines()]
    assert [row[:5] for row in rows] == [
        ["lea", "reviewer, lead", "lea", "password alone", "disabled"],
        ["nora", "care", "Nora", "password alone", "1 open desk"],
    ]
    assert [row[5].endswith("UTC") for row in rows] == [False, True]


def test_somebody_disabled_is_out_at_once_and_comes_back(run: Run, look: Look, nora: str) -> None:
    """The open desk ends with it."""
    token = _token(look)
    assert run("staff", "disable", nora).stdout == "nora can sign in no more.\n"
    with look() as app:
        assert app.staff.member(token) is None
    assert _token(look) == ""
    assert run("staff", "enable", nora).stdout == "nora can sign in again.\n"
    assert _token(look)


def test_another_role_is_another_desk(run: Run, look: Look, nora: str) -> None:
    """And the clinical lead is told by an option."""
    assert run("staff", "role", nora, "reviewer", "--lead").stdout == "nora is reviewer now, at /editor.\n"
    with look() as app:
        account = app.staff_admin.account(nora)
    assert (account.role, account.lead) == ("reviewer", True)


def test_another_password_ends_open_desks(run: Run, look: Look, nora: str) -> None:
    """It is read from standard input."""
    token = _token(look)
    assert run("staff", "password", nora, text=f"{OTHER}\n").exit_code == 0
    with look() as app:
        assert app.staff.member(token) is None
    assert _token(look) == ""
    assert _token(look, password=OTHER)


def test_a_password_that_is_too_short_is_one_line_and_changes_nothing(run: Run, look: Look, nora: str) -> None:
    """And is not repeated."""
    ran = run("staff", "password", nora, text="short\n")
    assert (ran.exit_code, len(ran.stderr.strip().splitlines())) == (1, 1)
    assert "12 characters" in ran.stderr
    assert _token(look)


def test_a_lost_phone_is_reset(run: Run, look: Look, nora: str) -> None:
    """The next sign-in needs the password alone, or leads to setting up another."""
    with look() as app:
        token = app.staff.sign_in(nora, PASSWORD) or ""
        app.staff.begin_enrolment(token, PASSWORD)
        app.staff.offered(token)
    assert run("staff", "reset-totp", nora).stdout == "nora has no second factor now.\n"
    with look() as app:
        assert app.staff.stage(app.staff.sign_in(nora, PASSWORD) or "") == "full"


def test_open_desks_are_listed_and_ended(run: Run, look: Look, nora: str) -> None:
    """A laptop that was left on a bus."""
    tokens = [_token(look), _token(look)]
    assert len(run("staff", "sessions", nora).stdout.splitlines()) == 2
    assert run("staff", "sessions", nora, "--end").stdout == "nora is signed out everywhere.\n"
    with look() as app:
        assert [app.staff.member(token) for token in tokens] == [None, None]
    assert run("staff", "sessions", nora).stdout == ""


def test_a_lock_out_is_ended_by_hand(run: Run, look: Look, nora: str) -> None:
    """Somebody guessed at night, and the nurse has a new machine in the morning."""
    for _ in range(10):
        _token(look, password="a wrong one again")
    assert _token(look) == ""
    assert run("staff", "open", nora).stdout == "nora may try to sign in again.\n"
    assert _token(look)


_STEPS = {
    "staff.disabled": ("disable", "nora"),
    "staff.role_editor": ("role", "nora", "editor"),
    "staff.second_factor_reset": ("reset-totp", "nora"),
    "staff.sessions_ended": ("sessions", "nora", "--end"),
    "staff.opened": ("open", "nora"),
}


@pytest.mark.parametrize("verb", _STEPS)
def test_each_step_is_on_the_trail_as_the_operators(verb: str, run: Run, look: Look, nora: str) -> None:
    """Nobody signs in at the command line."""
    assert run("staff", *_STEPS[verb]).exit_code == 0
    with look() as app:
        (entry,) = [entry for _, entry in app.audit.find(Wanted(verb=verb)).entries]
        assert (entry.actor, entry.subject) == ("operator", app.staff_admin.account(nora).id)


@pytest.mark.parametrize(
    "step", [("disable",), ("enable",), ("open",), ("role", "care"), ("reset-totp",), ("sessions",), ("sessions", "--end")]
)
def test_a_login_that_nobody_has_is_one_line(step: tuple[str, ...], run: Run) -> None:
    """Which one, and where the right ones stand."""
    ran = run("staff", step[0], "max", *step[1:])
    assert (ran.exit_code, len(ran.stderr.strip().splitlines())) == (1, 1)
    assert "nobody has the login max; see 'carelight staff list'" in ran.stderr
