"""Staff sign in to the desks with their clinic account: which role they get, who is refused, and what a provider cannot do."""

from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.audit_trail import OPERATOR
from app.pages.sign_in import COOKIE
from app.records.audit import AuditLog
from app.records.staff import StaffMember
from app.records.staff_admin import Account
from app.settings import Settings
from app.wiring import Application
from tests.oidc_provider import CLIENT, SECRET, Provider, provider

PASSWORD = "correct horse battery"
HERE = "http://testserver"
NINA = {"preferred_username": "nina", "name": "Nina Nurse", "groups": ["all", "nurses"]}


def _settings(app: Application, issuer: str, **more: str) -> Settings:
    return Settings(
        data_dir=app.settings.data_dir,
        region="US",
        staff_oidc_issuer=issuer,
        staff_oidc_client_id=CLIENT,
        staff_oidc_client_secret=SecretStr(SECRET),
        staff_oidc_role_claim="groups",
        staff_oidc_roles="web=editor; nurses=care; it=administrator",
        second_factor="required",
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    """One provider for all of these tests."""
    with provider() as made:
        yield made


@pytest.fixture
def clinic(small: Application, listening: Provider) -> Provider:
    """The clinic's own accounts; Nina is a nurse there."""
    listening.begin_anew()
    listening.subject, listening.claims = "staff-1", dict(NINA)
    small.settings = _settings(small, listening.issuer)
    return listening


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    """A browser at a desk."""
    return TestClient(site, follow_redirects=False)


def _sign_in(client: TestClient, to: str = "/desk/care") -> httpx2.Response:
    out = client.get("/sign-in/clinic", params={"to": to}).headers["location"]
    back = httpx2.get(out).headers["location"]
    assert back.startswith(f"{HERE}/sign-in/clinic/done?")
    return client.get(back.removeprefix(HERE))


def _member(client: TestClient, app: Application) -> StaffMember | None:
    return app.staff.member(client.cookies.get(COOKIE) or "")


def _account(app: Application, login: str = "nina") -> Account:
    return app.staff_admin.account(login)


def _verbs(app: Application) -> list[str]:
    return list(AuditLog(app.database).verbs())


def test_a_nurse_signs_in_with_her_clinic_account(clinic: Provider, client: TestClient, small: Application) -> None:
    """The account is made with the role of the table, is through without a factor of ours, and the audit log says so."""
    assert "Sign in with your clinic account" in client.get("/sign-in").text
    answer = _sign_in(client)
    assert 'http-equiv="refresh" content="0;url=/desk/care"' in answer.text
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    member = _member(client, small)
    assert member is not None
    assert (member.login, member.name, member.role) == ("nina", "Nina Nurse", "care")
    assert {"staff.added_care", "staff.signed_in"} <= set(_verbs(small))
    assert _account(small).proof == "clinic account"


def test_the_same_person_has_one_account_whatever_they_are_called(clinic: Provider, client: TestClient, small: Application) -> None:
    """Names change, and change hands: the account goes by the provider's own id."""
    _sign_in(client)
    first = _member(client, small)
    clinic.claims["preferred_username"], clinic.claims["name"] = "nina.new", "Nina New"
    _sign_in(client)
    again = _member(client, small)
    assert first is not None
    assert again is not None
    assert (again.id, again.login, again.name) == (first.id, "nina", "Nina New")


@pytest.mark.parametrize("groups", [["all"], [], None, "nurse", {"nurses": True}])
def test_whoever_has_no_role_is_refused_and_told_so(groups: object, clinic: Provider, client: TestClient, small: Application) -> None:
    """Being of the clinic is not enough to read patients' cases."""
    clinic.claims["groups"] = groups
    answer = _sign_in(client)
    assert answer.status_code == 403
    assert "your clinic account has no role here" in answer.text
    assert _member(client, small) is None
    assert "sign_in.refused" in _verbs(small)


def test_a_role_that_was_taken_away_ends_the_desks_that_are_open(clinic: Provider, client: TestClient, small: Application) -> None:
    """Not only the next sign-in."""
    _sign_in(client)
    token = client.cookies[COOKIE]
    clinic.claims["groups"] = []
    _sign_in(client)
    assert small.staff.member(token) is None


def test_another_role_holds_from_the_next_sign_in(clinic: Provider, client: TestClient, small: Application) -> None:
    """Of several the table's first; open desks of the old one end."""
    _sign_in(client)
    token = client.cookies[COOKIE]
    clinic.claims["groups"] = ["nurses", "web"]
    _sign_in(client)
    member = _member(client, small)
    assert member is not None
    assert member.role == "editor"
    assert small.staff.member(token) is None
    assert "staff.role_editor" in _verbs(small)


def test_an_account_that_an_administrator_switched_off_stays_off(clinic: Provider, client: TestClient, small: Application) -> None:
    """Whatever the provider says."""
    _sign_in(client)
    small.staff_admin.disable(_account(small).id, OPERATOR)
    answer = _sign_in(client)
    assert (answer.status_code, "switched off" in answer.text) == (403, True)
    assert _account(small).disabled


def test_a_session_can_be_ended_like_any_other(clinic: Provider, client: TestClient, small: Application) -> None:
    """At once, for every desk."""
    _sign_in(client)
    small.staff_admin.end_sessions(_account(small).id, OPERATOR)
    assert _member(client, small) is None


def test_an_account_with_a_password_is_not_taken_over_by_its_name(clinic: Provider, client: TestClient, small: Application) -> None:
    """A provider that lets people choose their names would give them away; and nobody may have two accounts unseen."""
    small.staff.add("nina", "Nina", "administrator", PASSWORD)
    answer = _sign_in(client)
    assert (answer.status_code, "not joined" in answer.text) == (403, True)
    assert _account(small).role == "administrator"


def test_an_administrator_joins_an_account_to_a_clinic_account(clinic: Provider, client: TestClient, small: Application) -> None:
    """It keeps its id, and with it what was written and signed; its password is worth nothing afterwards."""
    small.staff.add("old-login", "Nina", "editor", PASSWORD)
    before = _account(small, "old-login").id
    small.clinic_accounts.join(before, "nina", OPERATOR)
    _sign_in(client)
    member = _member(client, small)
    assert member is not None
    assert (member.id, member.login, member.role) == (before, "old-login", "care")
    assert small.staff.check("old-login", PASSWORD) is None
    assert {"staff.to_be_joined", "staff.joined"} <= set(_verbs(small))


def test_an_account_without_a_password_is_told_so_and_opened_by_none(clinic: Provider, client: TestClient, small: Application) -> None:
    """Neither by an empty one nor by what stands in its place."""
    _sign_in(client)
    assert "Its password and second factor are kept there" in client.get("/account").text
    assert [small.staff.check("nina", tried) for tried in ("", "!portal", PASSWORD)] == [None] * 3


@pytest.mark.parametrize("to", ["https://evil.example", "//evil.example", "/desk/../evil"])
def test_a_sign_in_leads_to_a_desk_alone(to: str, clinic: Provider, client: TestClient) -> None:
    """A link in a mail must not use it to send staff elsewhere."""
    assert "0;url=/desk/care" in _sign_in(client, to).text


def test_a_patients_sign_in_opens_no_desk(clinic: Provider, client: TestClient, small: Application) -> None:
    """Two ways, each with a cookie of its own: what one began the other does not end."""
    small.settings = small.settings.model_copy(update={"patient_oidc_issuer": clinic.issuer, "patient_oidc_client_id": CLIENT})
    out = client.get("/portal").headers["location"]
    back = httpx2.get(out).headers["location"].removeprefix(HERE).replace("/portal/done", "/sign-in/clinic/done")
    assert client.get(back).status_code == 403
    assert _member(client, small) is None


def test_a_provider_that_is_down_leaves_the_passwords(client: TestClient, small: Application) -> None:
    """Somebody must be able to work the queue tonight."""
    with provider() as gone:
        pass
    small.settings = _settings(small, gone.issuer)
    small.staff.add("nora", "Nora", "care", PASSWORD)
    answer = client.get("/sign-in/clinic")
    assert (answer.status_code, "cannot be reached" in answer.text, 'name="password"' in answer.text) == (503, True, True)
    assert client.post("/sign-in", data={"login": "nora", "password": PASSWORD}).status_code == 303


def test_passwords_can_be_switched_off(clinic: Provider, client: TestClient, small: Application) -> None:
    """The right one too; the page has no form for it."""
    small.settings = _settings(small, clinic.issuer, staff_passwords="off")
    small.staff.add("nora", "Nora", "care", PASSWORD)
    assert 'name="password"' not in client.get("/sign-in").text
    assert client.post("/sign-in", data={"login": "nora", "password": PASSWORD}).status_code == 403
    assert COOKIE not in client.cookies


def test_a_token_of_another_key_opens_no_desk(clinic: Provider, client: TestClient, small: Application) -> None:
    """The rest of what may be wrong with one is held by the patients' way, which is the same."""
    clinic.signs_with = "second"
    assert _sign_in(client).status_code == 403
    assert _member(client, small) is None
