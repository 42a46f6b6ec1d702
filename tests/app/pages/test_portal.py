"""Patients sign in by the clinic's portal: against a real provider on this machine, over real requests, and with everything forged."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.guests import ASIDE, CHAINLIT, COOKIE, guest_id, new_guest, signed_in_id
from app.journal import Reply
from app.server.addresses import networks
from app.server.harden import Guards, Harden
from app.server.proxies import Proxies
from app.settings import Settings
from app.wiring import Application
from tests.fakes import finding
from tests.oidc_provider import CLIENT, SECRET, Provider, provider

HTML = {"accept": "text/html"}
KEY = "k" * 40
HERE = "http://testserver"
Browser = Callable[..., TestClient]


@pytest.fixture(scope="module")
def listening() -> Iterator[Provider]:
    """One provider for all of these tests."""
    with provider() as made:
        yield made


@pytest.fixture
def portal(small: Application, listening: Provider) -> Provider:
    """A portal that the clinic's patients can sign in with, and a proxy that may vouch for them."""
    listening.begin_anew()
    small.settings = Settings(
        data_dir=small.settings.data_dir,
        region="US",
        patient_oidc_issuer=listening.issuer,
        patient_oidc_client_id=CLIENT,
        patient_oidc_client_secret=SecretStr(SECRET),
        patient_header_key=SecretStr(KEY),
        trusted_proxies="10.0.0.0/8",
        oidc_timeout=2,
    )
    return listening


@pytest.fixture
def browser(site: FastAPI, small: Application) -> Browser:
    """Makes browsers, each a device of its own; `peer` is where its requests come from."""

    def make(peer: str = "203.0.113.7") -> TestClient:
        guards = Guards(proxies=Proxies(networks("10.0.0.0/8")))
        web = Harden(site, small.guests, guards)
        client = TestClient(web, headers={"origin": HERE}, follow_redirects=False, client=(peer, 50_000))
        client.cookies.set(COOKIE, new_guest(small.secrets.guest), domain="testserver.local")
        return client

    return make


def _back(client: TestClient, path: str = "/portal") -> str:
    """The path that the portal sends a browser back to."""
    out = client.get(path)
    assert out.status_code == 303, out.text
    location = httpx2.get(out.headers["location"]).headers["location"]
    assert location.startswith(f"{HERE}/portal/done?")
    return str(location.removeprefix(HERE))


def _patient(client: TestClient, app: Application) -> str | None:
    """Who the browser is signed in as."""
    return signed_in_id(client.cookies.get(COOKIE, domain="testserver.local") or "", app.secrets.guest)


def _guest(client: TestClient, app: Application) -> str | None:
    return guest_id(client.cookies.get(COOKIE, domain="testserver.local") or "", app.secrets.guest)


# The way in


def test_a_patient_who_signs_in_is_the_same_on_every_device(portal: Provider, browser: Browser, small: Application) -> None:
    """That is what an account is for."""
    phone, desk = browser(), browser()
    for each in (phone, desk):
        answer = each.get(_back(each))
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
    patient = _patient(phone, small)
    assert patient is not None
    assert patient == _patient(desk, small)
    small.conversations.receive(patient, "c1", "what helps gout?")
    assert "/my-data/" in desk.get("/my-data").text


def test_the_records_know_neither_subject_nor_name(portal: Provider, browser: Browser, small: Application) -> None:
    """A keyed pseudonym: with another key the same subject is somebody else."""
    phone = browser()
    phone.get(_back(phone))
    first = _patient(phone, small) or ""
    assert portal.subject not in "".join(phone.cookies.values())
    (small.settings.data_dir / "secrets" / "records").write_text("another key that nobody knows")
    del small.__dict__["secrets"]
    phone.get(_back(phone))
    assert _patient(phone, small) not in (None, first)


def test_another_patient_is_another_patient(portal: Provider, browser: Browser, small: Application) -> None:
    """Also on the same device, one after the other."""
    phone = browser()
    phone.get(_back(phone))
    first = _patient(phone, small)
    portal.subject = "patient-4712"
    phone.get(_back(phone))
    assert _patient(phone, small) not in (None, first)


def test_the_request_asks_for_no_more_than_who_it_is_and_cannot_be_replayed(portal: Provider, browser: Browser) -> None:
    """PKCE, a state and a nonce of its own each time; of patients neither name nor mail is asked for."""
    for _ in range(2):
        _back(browser())
    first, second = portal.asked
    assert (first["scope"], first["code_challenge_method"], first["redirect_uri"]) == ("openid", "S256", f"{HERE}/portal/done")
    assert all(len(first[name]) > 20 and first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_the_chat_page_is_told_which_way_there_is(portal: Provider, browser: Browser) -> None:
    """In before, out afterwards."""
    phone = browser()
    assert {phone.get("/page.json").json()[name] for name in ("sign_in", "sign_out")} == {"Sign in", ""}
    phone.get(_back(phone))
    page = phone.get("/page.json").json()
    assert (page["sign_in"], page["sign_out"]) == ("", "Sign out")


def test_without_a_portal_nothing_leads_to_one(site: FastAPI, browser: Browser) -> None:
    """The routes are there, and answer nobody."""
    phone = browser()
    assert [phone.get(path).status_code for path in ("/portal", "/portal/done", "/portal/enter")] == [404] * 3
    assert phone.get("/page.json").json()["sign_in"] == ""


@pytest.mark.parametrize(
    ("to", "ends"),
    [("/my-data", "/my-data"), ("https://evil.example", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("/desk/care", "/")],
)
def test_a_sign_in_leads_to_pages_of_ours_alone(to: str, ends: str, portal: Provider, browser: Browser) -> None:
    """A link in a mail must not use it to send patients elsewhere."""
    phone = browser()
    out = phone.get("/portal", params={"to": to}).headers["location"]
    back = httpx2.get(out).headers["location"].removeprefix(HERE)
    assert phone.get(back).headers["location"] == ends


# What is not accepted


def test_a_sign_in_that_another_browser_began_is_not_taken(portal: Provider, browser: Browser, small: Application) -> None:
    """Somebody who sends their own link would have another person write into their account."""
    phone, other = browser(), browser()
    link = _back(other)
    assert phone.get(link).status_code == 403
    _back(phone)
    assert phone.get(link).status_code == 403  # the state of another attempt
    assert _patient(phone, small) is None


def test_a_code_is_good_once(portal: Provider, browser: Browser, small: Application) -> None:
    """Also with the cookie of its attempt copied before it was used."""
    phone, thief = browser(), browser()
    link = _back(phone)
    thief.cookies.update(phone.cookies)
    assert phone.get(link).status_code == 303
    assert phone.get(link).status_code == 403
    assert thief.get(link).status_code == 403
    assert _patient(thief, small) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "of another sign-in"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": ["another-client"], "azp": CLIENT}},
        {"claims": {"aud": None}},
        {"claims": {"iss": "http://127.0.0.1:1"}},
        {"claims": {"exp": int(time.time()) - 3600}},
        {"claims": {"exp": None}},
        {"claims": {"iat": int(time.time()) + 3600}},
        {"claims": {"sub": None}},
        {"claims": {"sub": ""}},
        {"claims": {"sub": ["patient-4711"]}},
        {"signs_with": "second"},
        {"signs_with": "second", "names_key": "second"},
        {"alg": "none"},
        {"alg": "HS256"},
        {"refuses": True},
    ],
    ids=str,
)
def test_a_token_that_is_not_right_in_everything_signs_nobody_in(
    wrong: dict[str, object], portal: Provider, browser: Browser, small: Application
) -> None:
    """Nonce, audience, issuer, time, subject, signature: each one alone. The guest goes on as the guest."""
    phone = browser()
    before = _guest(phone, small)
    for name, value in wrong.items():
        setattr(portal, name, value)
    answer = phone.get(_back(phone))
    assert answer.status_code == 403
    assert "go on without it" in answer.text
    assert (_patient(phone, small), _guest(phone, small)) == (None, before)


def test_a_key_that_the_provider_changed_to_is_asked_for(portal: Provider, browser: Browser, small: Application) -> None:
    """Providers change keys every few weeks; a minute after the last look we look again."""
    phone = browser()
    phone.get(_back(phone))
    known = small.patients_portal
    assert known is not None
    assert known._known is not None
    known._known = type(known._known)(known._known.told, known._known.keys, time.monotonic() - 61)
    portal.published, portal.signs_with, portal.names_key = ("second",), "second", "second"
    portal.subject = "patient-4712"
    assert phone.get(_back(phone)).status_code == 303


def test_an_attempt_does_not_wait_for_ever(portal: Provider, browser: Browser, small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds the browser tomorrow must not be able to end what was begun today."""
    phone = browser()
    link = _back(phone)
    at = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: at + 601)
    assert phone.get(link).status_code == 403


def test_who_comes_back_too_often_waits_a_minute(portal: Provider, browser: Browser) -> None:
    """Each time the provider is asked; a nurse's password from the same address has a limit of its own."""
    phone = browser()
    assert {phone.get("/portal/done").status_code for _ in range(20)} == {403}
    assert phone.get("/portal/done").status_code == 429
    assert phone.post("/sign-in", data={"login": "nora", "password": "x"}).status_code == 401


def test_a_long_code_is_no_request_that_is_too_large(portal: Provider, browser: Browser) -> None:
    """Some portals send thousands of characters; no other page takes so many."""
    assert browser().get(f"/portal/done?code={'x' * 5000}&state=y").status_code == 403
    assert browser().get(f"/portal?to={'x' * 5000}").status_code == 414


# A provider that is down or slow


def test_a_portal_that_is_down_costs_an_apology_and_nothing_else(browser: Browser, small: Application) -> None:
    """The chat as a guest goes on, and so does everything that it needs (rule of care 5)."""
    with provider() as gone:
        pass
    small.settings = Settings(data_dir=small.settings.data_dir, region="US", patient_oidc_issuer=gone.issuer, patient_oidc_client_id=CLIENT)
    phone = browser()
    answer = phone.get("/portal", headers={"accept-language": "es"})
    assert answer.status_code == 503
    assert "Puede seguir sin él." in answer.text
    assert phone.get("/page.json").json()["emergency_number"] == "911"


def test_a_portal_that_is_slow_is_not_waited_for(portal: Provider, browser: Browser, small: Application) -> None:
    """Nor is anybody else's page: no thread is held."""
    small.settings = small.settings.model_copy(update={"oidc_timeout": 0.2})
    portal.slow_s = 1.0
    began = time.monotonic()
    assert browser().get("/portal").status_code == 503
    assert time.monotonic() - began < 0.9


def test_a_document_of_somebody_else_is_not_believed(portal: Provider, browser: Browser) -> None:
    """The provider that answers must be the one that the settings name."""
    portal.issuer = "http://127.0.0.1:1"
    assert browser().get("/portal").status_code == 503


# The guest of before, and the way out


def test_what_a_guest_wrote_stays_with_the_device(portal: Provider, browser: Browser, small: Application) -> None:
    """It may be somebody else's; it comes back when the patient signs out."""
    phone = browser()
    guest = _guest(phone, small) or ""
    small.conversations.receive(guest, "c1", "hello")
    phone.cookies.set(CHAINLIT, "chainlit's own", domain="testserver.local")
    phone.get(_back(phone))
    assert CHAINLIT not in phone.cookies
    assert "/my-data/c1" not in phone.get("/my-data").text
    out = phone.post("/portal/sign-out")
    assert "sign out there too" in out.text
    assert (_patient(phone, small), _guest(phone, small)) == (None, guest)
    assert ASIDE not in phone.cookies


def test_signing_out_of_another_page_is_not_possible(portal: Provider, browser: Browser, small: Application) -> None:
    """And a guest who does it stays who they are."""
    phone = browser()
    guest = _guest(phone, small)
    assert phone.post("/portal/sign-out").status_code == 303
    assert _guest(phone, small) == guest
    phone.get(_back(phone))
    assert phone.post("/portal/sign-out", headers={"origin": "http://evil.example"}).status_code == 403
    assert _patient(phone, small) is not None


def test_leaving_quickly_leaves_neither_the_account_nor_the_guest(portal: Provider, browser: Browser) -> None:
    """Nothing on this device may point back here (rule of care 11)."""
    phone = browser()
    phone.get(_back(phone))
    phone.post("/guest/leave")
    assert not phone.cookies


def test_a_guest_whom_the_care_team_answers_is_asked_before_they_sign_in(portal: Provider, browser: Browser, small: Application) -> None:
    """The nurse's reply comes to the guest's chat: nobody may lose it by a tap."""
    phone = browser()
    guest = _guest(phone, small) or ""
    turn = small.conversations.receive(guest, "c1", "chest pain")
    small.conversations.record(turn, Reply("r1", "care_card", "Call 911", {"level": "emergency"}))
    small.case_store.escalate(guest, "c1", [finding()])
    held = phone.get("/portal")
    assert held.status_code == 200
    assert "The care team is working on what you wrote" in held.text
    assert 'href="/portal?go=1"' in held.text
    assert phone.get(_back(phone, "/portal?go=1")).status_code == 303


def test_a_sign_in_ends_by_itself(portal: Provider, browser: Browser, small: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a device that somebody else picks up tomorrow; the guest of before is back, and Chainlit's cookie is gone."""
    phone = browser()
    guest = _guest(phone, small)
    phone.get(_back(phone))
    phone.cookies.set(CHAINLIT, "of the patient", domain="testserver.local")
    at = time.time()
    monkeypatch.setattr("app.guests.time.time", lambda: at + 8 * 3600 + 1)
    assert _patient(phone, small) is None
    phone.get("/privacy", headers=HTML)
    assert _guest(phone, small) == guest
    assert CHAINLIT not in phone.cookies


# A proxy that vouches


def _word(key: str = KEY, **claims: object) -> str:
    at = int(time.time())
    told = {"iss": "the proxy", "sub": "patient-4711", "aud": "carelight", "iat": at, "exp": at + 60, **claims}
    return jwt.encode({"alg": "HS256"}, {k: v for k, v in told.items() if v is not None}, OctKey.import_key(key))


def _enter(client: TestClient, word: str) -> int:
    return client.get("/portal/enter", headers={"x-carelight-patient": word}).status_code


def test_a_patient_whom_the_proxy_vouches_for_is_signed_in(portal: Provider, browser: Browser, small: Application) -> None:
    """The same subject of the same issuer is the same patient, whichever way they came."""
    phone, desk = browser("10.0.0.1"), browser()
    assert _enter(phone, _word(iss=portal.issuer)) == 303
    desk.get(_back(desk))
    assert _patient(phone, small) is not None
    assert _patient(phone, small) == _patient(desk, small)


@pytest.mark.parametrize(
    "word",
    [
        "",
        "no token",
        _word("x" * 40),
        _word(exp=int(time.time()) - 1),
        _word(exp=int(time.time()) + 3600),
        _word(exp=None),
        _word(iat=None),
        _word(aud="another service"),
        _word(aud=None),
        _word(sub=None),
        _word(sub=""),
        _word(iss=None),
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ0aGUgcHJveHkiLCJzdWIiOiJ4IiwiYXVkIjoiY2FyZWxpZ2h0In0.",
    ],
)
def test_a_word_that_is_forged_old_or_for_somebody_else_signs_nobody_in(
    word: str, portal: Provider, browser: Browser, small: Application
) -> None:
    """Also from the proxy itself."""
    phone = browser("10.0.0.1")
    assert _enter(phone, word) == 403
    assert _patient(phone, small) is None


def test_a_good_word_from_elsewhere_is_worth_nothing(portal: Provider, browser: Browser, small: Application) -> None:
    """Whoever reads one in a log, or behind the proxy, cannot use it: not even by saying that the proxy passed it on."""
    word, thief = _word(), browser("203.0.113.7")
    assert _enter(browser("10.0.0.1"), word) == 303
    assert _enter(thief, word) == 403
    forwarded = {"x-carelight-patient": word, "x-forwarded-for": "10.0.0.1"}
    assert thief.get("/portal/enter", headers=forwarded).status_code == 403
    assert _patient(thief, small) is None


def test_the_header_counts_at_its_own_address_alone(portal: Provider, browser: Browser, small: Application) -> None:
    """Every other page takes no notice of it."""
    phone = browser("10.0.0.1")
    phone.get("/my-data", headers={**HTML, "x-carelight-patient": _word()})
    assert _patient(phone, small) is None


def test_the_state_is_in_the_way_out_and_nothing_of_the_patient(portal: Provider, browser: Browser) -> None:
    """What a provider learns: that somebody signs in to Carelight."""
    out = parse_qs(urlsplit(browser().get("/portal").headers["location"]).query)
    assert set(out) == {"response_type", "client_id", "redirect_uri", "scope", "state", "nonce", "code_challenge", "code_challenge_method"}
