"""A patient reads, downloads, corrects and deletes what is kept about them, and nobody else's."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.errors import RecordsError
from app.guests import COOKIE, guest_id, new_guest
from app.journal import Reply
from app.records.models import new_id
from app.records.reach import Reach
from app.server.harden import Harden
from app.wiring import Application
from guardrails.level import Profile
from knowledge import words
from tests.fakes import finding, settle

WORDS = "my <b>rare</b> banana rash"
HERE = {"origin": "http://testserver"}
ENGLISH = words.load("en")
MINE, THEIRS = new_id(), new_id()


@pytest.fixture
def patient(small: Application) -> str:
    """A guest with one chat, MINE; somebody else has THEIRS."""
    patient = guest_id(new_guest(small.secrets.guest), small.secrets.guest)
    assert patient is not None
    for who, chat in ((patient, MINE), ("somebody-else", THEIRS)):
        turn = small.conversations.receive(who, chat, WORDS)
        small.conversations.record(turn, Reply(new_id(), "answer", "Gout is painful."))
    small.conversations.set_profile(patient, Profile(age_months=480, region="US", pregnant=True))
    return patient


@pytest.fixture
def client(site: FastAPI, small: Application, patient: str) -> TestClient:
    """Their browser."""
    from app.guests import _signer

    browser = TestClient(Harden(site, small.guests), headers={"accept-language": "en-US"}, follow_redirects=False)
    browser.cookies.set(COOKIE, _signer(small.secrets.guest).dumps(patient), domain="testserver.local")
    return browser


def test_the_page_tells_what_is_kept(client: TestClient) -> None:
    """Chats, facts, choices."""
    page = client.get("/my-data").text
    for told in ("1 message, begun", "Age: 40 years", "You said that you are pregnant.", "United States", f"/my-data/{MINE}"):
        assert told in page
    assert THEIRS not in page


def test_a_chat_is_read_whole_and_what_was_typed_stays_text(client: TestClient) -> None:
    """Nothing of it becomes markup."""
    page = client.get(f"/my-data/{MINE}").text
    assert "my &lt;b&gt;rare&lt;/b&gt; banana rash" in page
    assert "Gout is painful." in page


def test_a_browser_in_spanish_reads_spanish(client: TestClient) -> None:
    """The page follows who reads it."""
    page = client.get("/my-data", headers={"accept-language": "es-MX,es;q=0.9"}).text
    assert '<html lang="es">' in page
    assert words.load("es").say("my_data_lead") in page


def test_the_page_is_kept_by_no_browser(client: TestClient) -> None:
    """Shared phones (rule of care 11)."""
    for path in ("/my-data", f"/my-data/{MINE}", "/my-data/download"):
        assert client.get(path).headers["cache-control"] == "no-store"


def test_a_copy_holds_everything_of_theirs_and_nothing_of_others(client: TestClient, small: Application, patient: str) -> None:
    """As JSON and as text."""
    small.conversations.receive("somebody-else", THEIRS, "a secret of theirs")
    copy = json.loads(client.get("/my-data/download?form=json").text)
    assert copy["about_you"] == {"age_months": 480, "pregnant": True, "region": "US"}
    assert [line["text"] for line in copy["chats"][0]["lines"]] == [WORDS, "Gout is painful."]
    text = client.get("/my-data/download").text
    assert f"You: {WORDS}" in text
    assert "secret" not in text + json.dumps(copy)


def test_what_they_left_to_be_reached_by_is_theirs_to_see(client: TestClient, small: Application, patient: str) -> None:
    """And that something was passed on."""
    small.case_store.escalate(patient, MINE, [finding()])
    small.reach.leave(patient, Reach("555 0100", "5th and Main", None))
    page = client.get("/my-data").text
    assert "555 0100" in page
    assert "The case is open." in page
    assert json.loads(client.get("/my-data/download?form=json").text)["left_to_be_reached_by"][0]["phone"] == "555 0100"


def test_a_deleted_chat_is_gone_at_once(client: TestClient, small: Application) -> None:
    """And the page says so."""
    answer = client.post(f"/my-data/{MINE}/delete", headers=HERE)
    assert answer.headers["location"] == "/my-data?done=deleted"
    page = client.get("/my-data?done=deleted").text
    assert ENGLISH.say("my_data_deleted") in page
    assert MINE not in page
    assert client.get(f"/my-data/{MINE}").status_code == 404
    assert small.conversations.chat(MINE) is None


def test_with_an_open_case_the_page_says_honestly_that_it_waits(client: TestClient, small: Application, patient: str) -> None:
    """Before and after; then it is finished."""
    case = small.case_store.escalate(patient, MINE, [finding()])
    assert ENGLISH.say("my_data_delete_held") in client.get("/my-data").text
    assert client.post(f"/my-data/{MINE}/delete", headers=HERE).headers["location"].endswith("done=deleted_held")
    page = client.get("/my-data").text
    assert ENGLISH.say("my_data_waiting_one") in page
    assert f"/my-data/{MINE}" not in page
    settle(small.database, case)
    assert small.eraser.finish() == 1
    assert ENGLISH.say("my_data_waiting_one") not in client.get("/my-data").text


def test_deleting_everything_makes_the_browser_a_new_guest(client: TestClient, small: Application, patient: str) -> None:
    """Nothing on the device points back."""
    answer = client.post("/my-data/delete-all", headers=HERE)
    assert ENGLISH.say("my_data_all_done") in answer.text
    assert any(line.startswith(COOKIE) and "Max-Age=0" in line for line in answer.headers.get_list("set-cookie"))
    assert small.conversations.profile(patient) == Profile()
    assert small.conversations.chat(THEIRS) is not None


def test_a_correction_is_added_and_screened_like_any_message(client: TestClient, small: Application, patient: str) -> None:
    """What was written stays; "crushing chest pain" in a correction gets its card."""
    chat = small.conversations.chat(MINE)
    assert chat is not None
    form = {"turn": chat.entries[0].id, "words": "it is crushing chest pain and I cannot breathe"}
    answer = client.post(f"/my-data/{MINE}/correct", data=form, headers=HERE)
    assert "Call 911 now." in answer.text
    again = small.conversations.chat(MINE)
    assert again is not None
    assert again.entries[0].text == WORDS
    added = [entry for entry in again.entries if entry.by_patient][-1]
    assert added.text.startswith("Correction to my message of ")
    assert "care_card" in {entry.kind for entry in again.entries}
    assert [case.level for case in small.case_store.queue()] == ["emergency"]


def test_an_ordinary_correction_leads_back_to_the_chat(client: TestClient, small: Application) -> None:
    """There is no card to show."""
    chat = small.conversations.chat(MINE)
    assert chat is not None
    answer = client.post(f"/my-data/{MINE}/correct", data={"turn": chat.entries[0].id, "words": "it was my left toe"}, headers=HERE)
    assert answer.headers["location"] == f"/thread/{MINE}"


@pytest.mark.parametrize("filler", ["", "so it goes and goes on. " * 200])
def test_a_red_flag_in_a_correction_to_a_chat_that_is_gone_still_gets_its_card(filler: str, client: TestClient, small: Application) -> None:
    """Deleted in another tab, or as long as a letter: any text typed is screened (rule of care 5)."""
    form = {"turn": "x", "words": f"{filler}I have crushing chest pain and I cannot breathe"}
    answer = client.post(f"/my-data/{uuid4()}/correct", data=form, headers=HERE)
    assert "Call 911 now." in answer.text
    assert [case.level for case in small.case_store.queue()] == ["emergency"]


def test_a_red_flag_in_a_correction_gets_its_card_while_the_records_fail(
    client: TestClient, small: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The chat cannot be read, the words can."""

    def fails(*_of: object) -> None:
        raise RecordsError("away")

    monkeypatch.setattr(small.own_data, "of", fails)
    form = {"turn": "x", "words": "I have crushing chest pain and I cannot breathe"}
    assert "Call 911 now." in client.post(f"/my-data/{MINE}/correct", data=form, headers=HERE).text


@pytest.mark.parametrize("path", ["", "/delete", "/correct"])
def test_anothers_chat_is_not_there(path: str, client: TestClient, small: Application) -> None:
    """By its id, through every route, it looks as if it did not exist."""
    form = {"turn": "x", "words": "y"}
    answer = client.post(f"/my-data/{THEIRS}{path}", data=form, headers=HERE) if path else client.get(f"/my-data/{THEIRS}")
    assert answer.status_code == 404
    theirs = small.conversations.chat(THEIRS)
    assert theirs is not None
    assert len(theirs.entries) == 2


@pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site", **HERE}])
def test_a_form_from_elsewhere_changes_nothing(headers: dict[str, str], client: TestClient, small: Application) -> None:
    """Nor one that does not say where it comes from."""
    for path in (f"/my-data/{MINE}/delete", "/my-data/delete-all"):
        assert client.post(path, headers=headers).status_code == 403
    assert small.conversations.chat(MINE) is not None


def test_a_stranger_sees_that_nothing_is_kept(site: FastAPI, small: Application) -> None:
    """A first visit, or a forged cookie."""
    browser = TestClient(Harden(site, small.guests), cookies={COOKIE: "forged"}, headers={"accept-language": "en"})
    assert ENGLISH.say("my_data_nothing") in browser.get("/my-data").text
    assert browser.get("/my-data/download").status_code == 404
    assert browser.post("/my-data/delete-all", headers=HERE).status_code == 404


def test_a_deletion_that_cannot_be_finished_says_so(client: TestClient, small: Application) -> None:
    """It is hidden, and finished by itself; nobody is told that it is done before it is."""
    keys = Path(small.settings.data_dir) / "keys.db"
    moved = keys.rename(keys.with_suffix(".away"))
    small.keyring.close()
    keys.mkdir()
    assert client.post(f"/my-data/{MINE}/delete", headers=HERE).headers["location"].endswith("done=trouble")
    keys.rmdir()
    moved.rename(keys)
    assert small.eraser.finish() == 1


def test_every_sentence_of_the_page_is_said() -> None:
    """Words that are never shown hide a slip of the hand."""
    folder = Path(__file__).parents[3] / "app"
    code = [folder / name for name in ("own_data.py", "pages/my_data.py", "pages/guest.py")]
    sources = [*(folder / "pages" / "templates").glob("my_*.html"), *code]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    built = {"deleted", "deleted_held", "trouble", "all_done", "you", "assistant", "person", "sex_female", "sex_male", "sex_other"}
    keys = {key.removeprefix("my_data_") for key in ENGLISH.entries if key.startswith("my_data_")}
    assert {key for key in keys - built if f'my_data_{key}"' not in text} == set()
