"""A real model that invents freely, through the real client: nothing unsupported is shown, and every turn ends."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import offline
from app.conversation import Finished, Grown, Shown
from app.records.database import Database
from app.wiring import starter_corpus
from knowledge.library import Snapshot
from retrieval.drafted import Drafter, connect
from retrieval.model import Limits, ModelChoice
from tests.app.turns import World
from tests.fakes import snapshot
from tests.small_model import medicines_of, small_model, unsupported_by
from tools.small_model import weights

QUESTIONS = ("What is gout?", "What causes gout?", "What helps with a gout attack?", "Which medicines treat gout?", "How is gout found?")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SmolLM2 on this machine."""
    if weights() is None:
        pytest.skip("SmolLM2 is not installed (`make setup` installs it)")
    with small_model(tmp_path_factory.mktemp("model") / "log.txt") as url:
        yield url


@pytest.fixture(scope="module")
def library() -> Snapshot:
    """The starter corpus, for the names of its medicines."""
    return snapshot(*starter_corpus())


@pytest.mark.usefixtures("kept_environment")
def test_no_unsupported_sentence_of_a_real_model_is_shown(address: str, library: Snapshot, database: Database, tmp_path: Path) -> None:
    """Five questions on a starter article; every drafted sentence shown passes a second check, written apart from the product's."""
    offline.prepare(tmp_path / "assets")
    world = World(database, tmp_path, article=library.article("gout"))
    choice = ModelChoice("openai:small", address, "none", Limits(5.0, 9.0, 9.0, retries=0), prompt_tokens=1100, answer_tokens=48)
    world.drafter = Drafter(connect(choice), choice)
    medicines = medicines_of(library)
    for number, question in enumerate(QUESTIONS):
        events = world.turn(question, chat=f"c{number}").events
        reply = [event.reply for event in events if isinstance(event, Shown | Grown)][-1]
        assert isinstance(events[-1], Finished)
        assert reply.statements
        for statement in reply.statements:
            quotes = [citation.quote for citation in statement.citations]
            assert statement.text == "\n".join(quotes) or unsupported_by(statement.text, quotes, medicines) == []
    world.screener.close()


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("Gout hurts the joint.", []),
        ("Gout hurts for 3 days.", ["number 3.0"]),
        ("Gout does not hurt the joint.", ["negation"]),
        ("Ibuprofen helps a swollen joint.", ["medicine ibuprofen"]),
        ("Cherries always soothe arthritis.", ["words ['always', 'arthritis', 'cherries', 'soothe']"]),
    ],
)
def test_the_second_check_finds_what_it_looks_for(sentence: str, wrong: list[str]) -> None:
    """A check that finds nothing proves nothing."""
    assert unsupported_by(sentence, ["Gout hurts the joint.", "A swollen joint needs rest and helps you."], ["ibuprofen"]) == wrong
