"""Histories and standings in words."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from app.editor import history_view, review_view
from tests.app.editor.files import AT, event, file, review, stored

ZONE = ZoneInfo("Europe/Madrid")
NEW, OLD = stored(2, "## Overview\n\nNew.\n"), stored(1, "## Overview\n\nOld.\n", published=True)


def test_each_line_says_who_did_what_to_which_revision_when_and_why() -> None:
    """On the clinic's clock, and the revision opens."""
    html = history_view.events(file([NEW, OLD], history=(event("withdrawn", 2, "Rita", "wrong <dose>"),)), ZONE)
    assert '<b>Rita</b> withdrew <a href="/library/gout?revision=2"' in html
    assert "22 Nov 2026, 00:30" in html
    assert "wrong &lt;dose&gt;" in html


def test_a_name_cannot_forge_a_line() -> None:
    """Neither by tags nor by the marks that a line is filled in at."""
    html = history_view.events(file([NEW], history=(event("approved", 2, "<i>{revision}</i>"),)), ZONE)
    assert "<b>&lt;i&gt;{revision}&lt;/i&gt;</b> approved" in html


def test_a_step_that_came_later_than_these_words_is_told_as_it_is() -> None:
    """A history must not lose a line."""
    assert "Ed</b>: looked at, <a" in history_view.events(file([NEW], history=(event("looked_at"),)), ZONE)


def test_only_what_two_people_passed_can_be_given_to_patients_again() -> None:
    """And only by whoever may."""
    article = file([NEW, OLD], served=2)
    assert "?again=1#gate" in history_view.revisions(article, ZONE, may_bring_back=True, may_hand_in=True)
    assert "?again=" not in history_view.revisions(article, ZONE, may_bring_back=False, may_hand_in=True)
    passed_not = replace(article, revisions=(NEW, replace(OLD, published=False)))
    assert "?again=" not in history_view.revisions(passed_not, ZONE, may_bring_back=True, may_hand_in=True)


def test_what_patients_get_and_what_is_newest_can_be_handed_in_as_it_stands() -> None:
    """Unless something is in review."""
    html = history_view.revisions(file([NEW, OLD], served=1), ZONE, may_bring_back=True, may_hand_in=True)
    assert html.count('data-do="hand_in"') == 2
    assert "data-do" not in history_view.revisions(file([NEW, OLD], served=1), ZONE, may_bring_back=True, may_hand_in=False)


def test_what_patients_were_quoted_and_no_longer_get_leads_to_its_recall() -> None:
    """What they get now cannot be recalled, nor what never reached them, nor set words, which no answer cites."""
    recalled = "/desk/editor/recalls?slug=gout&amp;revision={}".format
    after_correction = history_view.revisions(file([NEW, OLD], served=2), ZONE, may_bring_back=False, may_hand_in=False)
    assert recalled(1) in after_correction
    assert recalled(2) not in after_correction
    assert recalled(2) not in history_view.revisions(file([NEW, OLD], served=1), ZONE, may_bring_back=False, may_hand_in=False)
    assert recalled(1) in history_view.revisions(file([OLD], withdrawn="wrong"), ZONE, may_bring_back=False, may_hand_in=False)
    words = replace(file([NEW, OLD], served=2), slug="words.en")
    assert "recalls" not in history_view.revisions(words, ZONE, may_bring_back=False, may_hand_in=False)


def test_the_standing_names_who_stands_behind_it_and_what_is_missing() -> None:
    """A note is a stranger's text too."""
    handed = replace(review(NEW, authors=["Ed", "Eve"], needed=2, signers=["Rita"]), note="<b>please</b>", held="nobody looked")
    html = review_view.standing(file([NEW, OLD], review=handed, served=1, signed=True), ZONE)
    assert "Ed and Eve" in html
    assert "1 of 2 needed, signed by Rita" in html
    assert "&lt;b&gt;please" in html
    assert "<b>Held:</b> nobody looked" in html


def test_a_withdrawn_article_says_so_with_the_reason() -> None:
    """Before anything else."""
    assert "<b>Withdrawn:</b> wrong dose. Patients get nothing of it." in review_view.standing(file([OLD], withdrawn="wrong dose"), ZONE)


def test_the_bar_tells_when_it_reaches_patients() -> None:
    """With the zone, for a colleague may sit in another."""
    approved = review(NEW, signers=["Rita"])
    planned = replace(approved, submission=replace(approved.submission, publish_at=AT))
    told = review_view.bar(file([NEW, OLD], review=planned), ZONE, "No answer changes.")
    assert "approved by Rita. It reaches patients 22 Nov 2026, 00:30 (Europe/Madrid)." in told


def test_withdrawing_what_rules_show_names_them() -> None:
    """The lead decides knowing what falls back."""
    assert "rules stroke and chest-pain show its lines" in review_view.withdrawn_means(["stroke", "chest-pain"])
    assert "red-flag" not in review_view.withdrawn_means([])
    assert review_view.not_withdrawn("only the lead", ["stroke"]) == "Only the lead (shown by stroke)."
    assert review_view.not_withdrawn("", ["stroke"]) == ""
