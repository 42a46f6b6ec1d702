"""Columns of patients' words: sealed on their way to the database, opened on their way back, and never stored plain.

A row says by whose key its words are sealed (`HoldsWords.key_name`); the mapper ties each value to that name before it is
written. A plain value from anywhere else, such as a bulk update, is refused: it must pass `under` first.
"""

import json
from abc import ABC, abstractmethod
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Text, TypeDecorator, event, inspect
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapper

from app.errors import RecordsError
from app.records.keyring import MARK, Keyring

DELETED = "[deleted]"
"""What is read where the key of some words was destroyed."""


class UnsealedError(Exception):
    """A plain value was about to be stored where patients' words stand: a mistake in our code, refused."""


class _Under:
    """A value that knows whose key seals it."""

    key_name: str


class _Text(str, _Under):
    pass


class _Dict(dict[str, Any], _Under):
    pass


class _List(list[Any], _Under):
    pass


def under(key_name: str, value: Any) -> Any:
    """The same text, dict or list, ready to be sealed with that key."""
    made = {str: _Text, dict: _Dict, list: _List}[next(kind for kind in (str, dict, list) if isinstance(value, kind))](value)
    made.key_name = key_name
    return made


def of_chat(conversation_id: str) -> str:
    """The key of a conversation's words."""
    return f"chat:{conversation_id}"


def of_case(case_id: str) -> str:
    """The key of what the care team wrote about a case, and of how its patient can be reached."""
    return f"case:{case_id}"


_keyrings: WeakKeyDictionary[Dialect, Keyring] = WeakKeyDictionary()


def use(engine: Engine, keyring: Keyring) -> None:
    """Seal and open with `keyring` what goes through `engine`."""
    _keyrings[engine.dialect] = keyring


def keyring_of(dialect: Dialect) -> Keyring:
    """The keyring in use; UnsealedError where the database was opened without one."""
    if dialect not in _keyrings:
        raise UnsealedError("this database was opened without its keys: patients' words can be neither read nor written")
    return _keyrings[dialect]


class Sealed(TypeDecorator[Any], ABC):
    """Text at rest. `place`, the table and column, is part of the seal: a value moved elsewhere does not open."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or not value:
            return None if value is None else self._plain(value)  # nothing was said, and nothing is hidden
        if not isinstance(value, _Under):
            raise UnsealedError(f"a plain value was about to be stored in {self.place}")
        return keyring_of(dialect).seal(value.key_name, self.place, self._plain(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        if value is None or value in ("", "{}", "[]"):
            return None if value is None else self._read(value)
        if not value.startswith(MARK):
            raise RecordsError(f"a value of {self.place} is not sealed; it was written outside Carelight")
        opened = keyring_of(dialect).open(value, self.place)
        return self._gone() if opened is None else self._read(opened)

    @abstractmethod
    def _plain(self, value: Any) -> str:
        """The value as the text that is sealed."""

    @abstractmethod
    def _read(self, text: str) -> Any:
        """The value of such a text."""

    @abstractmethod
    def _gone(self) -> Any:
        """What is read where the key was destroyed."""


class SealedText(Sealed):
    """Words; `DELETED` where their key is destroyed."""

    cache_ok = True

    def _plain(self, value: Any) -> str:
        return str(value)

    def _read(self, text: str) -> str:
        return text

    def _gone(self) -> str:
        return DELETED


class SealedJson(Sealed):
    """A dict or list of words; an empty one where their key is destroyed."""

    cache_ok = True

    def __init__(self, place: str, empty: type[dict[str, Any]] | type[list[Any]] = dict) -> None:
        super().__init__(place)
        self.empty = empty

    def _plain(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    def _read(self, text: str) -> Any:
        return json.loads(text) if text else self.empty()

    def _gone(self) -> Any:
        return self.empty()


class HoldsWords:
    """A row with sealed columns; `key_name` is whose key seals them. mypy holds rows to it: their metaclass leaves no room for `ABC`."""

    @property
    @abstractmethod
    def key_name(self) -> str:
        """Names the key."""


@event.listens_for(HoldsWords, "before_insert", propagate=True)
@event.listens_for(HoldsWords, "before_update", propagate=True)
def _tie(mapper: Mapper[Any], _connection: object, row: HoldsWords) -> None:
    """Tie what is about to be written to the row's own key."""
    state = inspect(row)
    for attribute in mapper.column_attrs:
        if not isinstance(attribute.columns[0].type, Sealed):
            continue
        added = state.attrs[attribute.key].history.added
        if added and added[0]:
            setattr(row, attribute.key, under(row.key_name, added[0]))
