"""The editor desk's records: nothing is overwritten, nothing reaches patients past the rule of two, history tells all of it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.content.review_policy import policy
from app.errors import NotAllowedError, StaleDraftError
from app.records.article_board import ArticleBoard
from app.records.article_files import ArticleFiles
from app.records.database import Database
from app.records.drafts import DraftStore
from app.records.library_store import LibraryStore, sha256_of
from app.records.publishing import FoundChanges, PublishStore
from app.records.staff import StaffStore
from app.records.submissions import SubmissionStore
from knowledge.article import parse
from tests.fakes import article, article_text
from tests.keys import records

FIRST = "## Overview\n\nGout hurts.\n"


@dataclass(frozen=True)
class Desk:
    """The stores over one database, and the ids of the staff by login."""

    database: Database
    ids: dict[str, str]
    drafts: DraftStore
    submissions: SubmissionStore
    publishing: PublishStore

    def text(self, words: str, slug: str = "gout") -> str:
        return article_text(f"## Overview\n\n{words}\n", slug=slug)

    def write(self, words: str, who: str = "ed") -> int:
        """Write and hand in a new text of the article; its number."""
        begun = self.drafts.begin("gout", self.ids[who])
        saved = self.drafts.save("gout", self.text(words), begun.version, self.ids[who])
        return self.submissions.submit("gout", saved.version, self.ids[who])

    def sign(self, words: str, who: str = "rita") -> None:
        self.submissions.sign("gout", sha256_of(parse(self.text(words))), self.ids[who])

    def check(self, number: int, **found: object) -> int:
        """Keep a gate against what is served now."""
        version = LibraryStore(self.database).snapshot().version
        values = {"served_version": version, "fingerprint": "same", "blocks": False, "changes": 0, "result": {}, **found}
        return self.publishing.keep_gate("gout", number, FoundChanges(**values))  # type: ignore[arg-type]

    def served(self) -> str | None:
        found = LibraryStore(self.database).snapshot().revisions.get("gout")
        return found.article.body.split("\n")[-2] if found else None

    def publish(self, words: str) -> int:
        """All the way to patients."""
        number = self.write(words)
        self.sign(words)
        self.check(number)
        return self.publishing.publish("gout", self.ids["ed"])


@pytest.fixture
def desk(database: Database, add_staff: Callable[[StaffStore], dict[str, str]]) -> Desk:
    LibraryStore(database).publish([article(FIRST)], "starter")
    rules = policy("medicine", "365, condition 100")
    return Desk(
        database, add_staff(StaffStore(database)), DraftStore(database), SubmissionStore(database, rules), PublishStore(database, rules)
    )


@pytest.fixture
def add_staff() -> Callable[[StaffStore], dict[str, str]]:
    def add(store: StaffStore) -> dict[str, str]:
        roles = {"ed": "editor", "eve": "editor", "rita": "reviewer", "ruben": "reviewer", "nora": "care"}
        for login, role in roles.items():
            store.add(login, login.capitalize(), role, "correct horse battery")
        return {member.login: member.id for role in set(roles.values()) for member in store.team(role)}

    return add


# Writing


def test_nobody_overwrites_what_they_have_not_seen(desk: Desk) -> None:
    """Two editors at once: the second is told, and the first's words stand."""
    begun = desk.drafts.begin("gout", desk.ids["ed"])
    assert desk.drafts.begin("gout", desk.ids["eve"]) == begun
    desk.drafts.save("gout", "mine", begun.version, desk.ids["ed"])
    with pytest.raises(StaleDraftError):
        desk.drafts.save("gout", "hers", begun.version, desk.ids["eve"])
    assert desk.drafts.begin("gout", desk.ids["eve"]).text == "mine"


def test_whoever_has_the_article_open_is_told_of_the_others(desk: Desk) -> None:
    """By name, and no longer once they have left."""
    assert desk.drafts.editing("gout", desk.ids["ed"]) == ()
    assert desk.drafts.editing("gout", desk.ids["eve"]) == ("Ed",)
    desk.drafts.stopped("gout", desk.ids["ed"])
    assert desk.drafts.editing("gout", desk.ids["eve"]) == ()


def test_a_nurse_writes_no_articles(desk: Desk) -> None:
    """Roles hold in the records, whatever page is asked."""
    with pytest.raises(NotAllowedError, match="only editors"):
        desk.drafts.begin("gout", desk.ids["nora"])


def test_an_unchanged_text_is_not_handed_in_as_a_new_revision(desk: Desk) -> None:
    """A renewal is said to be one, and keeps its number."""
    begun = desk.drafts.begin("gout", desk.ids["ed"])
    with pytest.raises(NotAllowedError, match="nothing was changed"):
        desk.submissions.submit("gout", begun.version, desk.ids["ed"])


# Review and publishing


def test_a_new_text_reaches_patients_when_two_people_have_passed_it(desk: Desk) -> None:
    """And is due again when the clinic's policy says, counted from the signature."""
    number = desk.publish("Gout is painful.")
    revision = LibraryStore(desk.database, signed_only=True).snapshot().revisions["gout"]
    assert (revision.number, desk.served(), revision.signed) == (number, "Gout is painful.", True)
    assert revision.reviewed is not None
    assert revision.next_review == revision.reviewed + timedelta(days=100)


def test_patients_keep_the_old_text_until_the_gate_was_passed(desk: Desk) -> None:
    """Approved is not published."""
    number = desk.write("New.")
    desk.sign("New.")
    with pytest.raises(NotAllowedError, match="worked out"):
        desk.publishing.publish("gout", desk.ids["ed"])
    gate = desk.check(number, changes=2)
    with pytest.raises(NotAllowedError, match="somebody must look"):
        desk.publishing.publish("gout", desk.ids["ed"])
    assert desk.served() == "Gout hurts."
    desk.publishing.acknowledge(gate, desk.ids["ed"])
    desk.publishing.publish("gout", desk.ids["ed"])
    assert desk.served() == "New."


def test_a_gate_worked_out_before_another_article_changed_does_not_count(desk: Desk) -> None:
    """What it says may no longer be so; but who let exactly the same changes pass need not say it twice."""
    number = desk.write("New.")
    desk.sign("New.")
    desk.publishing.acknowledge(desk.check(number, changes=2), desk.ids["ed"])
    LibraryStore(desk.database).publish([article(FIRST, slug="flu")], "file")
    with pytest.raises(NotAllowedError, match="worked out"):
        desk.publishing.publish("gout", desk.ids["ed"])
    desk.check(number, changes=2)
    assert desk.publishing.publish("gout", desk.ids["ed"]) == number


def test_what_a_reviewer_wrote_somebody_else_signs_also_after_it_came_back(desk: Desk) -> None:
    """Authors stay authors of their unread words through every round."""
    desk.write("By Rita.", "rita")
    desk.submissions.ask_changes("gout", desk.ids["ruben"], "shorter")
    back = desk.drafts.begin("gout", desk.ids["ed"])
    assert set(back.authors) == {desk.ids["rita"]}
    saved = desk.drafts.save("gout", desk.text("By both."), back.version, desk.ids["ed"])
    desk.submissions.submit("gout", saved.version, desk.ids["ed"])
    with pytest.raises(NotAllowedError, match="somebody else must review"):
        desk.sign("By both.", "rita")
    desk.sign("By both.", "ruben")


def test_a_medicine_needs_two_reviewers_where_the_clinic_says_so(desk: Desk) -> None:
    """The setting names kinds."""
    text = article_text(FIRST, slug="aspirin", kind="medicine")
    made = desk.drafts.create("aspirin", text, desk.ids["ed"])
    desk.submissions.submit("aspirin", made.version, desk.ids["ed"])
    assert desk.submissions.sign("aspirin", sha256_of(parse(text)), desk.ids["rita"]).state == "in_review"
    assert desk.submissions.sign("aspirin", sha256_of(parse(text)), desk.ids["ruben"]).state == "approved"


def test_a_starter_article_is_signed_as_it_stands(desk: Desk) -> None:
    """An editor stands behind it and a reviewer signs: the same revision, from now on served in production too."""
    assert LibraryStore(desk.database, signed_only=True).snapshot().revisions == {}
    desk.submissions.hand_in("gout", 1, desk.ids["ed"])
    desk.submissions.sign("gout", sha256_of(article(FIRST)), desk.ids["rita"])
    desk.check(1)
    desk.publishing.publish("gout", desk.ids["ed"])
    assert LibraryStore(desk.database, signed_only=True).snapshot().revisions["gout"].number == 1


def test_an_import_replaces_nothing_that_was_signed_or_withdrawn(desk: Desk) -> None:
    """It waits for the desk."""
    desk.publish("Signed.")
    library = LibraryStore(desk.database)
    assert library.publish([article("## Overview\n\nFrom a file.\n")], "file").waiting == ("gout",)
    assert desk.served() == "Signed."
    desk.publishing.withdraw("gout", desk.ids["ed"], "wrong dose", pinned=False)
    assert library.publish([article("## Overview\n\nFrom another.\n")], "file").waiting == ("gout",)
    assert desk.served() is None
    assert [line.state for line in ArticleBoard(desk.database).read()] == ["withdrawn"]


def test_a_withdrawn_article_comes_back_as_a_revision_that_was_passed(desk: Desk) -> None:
    """Never as the starter text that nobody signed."""
    number = desk.publish("Signed.")
    desk.publishing.withdraw("gout", desk.ids["ed"], "wrong dose", pinned=False)
    desk.check(1)
    with pytest.raises(NotAllowedError, match="nobody has signed"):
        desk.publishing.serve_again("gout", 1, desk.ids["rita"], "it was right")
    desk.check(number)
    desk.publishing.serve_again("gout", number, desk.ids["rita"], "it was right")
    assert desk.served() == "Signed."


def test_what_a_rule_pins_only_the_lead_withdraws(desk: Desk) -> None:
    """Its care card would lose its first-aid lines."""
    with pytest.raises(NotAllowedError, match="clinical lead"):
        desk.publishing.withdraw("gout", desk.ids["rita"], "old", pinned=True)


def test_a_plan_that_cannot_be_kept_is_held_and_says_why(desk: Desk) -> None:
    """The desk lists it; patients keep what they have."""
    desk.write("New.")
    desk.sign("New.")
    desk.publishing.plan("gout", desk.ids["ed"], datetime.now(UTC))
    desk.publishing.hold("gout", "answers change")
    [line] = ArticleBoard(desk.database).read()
    assert (line.state, line.held, line.planned) == ("approved", "answers change", None)


def test_the_history_tells_who_did_what_and_why(desk: Desk) -> None:
    """Newest first, with names."""
    desk.publish("New.")
    file = ArticleFiles(desk.database).open("gout")
    assert file is not None
    assert [(event.verb, event.by) for event in file.history] == [
        ("published", "Ed"),
        ("approved", "Rita"),
        ("handed_in", "Ed"),
        ("begun", "Ed"),
    ]


def test_comments_quote_the_words_they_are_about(desk: Desk) -> None:
    """And are resolved by name."""
    number = desk.write("Gout hurts a lot.")
    start = parse(desk.text("Gout hurts a lot.")).body.index("a lot")
    desk.submissions.comment("gout", number, (start, start + 5), "How much?", desk.ids["rita"])
    file = ArticleFiles(desk.database).open("gout")
    assert file is not None
    [comment] = file.comments
    desk.submissions.resolve(comment.id, desk.ids["ed"])
    assert (comment.quote, comment.by, comment.resolved_by) == ("a lot", "Rita", "")


# The law

WHO = st.sampled_from(["ed", "eve", "rita", "ruben", "nora"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "hand_in", "sign", "sign", "changes", "back", "publish", "publish", "withdraw", "again"]), WHO),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_sequence_of_steps_serves_what_one_person_made(
    steps: list[tuple[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    migrated: Path,
    add_staff: Callable[[StaffStore], dict[str, str]],
) -> None:
    """Whatever they try, in whatever order: what production serves was handed in by one and signed by another."""
    database = records(shutil.copy(migrated, tmp_path_factory.mktemp("law") / "d.db"))
    LibraryStore(database).publish([article(FIRST)], "starter")
    desk = Desk(database, add_staff(StaffStore(database)), DraftStore(database), SubmissionStore(database), PublishStore(database))
    wrote: dict[int, set[str]] = {}
    signed: dict[int, set[str]] = {}
    for place, (step, who) in enumerate(steps):
        try:
            _take(desk, step, who, f"Text {place}.", (wrote, signed))
        except NotAllowedError:
            continue
        finally:
            served = LibraryStore(database, signed_only=True).snapshot().revisions.get("gout")
            if served is not None:
                assert signed[served.number] - wrote[served.number]
    database.close()


def _take(desk: Desk, step: str, who: str, words: str, known: tuple[dict[int, set[str]], dict[int, set[str]]]) -> None:
    wrote, signed = known
    file = ArticleFiles(desk.database).open("gout")
    assert file is not None
    number = file.review.submission.revision if file.review else file.revisions[0].number
    if step == "write":
        wrote[desk.write(words, who)] = {who}
    elif step == "hand_in":
        desk.submissions.hand_in("gout", number, desk.ids[who])
        wrote.setdefault(number, set()).add(who)
    elif step == "sign":
        desk.submissions.sign("gout", file.revisions[0].sha256, desk.ids[who])
        signed.setdefault(number, set()).add(who)
    elif step == "changes":
        desk.submissions.ask_changes("gout", desk.ids[who], "no")
    elif step == "back":
        desk.submissions.take_back("gout", desk.ids[who])
    elif step == "publish":
        desk.check(number)
        desk.publishing.publish("gout", desk.ids[who])
    elif step == "withdraw":
        desk.publishing.withdraw("gout", desk.ids[who], "why", pinned=False)
    else:
        desk.check(number)
        desk.publishing.serve_again("gout", number, desk.ids[who], "why")
