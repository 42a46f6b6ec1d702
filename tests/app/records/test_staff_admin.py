"""Accounts: second factor, lock-out, passwords, roles and sessions, each change on the trail and in force at once."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update

from app import totp
from app.errors import NotAllowedError
from app.records.audit import AuditLog, Wanted
from app.records.database import Database
from app.records.models import RecoveryCode, SignInFailure, Staff, StaffSession, now
from app.records.second_factor import CODES, SecondFactor
from app.records.staff import StaffStore
from app.records.staff_admin import StaffAdmin, session_of
from app.sign_in_rules import Place, SignInRules, browser_of

PASSWORD = "correct horse battery"
OTHER = "a quiet harbour walk"
KEY = Fernet.generate_key()


class Clinic:
    """Nora works here, Ada administers; the time that codes are made from stands still until it is moved."""

    def __init__(self, database: Database, *, required: bool = False) -> None:
        self.database, self.seconds = database, 1_800_000_000.0
        rules = SignInRules(second_factor=required, tries=4, address_tries=6)
        self.staff = StaffStore(database, KEY, rules)
        self.staff.second_factor = SecondFactor(database, KEY, lambda: self.seconds)
        self.admin = StaffAdmin(database, self.staff)
        self.staff.add("nora", "Nora", "care", PASSWORD)
        self.staff.add("ada", "Ada", "administrator", PASSWORD)

    def id(self, login: str) -> str:
        return self.admin.account(login).id

    def token(self, login: str = "nora", password: str = PASSWORD, place: Place | None = None) -> str:
        return self.staff.sign_in(login, password, place or Place()) or ""

    def enrolled(self) -> tuple[str, tuple[str, ...]]:
        """Nora's secret and recovery codes."""
        token = self.token()
        self.staff.begin_enrolment(token, PASSWORD)
        secret = self.staff.offered(token)
        done = self.staff.enrol(token, self.code(secret))
        assert done is not None
        self.seconds += 60
        return secret, tuple(done[1])

    def code(self, secret: str) -> str:
        return totp.code(secret, totp.step_at(self.seconds))

    def verbs(self, beginning: str = "") -> list[str]:
        return [entry.verb for _, entry in reversed(AuditLog(self.database).find(Wanted(verb=beginning)).entries)]


@pytest.fixture
def clinic(database: Database) -> Clinic:
    """With a second factor for whoever wants one."""
    return Clinic(database)


def test_a_password_alone_opens_nothing_once_a_second_factor_is_set_up(clinic: Clinic) -> None:
    """The session waits for the code; then there is another token."""
    secret, codes = clinic.enrolled()
    half = clinic.token()
    assert clinic.staff.stage(half) == "code"
    assert clinic.staff.member(half) is None
    token = clinic.staff.pass_code(half, clinic.code(secret))
    assert token not in (None, half)
    assert clinic.staff.member(token or "") is not None
    assert clinic.staff.stage(half) is None
    assert len(codes) == CODES


def test_a_code_works_once_and_so_does_a_recovery_code(clinic: Clinic) -> None:
    """Neither may be read off a screen and used again."""
    secret, codes = clinic.enrolled()
    assert clinic.staff.pass_code(clinic.token(), clinic.code(secret))
    assert clinic.staff.pass_code(clinic.token(), clinic.code(secret)) is None
    assert clinic.staff.pass_code(clinic.token(), codes[0].upper().replace("-", " "))
    assert clinic.staff.pass_code(clinic.token(), codes[0]) is None
    assert clinic.staff.second_factor.left(clinic.id("nora")) == CODES - 1
    assert "staff.recovery_code_used" in clinic.verbs()


def test_where_a_second_factor_is_required_nobody_gets_in_without(database: Database) -> None:
    """Production: the first sign-in leads to setting it up, and nowhere else."""
    clinic = Clinic(database, required=True)
    half = clinic.token()
    assert (clinic.staff.stage(half), clinic.staff.member(half)) == ("enrol", None)
    secret = clinic.staff.offered(half)
    assert clinic.staff.enrol(half, "000000") is None
    done = clinic.staff.enrol(half, clinic.code(secret))
    assert done is not None
    assert clinic.staff.member(done[0]) is not None
    with pytest.raises(NotAllowedError, match="second factor"):
        clinic.staff.act("ada", PASSWORD)


def test_only_the_session_that_was_offered_a_second_factor_takes_it_into_use(database: Database) -> None:
    """Or whoever knows the password reads the secret first, waits, and has it for ever once its owner confirms it."""
    clinic = Clinic(database, required=True)
    theirs, hers = clinic.token(), clinic.token()
    read_before = clinic.staff.offered(theirs)
    secret = clinic.staff.offered(hers)
    assert secret != read_before
    assert clinic.staff.offered(hers) == secret
    assert clinic.staff.enrol(theirs, clinic.code(secret)) is None
    assert clinic.staff.enrol(hers, clinic.code(read_before)) is None
    assert clinic.staff.enrol(hers, clinic.code(secret)) is not None


def test_a_second_factor_ends_the_sign_ins_that_were_begun_before_it(clinic: Clinic) -> None:
    """One that waits for a code, or sets up another; a desk that is open stays open."""
    at_work, replacing, setting_up = clinic.token(), clinic.token(), clinic.token()
    clinic.enrolled()
    waiting = clinic.token()
    for token in (replacing, setting_up):
        clinic.staff.begin_enrolment(token, PASSWORD)
    assert [clinic.staff.stage(token) for token in (waiting, setting_up)] == ["code", "enrol"]
    assert clinic.staff.enrol(replacing, clinic.code(clinic.staff.offered(replacing))) is not None
    assert [clinic.staff.stage(token) for token in (waiting, setting_up, at_work)] == [None, None, "full"]


def test_neither_secret_nor_recovery_codes_stand_in_the_database(clinic: Clinic) -> None:
    """A stolen backup must open no desk."""
    secret, codes = clinic.enrolled()
    with clinic.database.reading() as session:
        kept = [*session.scalars(select(Staff.totp)), *session.scalars(select(RecoveryCode.code_hash))]
    assert not any(secret in each or code in each for each in kept for code in codes)


def test_the_command_line_asks_for_the_code_too(clinic: Clinic) -> None:
    """Or the desk's second factor would be worth nothing."""
    secret, _ = clinic.enrolled()
    assert clinic.staff.needs_code("nora")
    assert not clinic.staff.needs_code("ada")
    assert clinic.staff.act("nora", PASSWORD) is None
    assert clinic.staff.act("nora", PASSWORD, clinic.code(secret)) is not None
    assert clinic.staff.act("ada", PASSWORD) is not None


@pytest.mark.parametrize("login", ["nora", "nobody"])
def test_after_many_failures_a_name_is_closed_whether_anybody_has_it_or_not(login: str, clinic: Clinic) -> None:
    """Otherwise the lock would tell who works here."""
    for _ in range(4):
        assert clinic.token(login, "a wrong one again") == ""
    assert clinic.token(login) == ""
    assert clinic.verbs("sign_in.") == ["sign_in.failed"] * 4 + ["sign_in.closed"]
    with clinic.database.reading() as session:
        assert session.scalar(select(StaffSession)) is None


def test_a_closed_name_opens_again_by_itself(clinic: Clinic) -> None:
    """Nobody can lock a colleague out for good."""
    for _ in range(4):
        clinic.token("nora", "a wrong one again")
    _age_failures(clinic, timedelta(minutes=16))
    assert clinic.token()


def test_a_right_sign_in_forgets_the_failures_before_it(clinic: Clinic) -> None:
    """Slips of a week must not add up."""
    for _ in range(3):
        clinic.token("nora", "a wrong one again")
    assert clinic.token()
    clinic.token("nora", "a wrong one again")
    assert clinic.token()


def test_wrong_codes_count_as_failures(clinic: Clinic) -> None:
    """A million codes are few for a machine."""
    secret, _ = clinic.enrolled()
    half = clinic.token()
    for _ in range(4):
        assert clinic.staff.pass_code(half, "000000") is None
    assert clinic.staff.pass_code(half, clinic.code(secret)) is None


def test_an_address_that_tries_many_names_must_wait_longer_each_time(clinic: Clinic) -> None:
    """A list of names and one password; others are not held up by it."""
    there = Place("192.0.2.7")
    for number in range(6):
        clinic.token(f"name {number}", "a wrong one again", there)
    assert clinic.token(place=there) == ""
    assert clinic.token(place=Place("192.0.2.8"))
    _age_failures(clinic, timedelta(seconds=2))
    assert clinic.token(place=there)


def _known(clinic: Clinic, login: str = "nora") -> Place:
    """A browser that was signed in with before."""
    devices = clinic.staff.guard.devices
    return Place("192.0.2.1", cookies={devices.cookie(login): devices.made(login)})


def test_strangers_who_keep_guessing_shut_nobody_out_of_their_own_browser(clinic: Clinic) -> None:
    """Or anybody could keep the night's nurse out with ten tries each quarter of an hour."""
    hers = _known(clinic)
    for _ in range(12):
        clinic.token("nora", "a wrong one again", Place("192.0.2.66"))
    assert clinic.token() == ""
    assert clinic.token(place=hers)
    assert clinic.token() == "", "her sign-in gives the strangers no new tries"


def test_neither_does_somebody_at_the_same_address(clinic: Clinic) -> None:
    """All of a clinic may come from one."""
    for number in range(8):
        clinic.token(f"name {number}", "a wrong one again", Place("192.0.2.1"))
    assert clinic.token(place=Place("192.0.2.1")) == ""
    assert clinic.token(place=_known(clinic))


def test_a_known_browser_has_its_own_tries_and_no_more(clinic: Clinic) -> None:
    """A machine that was stolen guesses no faster than a stranger."""
    hers = _known(clinic)
    for _ in range(4):
        clinic.token("nora", "a wrong one again", hers)
    assert clinic.token(place=hers) == ""
    assert clinic.token()
    assert clinic.token(place=_known(clinic))
    assert clinic.verbs("sign_in.") == ["sign_in.failed"] * 4 + ["sign_in.closed"]


def test_wrong_codes_from_a_known_browser_count_against_it(clinic: Clinic) -> None:
    """The second step is counted like the first."""
    secret, _ = clinic.enrolled()
    hers = _known(clinic)
    half = clinic.token(place=hers)
    for _ in range(4):
        assert clinic.staff.pass_code(half, "000000", hers) is None
    assert clinic.staff.pass_code(half, clinic.code(secret), hers) is None
    assert clinic.staff.pass_code(half, clinic.code(secret), _known(clinic))


def test_an_open_desk_is_not_closed_by_strangers_either(clinic: Clinic) -> None:
    """Whoever is attacked must be able to change the password; at an open desk a passer-by has a few tries."""
    token = clinic.token()
    for _ in range(4):
        clinic.token("nora", "a wrong one again")
    for _ in range(3):
        assert clinic.staff.confirms(token, "a wrong one again") is None
    clinic.admin.change_own_password(token, PASSWORD, OTHER)
    for _ in range(4):
        clinic.staff.confirms(token, "a wrong one again")
    assert clinic.staff.confirms(token, OTHER) is None


def test_an_operator_ends_a_lock_out_by_hand(clinic: Clinic) -> None:
    """For strangers and for the browser alike, and on the trail."""
    hers = _known(clinic)
    for place in (Place(), hers):
        for _ in range(4):
            clinic.token("nora", "a wrong one again", place)
    clinic.admin.open_sign_in(clinic.id("nora"), "operator")
    assert clinic.token()
    assert clinic.token(place=hers)
    (entry,) = AuditLog(clinic.database).find(Wanted(verb="staff.opened")).entries
    assert (entry[1].actor, entry[1].subject) == ("operator", clinic.id("nora"))


def _age_failures(clinic: Clinic, by: timedelta) -> None:
    with clinic.database.transaction() as session:
        for row in session.scalars(select(SignInFailure)):
            row.at -= by


def test_what_was_typed_as_a_name_stands_nowhere(clinic: Clinic) -> None:
    """People type their password there."""
    clinic.token("my secret word", "x")
    with clinic.database.reading() as session:
        kept = [f"{row.login_key} {row.address_key}" for row in session.scalars(select(SignInFailure))]
    trail = [entry.subject for _, entry in AuditLog(clinic.database).find(Wanted(verb="sign_in.")).entries]
    assert len(kept) == len(trail) == 1
    assert not any("secret" in each for each in (*kept, *trail))


def test_the_audit_log_cannot_be_searched_for_what_was_typed(clinic: Clinic) -> None:
    """A plain hash of a login, or of a password typed in its place, is found by trying a list of them."""
    clinic.token("my secret word", "x")
    (entry,) = [entry for _, entry in AuditLog(clinic.database).find(Wanted(verb="sign_in.failed")).entries]
    with clinic.database.reading() as session:
        kept = session.scalars(select(SignInFailure.login_key)).one()
    assert entry.subject == f"name {kept[:16]}"
    assert kept != hashlib.sha256(b"login:my secret word").hexdigest()
    elsewhere = StaffStore(clinic.database, Fernet.generate_key())
    elsewhere.sign_in("my secret word", "x")
    subjects = {entry.subject for _, entry in AuditLog(clinic.database).find(Wanted(verb="sign_in.failed")).entries}
    assert len(subjects) == 2, "another installation's key makes another name"


def test_a_desk_that_nobody_uses_is_signed_out(clinic: Clinic) -> None:
    """A screen in a corridor; and its nurse counts as there no more."""
    token = clinic.token()
    with clinic.database.transaction() as session:
        session.execute(update(StaffSession).values(last_active=now() - timedelta(minutes=61)))
    assert clinic.staff.member(token) is None
    assert clinic.staff.active_ids(now() - timedelta(hours=2)) == frozenset()


def test_a_session_that_waits_for_its_code_staffs_no_desk(clinic: Clinic) -> None:
    """Nobody reads the queue behind it."""
    clinic.enrolled()
    clinic.admin.end_sessions(clinic.id("nora"), "operator")
    clinic.token()
    assert not clinic.staff.active_since(now() - timedelta(hours=1), "care")


def test_changing_ones_password_ends_the_other_desks(clinic: Clinic) -> None:
    """It is changed because somebody else may know it."""
    here, there = clinic.token(), clinic.token()
    clinic.admin.change_own_password(here, PASSWORD, OTHER)
    assert clinic.staff.member(here)
    assert clinic.staff.member(there) is None
    assert clinic.token() == ""
    assert clinic.token("nora", OTHER)


@pytest.mark.parametrize(
    ("old", "new", "said"), [("wrong", OTHER, "present password"), (PASSWORD, "short", "12"), (PASSWORD, "nora nora nora", "name")]
)
def test_a_password_that_cannot_be_changed_is_told_why(old: str, new: str, said: str, clinic: Clinic) -> None:
    """And stays."""
    token = clinic.token()
    with pytest.raises(ValueError, match=said):
        clinic.admin.change_own_password(token, old, new)
    assert clinic.token()


_CHANGES: dict[str, Callable[[StaffAdmin, str], None]] = {
    "staff.disabled": lambda admin, who: admin.disable(who, "ada"),
    "staff.role_editor": lambda admin, who: admin.give_role(who, "editor", "ada"),
    "staff.second_factor_reset": lambda admin, who: admin.reset_second_factor(who, "ada"),
    "staff.password_set": lambda admin, who: admin.set_password(who, OTHER, "ada"),
    "staff.sessions_ended": lambda admin, who: admin.end_sessions(who, "ada"),
}


@pytest.mark.parametrize("verb", _CHANGES)
def test_what_an_administrator_changes_ends_open_desks_and_is_on_the_trail(verb: str, clinic: Clinic) -> None:
    """Whoever left, or changed desks, must not stay at an open one."""
    token, who = clinic.token(), clinic.id("nora")
    _CHANGES[verb](clinic.admin, who)
    assert clinic.staff.member(token) is None
    (entry,) = AuditLog(clinic.database).find(Wanted(verb=verb)).entries
    assert (entry[1].actor, entry[1].subject) == ("ada", who)


def test_a_lost_phone_is_reset_and_set_up_anew(clinic: Clinic) -> None:
    """The old codes are worth nothing then."""
    _, codes = clinic.enrolled()
    clinic.admin.reset_second_factor(clinic.id("nora"), "operator")
    assert clinic.staff.stage(clinic.token()) == "full"
    assert not clinic.staff.second_factor.check(clinic.id("nora"), codes[0])


def test_one_desk_can_be_ended_from_another(clinic: Clinic) -> None:
    """By a name that opens nothing itself, and nobody else's."""
    here, there = clinic.token(), clinic.token(place=Place("", browser_of("Mozilla/5.0 (Windows NT 10.0) Firefox/128.0")))
    listed = clinic.admin.sessions(clinic.id("nora"))
    assert {(each.id, each.browser) for each in listed} == {(session_of(here), ""), (session_of(there), "Firefox on Windows")}
    clinic.admin.end_session(clinic.id("ada"), session_of(there), "ada")
    clinic.admin.end_session(clinic.id("nora"), "", "nora")
    assert clinic.staff.member(there)
    clinic.admin.end_session(clinic.id("nora"), session_of(there), "nora")
    assert clinic.staff.member(there) is None
    assert clinic.staff.member(here)


@pytest.mark.parametrize("step", [lambda a, w: a.disable(w, "x"), lambda a, w: a.give_role(w, "care", "x")])
def test_the_last_administrator_stays_one(step: Callable[[StaffAdmin, str], None], clinic: Clinic) -> None:
    """Or nobody could let anybody in again."""
    with pytest.raises(NotAllowedError, match="only administrator"):
        step(clinic.admin, clinic.id("ada"))
    clinic.staff.add("adam", "Adam", "administrator", PASSWORD)
    step(clinic.admin, clinic.id("ada"))


def test_somebody_disabled_comes_back(clinic: Clinic) -> None:
    """After a leave."""
    clinic.admin.disable(clinic.id("nora"), "ada")
    assert clinic.token() == ""
    assert clinic.admin.account("nora").disabled
    clinic.admin.enable(clinic.id("nora"), "ada")
    assert clinic.token()


def test_an_account_that_is_not_there_is_told(clinic: Clinic) -> None:
    """The command line names it, a page sends an id."""
    with pytest.raises(NotAllowedError, match="carelight staff list"):
        clinic.admin.account("max")
    with pytest.raises(NotAllowedError, match="no account"):
        clinic.admin.disable("nobody", "ada")
    with pytest.raises(NotAllowedError, match="role"):
        clinic.admin.give_role(clinic.id("nora"), "doctor", "ada")
