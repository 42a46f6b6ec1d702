"""The steps of an article on its way to patients, as a table and as a law that no order of steps breaks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content import editorial
from app.content.editorial import Gate, Person, Submission
from app.errors import NotAllowedError

ED, RITA, RUBEN = Person("ed", "editor"), Person("rita", "reviewer"), Person("ruben", "reviewer")
NORA, ADA = Person("nora", "care"), Person("ada", "administrator")
LEAD = Person("lena", "reviewer", lead=True)
SEEN = Gate(7, blocks=False, changes=0)


def handed_in(needed: int = 1) -> Submission:
    return editorial.handed_in(ED, 2, "abc", {"ed"}, needed)


def approved(needed: int = 1) -> Submission:
    now = editorial.signed(handed_in(needed), RITA, "abc")
    return now if needed == 1 else editorial.signed(now, RUBEN, "abc")


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (lambda: editorial.handed_in(NORA, 1, "abc", (), 1), "only editors and clinical reviewers hand in"),
        (lambda: editorial.signed(handed_in(), ED, "abc"), "only clinical reviewers approve"),
        (lambda: editorial.signed(handed_in(), ADA, "abc"), "only clinical reviewers approve"),
        (lambda: editorial.signed(handed_in(), RITA, "other"), "not the revision that you read"),
        (lambda: editorial.signed(editorial.handed_in(RITA, 2, "abc", (), 1), RITA, "abc"), "somebody else must review"),
        (lambda: editorial.signed(editorial.signed(handed_in(2), RITA, "abc"), RITA, "abc"), "already"),
        (lambda: editorial.signed(approved(), RUBEN, "abc"), "not in review"),
        (lambda: editorial.changes_asked(handed_in(), ED), "only clinical reviewers ask"),
        (lambda: editorial.taken_back(handed_in(), RITA), "only those who wrote"),
        (lambda: editorial.planned(handed_in(), ED, None), "only an approved"),
        (lambda: editorial.published(handed_in(), ED, SEEN, 7), "has not been approved"),
        (lambda: editorial.published(approved(), NORA, SEEN, 7), "only editors and clinical reviewers publish"),
        (lambda: editorial.published(approved(), ED, None, 7), "has not been worked out"),
        (lambda: editorial.published(approved(), ED, SEEN, 8), "has not been worked out"),
        (lambda: editorial.published(approved(), ED, replace(SEEN, blocks=True, acknowledged_by="ed"), 7), "must be answered"),
        (lambda: editorial.published(approved(), ED, replace(SEEN, changes=3), 7), "somebody must look"),
        (lambda: editorial.served_again(ED, SEEN, 7, passed=True), "only clinical reviewers bring"),
        (lambda: editorial.served_again(RITA, SEEN, 7, passed=False), "nobody has signed"),
        (lambda: editorial.withdrawn(NORA, pinned=False), "only editors and clinical reviewers withdraw"),
        (lambda: editorial.withdrawn(RITA, pinned=True), "only the clinical lead"),
    ],
)
def test_a_step_that_may_not_be_taken_says_why(step: Callable[[], object], why: str) -> None:
    """Every rule of the desk, refused by the domain and not only by a page."""
    with pytest.raises(NotAllowedError, match=why):
        step()


def test_two_people_bring_an_article_to_patients() -> None:
    """The whole way, with changes that somebody let pass by name."""
    gate = Gate(7, blocks=False, changes=3, acknowledged_by="ed")
    assert editorial.published(approved(), ED, gate, 7).state == "published"
    assert editorial.published(approved(needed=2), ED, gate, 7).state == "published"


def test_of_two_reviewers_that_are_needed_one_does_not_approve() -> None:
    """Clinics can ask for two under medicines."""
    assert editorial.signed(handed_in(2), RITA, "abc").state == "in_review"


def test_what_is_sent_back_loses_its_signatures() -> None:
    """A signature under a text that was not good enough must not count for anything later."""
    assert editorial.changes_asked(approved(), RUBEN).signatures == ()
    assert editorial.taken_back(approved(), ED).passed is False


def test_the_lead_withdraws_what_a_rule_pins() -> None:
    """And whoever writes may withdraw the rest at once."""
    editorial.withdrawn(LEAD, pinned=True)
    editorial.withdrawn(ED, pinned=False)


PEOPLE = st.sampled_from([ED, RITA, RUBEN, NORA, ADA, LEAD])
STEPS = st.tuples(st.sampled_from(["sign", "changes", "back", "plan", "publish"]), PEOPLE, st.sampled_from(["abc", "other"]))


@given(PEOPLE, st.sets(st.sampled_from(["ed", "rita", "ruben", "lena"])), st.integers(1, 2), st.lists(STEPS, max_size=12))
def test_no_order_of_steps_publishes_what_one_person_made(
    by: Person, authors: set[str], needed: int, steps: list[tuple[str, Person, str]]
) -> None:
    """The law of the desk: `needed` reviewers, none of them an author, signed these very bytes."""
    try:
        now = editorial.handed_in(by, 2, "abc", authors, needed)
    except NotAllowedError:
        return
    signed: set[str] = set()
    for kind, who, read in steps:
        try:
            now = _taken(now, kind, who, read)
        except NotAllowedError:
            continue
        signed = signed | {who.id} if kind == "sign" else signed if kind in ("plan", "publish") else set()
    assert now.signers <= {"rita", "ruben", "lena"} - authors - {by.id}
    if now.state == "published":
        assert len(signed) >= needed
        assert signed == now.signers


def _taken(now: Submission, kind: str, who: Person, read: str) -> Submission:
    if kind == "sign":
        return editorial.signed(now, who, read)
    if kind == "changes":
        return editorial.changes_asked(now, who)
    if kind == "back":
        return editorial.taken_back(now, who)
    if kind == "plan":
        return editorial.planned(now, who, None)
    return editorial.published(now, who, SEEN, 7)
