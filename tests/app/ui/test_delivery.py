"""A person's words are carried to every open page of their patient, once drawn no more, and never to anyone else."""

import asyncio
import logging
from collections.abc import Collection, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest

from app.errors import RecordsError
from app.journal import Reply
from app.records.models import now
from app.records.outgoing import Outgoing, Speaker
from app.ui.delivery import Delivery

NORA = Speaker("p1", "Nora", "nurse")
HELLO = Outgoing("p1", "c1", Reply("r1", "staff", "Nora: hello"), now())


@dataclass
class FakePost:
    """What waits, who speaks, and what was seen; it can fail."""

    letters: list[Outgoing] = field(default_factory=list)
    speakers: dict[str, Speaker] = field(default_factory=dict)
    looked: list[set[str]] = field(default_factory=list)
    works: bool = True

    def waiting(self, conversations: Collection[str]) -> Sequence[Outgoing]:
        if not self.works:
            raise RecordsError("the database did not answer")
        return [sent for sent in self.letters if sent.conversation_id in conversations]

    def speaking(self, conversations: Collection[str]) -> Mapping[str, Speaker]:
        return {chat: who for chat, who in self.speakers.items() if chat in conversations}

    def seen(self, conversations: Collection[str]) -> None:
        self.looked.append(set(conversations))


@dataclass
class FakePage:
    """A page that notes what it is given."""

    key: str = "socket-1"
    chat: str = "c1"
    patient: str = "p1"
    works: bool = True
    drawn: list[tuple[str, int]] = field(default_factory=list)
    told: list[Speaker | None] = field(default_factory=list)

    async def draw(self, sent: Outgoing, attempt: int) -> None:
        if not self.works:
            raise RuntimeError("the socket is closing")
        self.drawn.append((sent.reply.id, attempt))

    async def tell(self, speaker: Speaker | None) -> None:
        self.told.append(speaker)


@dataclass
class Carrier:
    """A delivery whose clock the test moves."""

    post: FakePost
    pages: list[FakePage]
    lane: ThreadPoolExecutor
    now: float = 0.0
    quiet: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.delivery = Delivery(self.post, lambda: self.pages, self.lane, self.quiet.append, lambda: self.now)

    def look(self, *at: float) -> None:
        """Look at those moments."""

        async def run() -> None:
            for moment in at:
                self.now = moment
                await self.delivery.once()

        _run(run())


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    """One page of the patient p1, to whom Nora has written."""
    with ThreadPoolExecutor(1) as lane:
        yield Carrier(FakePost([HELLO]), [FakePage()], lane)


def test_a_page_is_given_it_once_and_again_only_while_it_says_nothing(carrier: Carrier) -> None:
    """A frame that was lost on the way must not be the end of it."""
    carrier.look(0, 0.5, 4.9, 5.0, 5.5)
    assert carrier.pages[0].drawn == [("r1", 1), ("r1", 2)]


def test_what_was_acknowledged_is_not_carried_again(carrier: Carrier) -> None:
    """The records say what has arrived."""
    carrier.look(0)
    carrier.post.letters.clear()
    carrier.look(10, 20)
    assert carrier.pages[0].drawn == [("r1", 1)]


def test_a_page_that_reconnects_is_given_it_at_once(carrier: Carrier) -> None:
    """The phone was in a tunnel; the new connection has seen nothing."""
    carrier.look(0)
    carrier.pages[:] = [FakePage(key="socket-2")]
    carrier.look(0.5)
    assert carrier.pages[0].drawn == [("r1", 1)]


def test_both_tabs_of_the_patient_are_given_it(carrier: Carrier) -> None:
    """Whichever they are looking at."""
    carrier.pages.append(FakePage(key="socket-2"))
    carrier.look(0)
    assert [page.drawn for page in carrier.pages] == [[("r1", 1)], [("r1", 1)]]


@pytest.mark.parametrize("page", [FakePage(patient="p2"), FakePage(chat="c2")])
def test_nobody_else_is_given_it_or_told_who_speaks(page: FakePage, carrier: Carrier) -> None:
    """Neither a stranger who names the chat, nor another chat of the same patient."""
    carrier.pages[:] = [page]
    carrier.post.speakers["c1"] = NORA
    carrier.look(0)
    assert (page.drawn, page.told) == ([], [None])


def test_the_page_is_told_who_speaks_and_when_that_ends(carrier: Carrier) -> None:
    """However it came about: joined, handed back, lapsed or closed, the records decide."""
    carrier.look(0)
    carrier.post.speakers["c1"] = NORA
    carrier.look(0.5, 1.0)
    carrier.post.speakers.clear()
    carrier.look(1.5, 2.0)
    assert carrier.pages[0].told == [None, NORA, None]


def test_who_speaks_is_told_again_now_and_then(carrier: Carrier) -> None:
    """The one frame that says it may have come before the page could read it."""
    carrier.post.speakers["c1"] = NORA
    carrier.look(0, 5, 10)
    assert carrier.pages[0].told == [NORA, NORA]


def test_an_answer_still_being_made_is_stopped_when_a_person_begins_to_speak(carrier: Carrier) -> None:
    """The assistant is quiet from there on."""
    carrier.look(0)
    assert carrier.quiet == []
    carrier.post.speakers["c1"] = NORA
    carrier.look(0.5)
    assert carrier.quiet == ["c1"]


def test_open_chats_are_marked_as_seen_every_ten_seconds(carrier: Carrier) -> None:
    """The desk shows who is still there."""
    carrier.look(0, 0.5, 9.5, 10.0, 10.5)
    assert carrier.post.looked == [{"c1"}, {"c1"}]


def test_without_an_open_page_the_records_are_left_in_peace(carrier: Carrier) -> None:
    """Nights are long."""
    carrier.pages.clear()
    carrier.look(0, 20)
    assert carrier.post.looked == []


def test_a_page_that_is_just_closing_keeps_no_other_from_its_words(carrier: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    """And no word of them is logged."""
    carrier.pages[:] = [FakePage(works=False), FakePage(key="socket-2")]
    with caplog.at_level(logging.ERROR):
        carrier.look(0)
    assert carrier.pages[1].drawn == [("r1", 1)]
    assert "hello" not in caplog.text


def test_it_goes_on_after_the_records_failed_and_complains_once(carrier: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    """A nurse's words must not be lost with the first error."""

    async def run() -> None:
        carrier.post.works = False
        carrier.delivery.start()
        carrier.delivery.start()
        await asyncio.sleep(1.2)
        carrier.post.works = True
        await asyncio.sleep(0.6)

    with caplog.at_level(logging.ERROR, "carelight.delivery"):
        _run(run())
    assert (carrier.pages[0].drawn, len(caplog.records)) == ([("r1", 1)], 1)
