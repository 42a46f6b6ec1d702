"""A marked word goes through the whole product, and is found nowhere that is written but in the records' own tables."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

from app.escalation.care_team import said
from app.settings import Settings
from app.wiring import Application
from tests.attacks.guests import Guest, guest
from tests.server_process import Server

MARK = "quetzalmark"
_TABLES = ("carelight.db", "carelight.db-wal", "carelight.db-shm", "keys.db", "keys.db-wal", "keys.db-shm")
"""Where patients' words may stand; how they are sealed there is tested with the records."""


def test_a_patients_words_are_in_no_log_metric_error_or_file(target: Server) -> None:
    """Chat, card, answer, button, form, desk reply, library search, rating, a wrong request, and a database that fails."""
    answers = asyncio.run(_everything(target))
    assert len(answers) >= 8
    held = [str(path) for path in _written(target) if MARK.encode() in path.read_bytes().lower()]
    assert held == []
    assert target.log.stat().st_size > 1000
    assert b"carelight.requests" in target.log.read_bytes()


async def _everything(target: Server) -> list[int]:
    async with guest(target) as patient:
        await patient.open()
        await patient.say(f"what is gout in a {MARK}")
        await patient.say(f"crushing chest pain in my {MARK}")
        codes = [await patient.act("reach", {"phone": "555 0100", "place": f"{MARK} street", "safe": True})]
        codes += [await patient.act("answer", {"key": MARK, "choice": MARK}), await patient.act(MARK, {MARK: MARK})]
        codes += [await patient.act("open_passage", {"href": f"/{MARK}", "label": MARK})]
        await asyncio.to_thread(_reply, target)
        codes += await _pages(target, patient)
        await _while_the_database_is_locked(target, patient)
        metrics = await _get(patient, "/metrics")
        assert MARK not in metrics
        assert 'carelight_replies_total{kind="care_card"}' in metrics
        assert MARK not in await _get(patient, "/readyz")
        return codes


def _reply(target: Server) -> None:
    """What a nurse writes is a patient's matter too."""
    app = Application(Settings(data_dir=target.data_dir))
    nurse = app.staff.team("care")[0]
    case = app.case_store.queue()[0]
    app.case_work.claim(case.id, nurse.id)
    app.case_work.reply(case.id, nurse.id, case.conversation_id, said(nurse, f"About your {MARK}"))
    app.close()


async def _pages(target: Server, patient: Guest) -> list[int]:
    """Search by form, while typing, in an address by hand, a rating of no reply, and requests that cannot be read."""
    codes = []
    ours = {"origin": target.url}
    for path, form in (("/library/search", {"q": MARK}), ("/library/find", {"q": MARK}), ("/sign-in", {"login": MARK, "password": MARK})):
        async with patient.http.post(target.url + path, data=form, headers=ours) as answer:
            codes.append(answer.status)
    for path in (f"/library?q={MARK}", f"/library/{MARK}", f"/{MARK}", f"/library/gout?mark={MARK}", f"/desk/{MARK}", f"/thread/{MARK}"):
        async with patient.http.get(target.url + path) as answer:
            codes.append(answer.status)
    async with patient.http.put(f"{target.url}/feedback", json={"feedback": {"forId": MARK, "value": MARK}}, headers=ours) as answer:
        codes.append(answer.status)
    async with patient.http.post(f"{target.url}/project/action", data=f"{{{MARK}", headers=ours) as answer:
        codes.append(answer.status)
    return codes


async def _while_the_database_is_locked(target: Server, patient: Guest) -> None:
    """The message cannot be stored, its case goes to the spool, and what failed is logged."""
    with closing(sqlite3.connect(target.data_dir / "carelight.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        await patient.say(f"now my face droops and my arm is weak, {MARK}")
        other.execute("ROLLBACK")
    assert "stored neither" not in target.log.read_text()
    assert "could not be stored" in target.log.read_text()


async def _get(patient: Guest, path: str) -> str:
    async with patient.http.get(patient.served.url + path) as answer:
        return (await answer.text()).lower()


def _written(target: Server) -> list[Path]:
    """Every file of the data folder but the records' tables, and the server's log."""
    return [target.log, *(path for path in target.data_dir.rglob("*") if path.is_file() and path.name not in _TABLES)]
