"""One way to patients for the desk, the command line and the clock."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.content import publishing
from app.errors import NotAllowedError
from app.records.library_store import sha256_of
from app.records.models import now
from app.wiring import Application
from knowledge.article import parse
from tests.app.turns import GOUT
from tests.fakes import article

PASSWORD = "correct horse battery"


@pytest.fixture
def staff(small: Application) -> Callable[[str], str]:
    """Ids of an editor and a reviewer by login."""
    for login, role in (("ed", "editor"), ("rita", "reviewer")):
        small.staff.add(login, login.capitalize(), role, PASSWORD)
    ids = {member.login: member.id for role in ("editor", "reviewer") for member in small.staff.team(role)}
    return ids.__getitem__


def _approved(app: Application, staff: Callable[[str], str], old: str, new: str) -> int:
    """A new text of the article on gout, handed in past the linter and signed; its number."""
    begun = app.drafts.begin("gout", staff("ed"))
    text = begun.text.replace(old, new)
    saved = app.drafts.save("gout", text, begun.version, staff("ed"))
    number = app.submissions.submit("gout", saved.version, staff("ed"))
    app.submissions.sign("gout", sha256_of(parse(text)), staff("rita"))
    return number


def test_a_text_with_errors_is_not_handed_in(small: Application, staff: Callable[[str], str]) -> None:
    """And the editor is told the first of them with its line."""
    begun = small.drafts.begin("gout", staff("ed"))
    saved = small.drafts.save("gout", begun.text.replace("## Overview", "## Overwiev"), begun.version, staff("ed"))
    with pytest.raises(NotAllowedError, match=r"line \d+, section: heading 'Overwiev' is not known"):
        publishing.submit(small, "gout", saved.version, staff("ed"))


def test_the_check_tells_what_patients_would_read_otherwise(small: Application, staff: Callable[[str], str]) -> None:
    """Kept beside the revision, against the set that is served now."""
    small.must_answer.add("what is gout?", "gout", "test")
    number = _approved(small, staff, GOUT.body, "\n## Overview\n\nNothing of use.\n")
    kept = publishing.check(small, "gout", number)
    assert (kept.served_version, kept.blocks) == (small.library.snapshot().version, False)
    assert kept.changes > 0
    with pytest.raises(NotAllowedError, match="somebody must look"):
        small.publishing.publish("gout", staff("ed"))


def test_a_planned_publishing_happens_when_its_time_has_come(small: Application, staff: Callable[[str], str]) -> None:
    """Not before."""
    number = _approved(small, staff, "licence: CC-BY-4.0", "licence: CC-BY-SA-4.0")
    publishing.check(small, "gout", number)
    small.publishing.plan("gout", staff("ed"), now() + timedelta(hours=1))
    publishing.publish_due(small)
    assert small.library.snapshot().revisions["gout"].number == 1
    publishing.publish_due(small, now() + timedelta(hours=2))
    assert small.library.snapshot().revisions["gout"].number == number


def test_a_planned_publishing_whose_consequences_nobody_saw_is_held(small: Application, staff: Callable[[str], str]) -> None:
    """Patients keep what they have, and the desk says why."""
    small.must_answer.add("what is gout?", "", "test")
    _approved(small, staff, GOUT.body, "\n## Overview\n\nNothing of use.\n")
    small.publishing.plan("gout", staff("ed"), now())
    publishing.publish_due(small)
    assert small.library.snapshot().revisions["gout"].number == 1
    [line] = [line for line in small.article_board.read() if line.slug == "gout"]
    assert "looked at again" in line.held


def test_what_a_rule_shows_is_found_before_it_is_withdrawn(small: Application, staff: Callable[[str], str]) -> None:
    """Its care card would lose its first-aid lines: only the clinical lead may."""
    pinned = small.red_flags.rules.rules[0].first_aid
    slug = next(rule.first_aid.article for rule in small.red_flags.rules.rules if rule.first_aid) if pinned is None else pinned.article
    small.add_articles([article("## Overview\n\nHelp.\n", slug=slug, title="Aid")], "test")
    assert publishing.pinned_by(small, slug)
    with pytest.raises(NotAllowedError, match="clinical lead"):
        publishing.withdraw(small, slug, staff("rita"), "old")
    publishing.withdraw(small, "gout", staff("ed"), "wrong dose")
    assert "gout" not in small.library.snapshot().revisions
