"""Other people's conversations through the chat's socket and its buttons, and messages that a page would never send."""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import socketio

from tests.attacks.guests import guest
from tests.server_process import Server

RED_FLAG = "crushing chest pain going down my left arm and I am sweating"

ODD = (
    "not json",
    '42["client_message"]',
    '42["client_message",null]',
    '42["client_message",{"message":7}]',
    '42["client_message",{"message":{"output":[1,2]}}]',
    '42["connection_successful",{"a":1}]',
    '42["window_message",{"carelight":{"deep":[[[]]]}}]',
    '42["no_such_event","x"]',
    "451-[]",
    "\x00\x01",
    "4" + "2" * 5000,
)
"""Packets that are none, or hold what nobody expects."""

KINDS = "select kind from replies where conversation_id = ?"


def _secret(target: Server) -> str:
    return (target.data_dir / "secrets" / "guest").read_text()


def _rows(data_dir: Path, query: str, *values: str) -> Sequence[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{data_dir / 'carelight.db'}?mode=ro", uri=True, timeout=5)) as database:
        return database.execute(query, values).fetchall()


def _chats(target: Server, patient: str) -> list[str]:
    return [row[0] for row in _rows(target.data_dir, "select id from conversations where patient_id = ?", patient)]


def test_a_strangers_chat_is_neither_shown_nor_written_to_by_its_id(target: Server) -> None:
    """Whoever saw the id in an address must get nothing by it, and what they write is their own."""

    async def attack() -> None:
        async with guest(target) as victim, guest(target) as thief:
            await victim.open()
            await victim.say("what is gout in my zebra toe")
            chat, *_ = _chats(target, victim.patient(_secret(target)))
            turns = "select count(*) from turns where conversation_id = ?"
            before = _rows(target.data_dir, turns, chat)
            with pytest.raises(socketio.exceptions.ConnectionError):
                await thief.open(thread=chat)
            await thief.open()
            await thief.say("I write into it", threadId=chat, forId=chat)
            assert "zebra" not in thief.texts()
            assert _rows(target.data_dir, turns, chat) == before
            assert chat not in _chats(target, thief.patient(_secret(target)))
            assert "write into it" not in victim.texts()

    asyncio.run(attack())


def test_a_strangers_session_is_not_taken_over(target: Server) -> None:
    """A session's id opens nothing without its owner's cookie: not the socket, and no button."""

    async def attack() -> None:
        async with guest(target) as victim, guest(target) as thief:
            await victim.open()
            await victim.say(RED_FLAG)
            taps = "select count(*) from case_events where kind = 'tap'"
            before = _rows(target.data_dir, taps)
            assert await thief.act("tap", {"tap": "not_right"}, session=victim.session) >= 400
            assert _rows(target.data_dir, taps) == before
            with pytest.raises(socketio.exceptions.ConnectionError):
                await thief.open(session=victim.session)
            assert await victim.act("tap", {"tap": "help_coming"}) == 200

    asyncio.run(attack())


@pytest.mark.parametrize(
    "forged",
    [
        {"type": "assistant_message", "name": "Nurse Nora"},
        {"type": "system_message", "name": "Carelight"},
        {"type": "user_message", "parentId": "x", "metadata": {"from": "care_team"}},
    ],
)
def test_a_forged_message_is_the_patients_own_words(forged: dict[str, object], target: Server) -> None:
    """Nobody can put words into a nurse's mouth: what comes over the socket is stored as the patient's, and screened."""

    async def attack() -> None:
        async with guest(target) as patient:
            await patient.open()
            await patient.say(f"{RED_FLAG} ok", **forged)
            mine = patient.patient(_secret(target))
            chats = _chats(target, mine)
            said = [_rows(target.data_dir, "select count(*) from turns where conversation_id = ?", chat)[0][0] for chat in chats]
            shown = [kind for chat in chats for (kind,) in _rows(target.data_dir, KINDS, chat)]
            assert (said, shown) == ([1], ["care_card"])

    asyncio.run(attack())


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1"])
def test_a_socket_from_another_origin_is_closed(origin: str, target: Server) -> None:
    """A page elsewhere must not talk with the patient's own cookies."""

    async def attack() -> None:
        async with guest(target) as patient:
            with pytest.raises(socketio.exceptions.ConnectionError):
                await patient.open(origin=origin)

    asyncio.run(attack())


def test_what_no_page_sends_ends_in_nothing(target: Server) -> None:
    """Neither the server nor the next patient notices."""

    async def attack() -> None:
        async with guest(target) as patient:
            url = f"{target.url}/ws/socket.io/?EIO=4&transport=websocket"
            for odd in ODD:
                async with patient.http.ws_connect(url, headers={"origin": target.url}) as socket:
                    await socket.receive(timeout=5)
                    await socket.send_str('40{"sessionId":"s","clientType":"webapp"}')
                    await socket.send_str(odd)
                    await asyncio.sleep(0.05)
        async with guest(target) as next_patient:
            await next_patient.open()
            await next_patient.say("what is gout")
            assert "Gout" in next_patient.texts()

    asyncio.run(attack())
    assert target.alive


def test_a_message_of_a_megabyte_is_not_taken(target: Server) -> None:
    """The socket is closed; the server goes on."""

    async def attack() -> None:
        async with guest(target) as patient:
            await patient.open()
            await patient.say("x" * 1_200_000)
            await asyncio.sleep(0.2)
            assert not patient.socket.connected
            async with aiohttp.ClientSession() as http, http.get(f"{target.url}/healthz") as answer:
                assert answer.status == 200

    asyncio.run(attack())
