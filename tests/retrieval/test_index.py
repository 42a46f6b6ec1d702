"""The vector index: sync makes it hold exactly the served passages, and it refuses to compare what cannot be compared."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromadb.api.shared_system_client import SharedSystemClient

from app import settings
from app.wiring import Application
from knowledge.library import Revision, Snapshot
from retrieval.index import IndexUnusableError, PassageIndex, SyncReport, indexed_text
from tests.fakes import HashingEmbedder, article, snapshot


@pytest.fixture(autouse=True)
def _let_go() -> Iterator[None]:
    """Chroma keeps a client for each folder that was ever opened."""
    yield
    SharedSystemClient.clear_system_cache()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the index lies."""
    return tmp_path / "index"


@pytest.fixture
def index(folder: Path, library: Snapshot) -> PassageIndex:
    """An index that holds the small library."""
    made = PassageIndex(folder, HashingEmbedder())
    made.sync(library)
    return made


def test_an_index_holds_the_served_passages_after_its_first_sync(folder: Path, library: Snapshot) -> None:
    """What is not indexed cannot be found by meaning."""
    index = PassageIndex(folder, HashingEmbedder())
    assert index.sync(library) == SyncReport(len(library.passages), 0, 0)
    assert index.size == len(library.passages)


def test_a_second_sync_embeds_nothing(index: PassageIndex, library: Snapshot) -> None:
    """A restart must not cost minutes of embedding."""
    assert index.sync(library) == SyncReport(0, 0, len(library.passages))


def test_a_changed_article_alone_is_embedded_again(index: PassageIndex, library: Snapshot) -> None:
    """Publishing one correction touches its own passages: the old revision leaves, the others stay."""
    croup = [key for key, passage in library.passages.items() if passage.article == "croup"]
    changed = Revision(2, article("## Overview\n\nCroup comes at night.\n", title="Croup", slug="croup"))
    report = index.sync(Snapshot(2, {**library.revisions, "croup": changed}))
    assert report == SyncReport(1, len(croup), len(library.passages) - len(croup))
    assert not {key for key, _ in index.search("croup", 50)} & set(croup)


def test_a_passage_whose_words_changed_under_the_same_id_is_embedded_again(folder: Path) -> None:
    """Ids pin spans, not words: a renamed heading of the same length would keep its old vector."""
    index = PassageIndex(folder, HashingEmbedder())
    index.sync(snapshot(article("## Recovery\n\nRest.\n")))
    assert index.sync(snapshot(article("## Overview\n\nRest.\n"))) == SyncReport(1, 1, 0)


def test_an_empty_served_set_empties_the_index(index: PassageIndex) -> None:
    """Withdrawing the last article must work like any other."""
    index.sync(snapshot())
    assert (index.size, index.search("gout", 5)) == (0, [])


def test_progress_counts_up_to_the_passages_embedded(folder: Path) -> None:
    """The operator who imports a thousand articles sees that it moves."""
    many = snapshot(article("## Overview\n\n" + "\n\n".join(f"Fact {n} of gout." for n in range(300)) + "\n"))
    seen: list[tuple[int, int]] = []
    PassageIndex(folder, HashingEmbedder()).sync(many, lambda done, total: seen.append((done, total)))
    assert seen == [(256, 300), (300, 300)]


def test_the_nearest_passages_come_first_with_their_cosine(index: PassageIndex, library: Snapshot) -> None:
    """Coverage is decided on these cosines, so they must be cosines and no other distance."""
    found = index.search("gout pain in the big toe", 3)
    question, *passages = HashingEmbedder().embed(["gout pain in the big toe", *(indexed_text(library.passages[key]) for key, _ in found)])
    assert [score for _, score in found] == pytest.approx([float(question @ passage) for passage in passages], abs=1e-4)
    assert found[0][0] == library.section_passages("gout", "Symptoms")[0].id


@pytest.mark.parametrize("count", [1, 3, 500])
def test_no_more_is_found_than_asked_for_or_than_there_is(count: int, index: PassageIndex, library: Snapshot) -> None:
    """Search asks for more than a small library holds."""
    assert len(index.search("gout", count)) == min(count, len(library.passages))


def test_an_index_is_there_again_after_a_restart(index: PassageIndex, folder: Path, library: Snapshot) -> None:
    """The vectors lie on disk."""
    SharedSystemClient.clear_system_cache()
    again = PassageIndex(folder, HashingEmbedder())
    assert again.search("gout crystals", 2) == index.search("gout crystals", 2)
    assert again.size == len(library.passages)


@pytest.mark.usefixtures("index")
def test_an_index_of_another_embedding_model_is_refused_and_stays_so(folder: Path) -> None:
    """Vectors of two models look alike and mean nothing to each other: every answer would be a wrong one."""
    for _ in range(2):
        with pytest.raises(IndexUnusableError, match=r"hashing, not other; run 'carelight index rebuild'"):
            PassageIndex(folder, HashingEmbedder("other"))
    assert PassageIndex(folder, HashingEmbedder()).search("gout", 1)


@pytest.mark.usefixtures("index")
def test_a_removed_index_is_made_again_by_another_model(folder: Path, library: Snapshot) -> None:
    """What the refusal tells the operator to do must work."""
    PassageIndex.remove(folder)
    rebuilt = PassageIndex(folder, HashingEmbedder("other"))
    assert rebuilt.sync(library) == SyncReport(len(library.passages), 0, 0)
    assert rebuilt.search("gout", 1)


def test_a_damaged_index_is_one_clear_error(folder: Path) -> None:
    """A full disk leaves half a file: the operator reads what to do, the patient gets the set words."""
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"not a database" * 100)
    with pytest.raises(IndexUnusableError, match="run 'carelight index rebuild'"):
        PassageIndex(folder, HashingEmbedder())


def test_a_failing_embedder_is_the_indexs_error(folder: Path, library: Snapshot) -> None:
    """A question the model chokes on must end in set words, and the words of the error hold no question."""

    class Choking(HashingEmbedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            if texts == ["my secret"]:
                raise ValueError(texts[0])
            return super().embed(texts)

    index = PassageIndex(folder, Choking())
    index.sync(library)
    with pytest.raises(IndexUnusableError, match="ValueError") as caught:
        index.search("my secret", 3)
    assert "secret" not in str(caught.value)


def test_rebuilding_makes_the_index_again_from_the_served_set(tmp_path: Path) -> None:
    """The index can be lost at any time; the database cannot."""
    app = Application(settings.read(data_dir=tmp_path), lambda _model: HashingEmbedder())
    app.add_articles([article("## Overview\n\nGout hurts.\n\nGout heals.\n")], "test")
    assert app.sync_index() == app.rebuild_index() == SyncReport(2, 0, 0)
    assert app.index.size == len(app.library.snapshot().passages)
    app.close()


def test_the_vectors_of_passages_it_holds_can_be_had(index: PassageIndex, library: Snapshot) -> None:
    """A library as it would be embeds only what no index holds: not a passage of other words, nor one never indexed."""
    passages = list(library.passages.values())
    found = index.vectors([*passages, replace(passages[0], text="Other words."), replace(passages[1], revision=9)][1:])
    assert found.keys() == {passage.id for passage in passages[1:]}
    assert np.allclose(found[passages[1].id], HashingEmbedder().embed([indexed_text(passages[1])])[0], atol=1e-6)
