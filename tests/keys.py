"""Records with their keys, as tests open them: the key store beside the database file, one master key for all."""

from pathlib import Path

from app.masters import MasterFile
from app.records.database import Database
from app.records.erasing import Deleted, Eraser
from app.records.keyring import Keyring, Master
from app.records.models import Conversation
from app.records.sealed import keyring_of


class OneMaster:
    """A master key that is always there."""

    def __init__(self) -> None:
        self.master = Master("tests", bytes(32))

    def current(self, *, may_make: bool) -> Master:
        return self.master

    def of(self, master_id: str) -> Master | None:
        return self.master if master_id == self.master.id else None


def keyring(file: Path | str) -> Keyring:
    """The keys of a database file, beside it; the same ones for whoever opens it next."""
    return Keyring(f"sqlite:///{file}.keys", OneMaster())


def records(file: Path | str, lock_wait_s: float = 0.3) -> Database:
    """A database file with its keys."""
    return Database(f"sqlite:///{file}", lock_wait_s, keyring(file))


def served(data_dir: Path, lock_wait_s: float = 5) -> Database:
    """The records of a server's data folder, with the keys that it uses."""
    keys = Keyring(f"sqlite:///{data_dir / 'keys.db'}", MasterFile(data_dir / "secrets" / "master"))
    return Database(f"sqlite:///{data_dir / 'carelight.db'}", lock_wait_s, keys)


def delete_chat(database: Database, chat: str) -> Deleted:
    """Its patient deletes a chat."""
    with database.reading() as session:
        owner = session.get_one(Conversation, chat).patient_id
    return Eraser(database, keyring_of(database.engine.dialect), str.lower).delete(owner, chat)
