"""The made-up editor desk: every state once, by real steps, marked, apart from what is real, and removed whole."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import demo_desk
from app.content.editorial import WRITERS
from app.demo_articles import STORIES, Step, Story
from app.errors import NotAllowedError, SettingsError
from app.production import gaps
from app.records.audit import Wanted
from app.records.demo_desk import EDITOR, PEOPLE, REVIEWER
from app.records.library_store import LibraryStore
from app.records.models import Base, now
from app.settings import Settings
from app.wiring import Application
from tests.fakes import article


def counts(app: Application) -> dict[str, int]:
    """Rows by table, but for the audit log, which only grows."""
    with app.database.reading() as session:
        tables = [(name, table) for name, table in Base.metadata.tables.items() if name != "audit"]
        return {name: session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables}


def test_every_state_of_the_desk_is_there(small: Application) -> None:
    """A newcomer sees each once, and all of it is marked."""
    assert demo_desk.make(small) == len(STORIES)
    lines = [line for line in small.article_board.read() if line.library == "demo"]
    assert {line.state for line in lines} == {"draft", "in_review", "changes_asked", "approved", "published", "withdrawn"}
    assert all(line.title.startswith("Demo: ") and line.slug.startswith("demo-") for line in lines)
    today = now().date()
    assert [line.slug for line in lines if line.overdue(today)] == ["demo-travel-sickness"]
    [planned] = [line.planned for line in lines if line.planned]
    assert timedelta(days=1, hours=23) < planned - now() < timedelta(days=2, hours=1)


def test_what_happened_lies_back_in_its_order(small: Application) -> None:
    """A signature before its text would make the history a riddle."""
    demo_desk.make(small)
    file = small.article_files.open("demo-hay-fever")
    assert file is not None
    moments = [event.at for event in reversed(file.history)]
    assert moments == sorted(moments)
    assert timedelta(days=119) < now() - moments[3] < timedelta(days=121)
    assert file.review is not None
    assert timedelta(days=1.9) < now() - file.review.submitted < timedelta(days=2.1)
    assert [comment.quote for comment in file.comments] == ["Hay fever is an allergy to pollen."] * 2


def test_no_patient_is_answered_from_a_made_up_article(small: Application) -> None:
    """Published on the desk, and still in no answer, in no export and on no page of the library."""
    before = small.library.snapshot().revisions.keys()
    demo_desk.make(small)
    assert small.library.snapshot().revisions.keys() == before
    assert LibraryStore(small.database, signed_only=True).snapshot().revisions == {}
    assert {slug for slug, _ in small.library_copy.take().texts if slug.startswith("demo-")} == set()


def test_a_second_desk_takes_the_place_of_the_first_and_clearing_leaves_what_was_there(small: Application) -> None:
    """Also where somebody real has worked on a made-up article meanwhile."""
    small.staff.add("rita", "Rita", "reviewer", "correct horse battery")
    rita = small.staff.team("reviewer")[0].id
    small.drafts.begin("gout", rita)
    before = counts(small)
    demo_desk.make(small)
    first = counts(small)
    demo_desk.make(small)
    assert counts(small) == first
    small.submissions.ask_changes("demo-hay-fever", rita, "shorter")
    small.submissions.comment("demo-blisters", 1, (0, 0), "Fine.", rita)
    small.drafts.editing("demo-hay-fever", rita)
    assert small.demo_desk.clear() == len(STORIES)
    after = counts(small)
    assert {name: after[name] - count for name, count in before.items() if after[name] != count} == {}
    verbs = [entry.verb for _, entry in small.audit.find(Wanted(actor=rita)).entries]
    assert verbs == ["article.commented", "article.changes_asked", "article.begun"]
    assert small.demo_desk.clear() == 0


def test_made_up_people_sign_nothing_real(small: Application) -> None:
    """Nobody can sign in as them, and no step of theirs is taken once the desk is made."""
    demo_desk.make(small)
    assert [member for role in WRITERS for member in small.staff.team(role)] == []
    assert [small.staff.sign_in(member.login, "!") for member in PEOPLE] == [None, None, None]
    with pytest.raises(NotAllowedError, match="no longer a member of staff"):
        small.drafts.begin("gout", EDITOR.id)
    with pytest.raises(NotAllowedError, match="no longer a member of staff"):
        small.submissions.sign("demo-hay-fever", "x", REVIEWER.id)


def test_made_up_people_are_stood_down_also_where_the_making_fails(small: Application) -> None:
    """Half a demo must not leave a reviewer behind."""
    broken = Story("demo-x", "Demo: x", "condition", "X.", (Step(1, "sign", REVIEWER),))
    with pytest.raises(NotAllowedError):
        demo_desk.make(small, [broken])
    with pytest.raises(NotAllowedError, match="no longer a member of staff"):
        small.drafts.begin("gout", EDITOR.id)


def test_production_has_no_made_up_desk(small: Application) -> None:
    """Neither made there nor served with."""
    demo_desk.make(small)
    small.settings = Settings(data_dir=small.settings.data_dir, mode="production")
    with pytest.raises(SettingsError, match="demo mode"):
        demo_desk.make(small)
    assert any("demo editor --clear" in gap for gap in gaps(small))


def test_an_article_of_the_clinic_is_never_taken_for_a_made_up_one(small: Application) -> None:
    """Whatever it is called."""
    small.add_articles([article("## Overview\n\nReal.\n", slug="demo-hay-fever", title="Real")], "file")
    with pytest.raises(NotAllowedError, match="called demo-hay-fever"):
        demo_desk.make(small)
    assert small.demo_desk.clear() == 0
    assert "demo-hay-fever" in small.library.snapshot().revisions
