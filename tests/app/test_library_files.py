"""A library leaves and comes back byte for byte; what nobody can prove comes back unsigned."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content import documents, library_files
from app.content.editorial import WRITERS
from app.content.library_files import MANIFEST
from app.errors import NotAllowedError
from app.records.article_board import ArticleBoard
from app.records.database import Database
from app.records.drafts import DraftStore
from app.records.library_copy import LibraryCopy
from app.records.library_store import LibraryStore, sha256_of
from app.records.publishing import FoundChanges, PublishStore
from app.records.staff import StaffStore
from app.records.submissions import SubmissionStore
from app.records.text_store import TextStore
from app.secrets import Secrets
from knowledge.article import parse
from tests.fakes import article
from tests.keys import records

KEY, OTHER = b"this clinic", b"another clinic"
STAFF = (("ed", "editor"), ("rita", "reviewer"), ("ruben", "reviewer"))
SLUGS = ("acne", "gout")
PASSWORD = "correct horse battery"


class Clinic:
    """One installation: its database, and what its people do."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.library, self.drafts = LibraryStore(database), DraftStore(database)
        self.submissions, self.publishing = SubmissionStore(database), PublishStore(database)
        self.ids: dict[str, str] = {}
        TextStore(database).bring_in(list(documents.packaged())[:1])
        self.library.publish([article(f"## Overview\n\nOn {slug}.\n", slug=slug, title=slug, synonyms="") for slug in SLUGS], "starter")

    def staff(self) -> "Clinic":
        """Give it people."""
        store = StaffStore(self.database)
        for login, role in STAFF:
            store.add(login, login.capitalize(), role, PASSWORD)
        self.ids = {member.login: member.id for role in WRITERS for member in store.team(role)}
        return self

    def step(self, kind: str, slug: str, who: str) -> None:
        """One thing that somebody tries; what is not allowed changes nothing."""
        by = self.ids[who]
        try:
            if kind == "write":
                draft = self.drafts.begin(slug, by)
                saved = self.drafts.save(slug, f"{draft.text}\nMore by {who}.\n", draft.version, by)
                self.submissions.submit(slug, saved.version, by, f"note of {who}")
            elif kind == "sign":
                newest = self.library.revision(slug, self.library.newest(slug))
                assert newest is not None
                self.submissions.sign(slug, sha256_of(newest.article), by)
            elif kind == "changes":
                self.submissions.ask_changes(slug, by, "not yet")
            elif kind == "publish":
                number = self.library.newest(slug)
                served = self.library.snapshot().version
                self.publishing.keep_gate(slug, number, FoundChanges(served, "f", blocks=False, changes=0, result={}))
                self.publishing.publish(slug, by)
            elif kind == "withdraw":
                self.publishing.withdraw(slug, by, "old", pinned=False)
            else:
                self.submissions.comment(slug, 1, (0, 5), "Really?", by)
        except NotAllowedError:
            return

    def export(self, folder: Path, key: bytes = KEY) -> dict[str, bytes]:
        """Every file of an export by name."""
        library_files.write(LibraryCopy(self.database), key, folder)
        return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}

    def bring_in(self, folder: Path, key: bytes = KEY, *, dry_run: bool = False) -> library_files.Brought:
        """Import a folder."""
        return library_files.bring_in(LibraryCopy(self.database), key, folder, dry_run=dry_run)

    def signed(self) -> dict[str, int]:
        """Revisions that patients get with the rule of two."""
        return {slug: found.number for slug, found in LibraryStore(self.database, signed_only=True).snapshot().revisions.items()}


@pytest.fixture
def opened(migrated: Path, tmp_path: Path) -> Iterator[Callable[[], Clinic]]:
    """Makes installations, each with a database of its own."""
    made: list[Database] = []

    def make() -> Clinic:
        made.append(records(shutil.copy(migrated, tmp_path / f"clinic{len(made)}.db")))
        return Clinic(made[-1])

    yield make
    for database in made:
        database.close()


STEPS = st.tuples(
    st.sampled_from(["write", "sign", "publish", "changes", "withdraw", "comment"]),
    st.sampled_from(SLUGS),
    st.sampled_from([login for login, _ in STAFF]),
)
FULL = [("write", "gout", "ed"), ("sign", "gout", "rita"), ("publish", "gout", "ed"), ("write", "gout", "ed")]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=12))
def test_a_library_comes_back_byte_for_byte_and_signed_only_under_its_own_key(
    opened: Callable[[], Clinic], tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    """Whatever was done in whatever order; elsewhere the same folder signs nothing."""
    here, folder = opened().staff(), tmp_path_factory.mktemp("library")
    for kind, slug, who in [*FULL, *steps]:
        here.step(kind, slug, who)
    files = here.export(folder / "out")
    fresh, stranger = opened(), opened()
    assert fresh.bring_in(folder / "out").proven
    assert fresh.export(folder / "again") == files
    assert fresh.signed() == here.signed()
    assert not stranger.bring_in(folder / "out", OTHER).proven
    assert stranger.signed() == {}
    assert {line.state for line in ArticleBoard(stranger.database).read()} <= {"published", "waiting"}
    stored = {row.text for row in stranger.library.stored()}
    assert {text.decode() for name, text in files.items() if name.endswith(".md")} <= stored


@pytest.fixture
def exported(opened: Callable[[], Clinic], tmp_path: Path) -> Path:
    """A folder with a signed, served article that is in review again."""
    here = opened().staff()
    for kind, slug, who in FULL:
        here.step(kind, slug, who)
    here.export(tmp_path / "out")
    return tmp_path / "out"


def test_a_changed_file_counts_as_nobodys(opened: Callable[[], Clinic], exported: Path) -> None:
    """The proof is over the bytes of each revision; the other articles stand."""
    (exported / "gout" / "0002.md").write_text(article("## Overview\n\nTake more.\n").text)
    fresh = opened()
    done = fresh.bring_in(exported)
    assert (done.proven, done.restored.waiting) == (True, ("gout",))
    assert fresh.signed() == {}
    assert "acne" in done.restored.whole


@pytest.mark.parametrize(
    "tampering",
    [
        lambda told: told["library"]["articles"]["acne"]["served"][0].update(signed=True),
        lambda told: told["library"]["articles"]["gout"]["submissions"][0]["authors"].clear(),
        lambda told: told.update(proof=""),
        lambda told: told.pop("proof"),
        lambda told: told.update(form="carelight library 2"),
    ],
)
def test_a_changed_manifest_signs_nothing(
    tampering: Callable[[dict[str, dict[str, object]]], object], opened: Callable[[], Clinic], exported: Path
) -> None:
    """A signature that can be edited is none."""
    told = json.loads((exported / MANIFEST).read_text())
    tampering(told)
    (exported / MANIFEST).write_text(json.dumps(told))
    fresh = opened()
    done = fresh.bring_in(exported)
    assert (done.proven, done.restored.whole, fresh.signed()) == (False, (), {})
    assert "gout" in done.restored.waiting


def test_a_manifest_that_cannot_be_read_signs_nothing(opened: Callable[[], Clinic], exported: Path) -> None:
    """Cut off half way, or something else altogether."""
    for text in ("", "[]", "{", '{"library": 1, "proof": 2}', "null"):
        (exported / MANIFEST).write_text(text)
        assert not opened().bring_in(exported, KEY).proven


def test_a_second_import_changes_nothing(opened: Callable[[], Clinic], exported: Path, tmp_path: Path) -> None:
    """Also of a folder that nobody can prove."""
    fresh = opened()
    fresh.bring_in(exported)
    before = fresh.export(tmp_path / "before")
    again = fresh.bring_in(exported)
    assert ("gout" in again.restored.unchanged, again.restored.waiting) == (True, ())
    assert fresh.export(tmp_path / "after") == before
    stranger = opened()
    assert stranger.bring_in(exported, OTHER).restored.waiting == ("gout",)
    assert stranger.bring_in(exported, OTHER).restored.waiting == ()


def test_work_that_was_done_here_is_never_replaced(opened: Callable[[], Clinic], exported: Path) -> None:
    """An old copy must not bring back what was withdrawn since."""
    fresh = opened()
    fresh.bring_in(exported)
    fresh.staff()
    fresh.step("withdraw", "gout", "rita")
    fresh.bring_in(exported)
    assert "gout" not in fresh.library.snapshot().revisions
    here = opened().staff()
    here.step("write", "gout", "ed")
    assert here.bring_in(exported).restored.waiting == ("gout",)
    assert here.signed() == {}


def test_a_dry_run_says_the_same_and_writes_nothing(opened: Callable[[], Clinic], exported: Path, tmp_path: Path) -> None:
    """An operator looks first."""
    fresh = opened()
    before = fresh.export(tmp_path / "before")
    dry = fresh.bring_in(exported, dry_run=True)
    assert fresh.export(tmp_path / "after") == before
    assert dry == fresh.bring_in(exported)


def test_whoever_wrote_elsewhere_cannot_sign_it_under_a_new_account(opened: Callable[[], Clinic], exported: Path) -> None:
    """People keep the id under which they wrote, whether their account is made before the import or after it."""
    for before in (True, False):
        fresh = opened()
        staff = StaffStore(fresh.database)
        if not before:
            fresh.bring_in(exported)
            assert staff.sign_in("ed", "!imported") is None
        staff.add("ed", "Ed", "reviewer", PASSWORD)
        if before:
            fresh.bring_in(exported)
        ed = next(member.id for member in staff.team("reviewer") if member.login == "ed")
        text = (exported / "gout" / "0003.md").read_text()
        with pytest.raises(NotAllowedError, match="you wrote or handed in"):
            fresh.submissions.sign("gout", sha256_of(parse(text)), ed)


def test_starter_text_of_another_version_gives_way_to_what_was_signed(opened: Callable[[], Clinic], exported: Path) -> None:
    """A copy made by one version comes back into the next, unless an answer already cites what ships there."""
    fresh = opened()
    fresh.library.publish([article("## Overview\n\nA newer starter.\n")], "starter")
    fresh.bring_in(exported)
    assert fresh.signed() == {"gout": 2}


def test_a_file_that_is_no_article_is_refused_with_its_place(opened: Callable[[], Clinic], exported: Path) -> None:
    """The rest comes in."""
    (exported / "knee").mkdir()
    (exported / "knee" / "0001.md").write_text("no front matter")
    [refused] = opened().bring_in(exported).restored.refused
    assert refused.startswith("knee: revision 1: must open with")


def test_the_key_of_a_library_is_made_from_the_records_key() -> None:
    """Whoever keeps the clinic's keys keeps this one; it is not that key itself."""
    records = Fernet.generate_key()
    key = Secrets("guest", b"spool", records, ()).library
    assert len(key) == 32
    assert key != Secrets("guest", b"spool", Fernet.generate_key(), ()).library
    assert key not in records
