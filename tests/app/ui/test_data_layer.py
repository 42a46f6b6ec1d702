"""Chainlit's view of our records deletes for good, and writes nothing back."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.records.conversations import ConversationStore
from app.records.database import Database
from app.records.erasing import Eraser
from app.records.sealed import keyring_of, of_chat


def test_deleting_in_the_chats_sidebar_destroys_the_words(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """And what Chainlit writes back when its socket drops brings nothing to life."""
    monkeypatch.setenv("CHAINLIT_APP_ROOT", str(tmp_path_factory.mktemp("chainlit")))
    from app.ui.data_layer import RecordsDataLayer

    chats, keyring = ConversationStore(database), keyring_of(database.engine.dialect)
    chats.receive("p1", "c1", "private")
    with ThreadPoolExecutor(1) as lane:
        layer = RecordsDataLayer(chats, Eraser(database, keyring, str), lane)
        asyncio.run(layer.delete_thread("c1"))
        asyncio.run(layer.update_thread("c1", name="private", user_id="p1", metadata={"age": "40"}))
    assert keyring.destroyed("chat:") == [of_chat("c1")]
    assert (chats.chat("c1"), chats.chats("p1")) == (None, [])
