"""The language of a reply: ours on any doubt, another's only where it is plain."""

import pytest

from guardrails.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("my chest hurts and I can't breathe", "en"),
        ("chst hurts cant breth", "en"),
        ("me duele el pecho y no puedo respirar", "es"),
        ("ayuda", "es"),
        ("mi hija tiene fiebre desde ayer", "es"),
        ("Mon père a une douleur dans la poitrine et il transpire beaucoup", "fr"),
        ("Meine Brust tut weh und ich schwitze seit einer Stunde", "de"),
        ("у меня болит грудь", "ru"),
        ("我胸口很痛", "zh"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    """Spanish gets Spanish words; a language we do not cover gets an honest word in it (rule of care 13)."""
    assert language_of([text], "en") == language


@pytest.mark.parametrize(
    "text", ["", "???", "911", "choking", "stroke??", "o2 82%", "aunty dem dey vomit since morning", "metformin 500 mg", "ear wax drops"]
)
def test_what_does_not_tell_is_answered_in_the_clinics_language(text: str) -> None:
    """Broken English taken for Danish would cost somebody their answer."""
    assert language_of([text], "en") == "en"


def test_a_short_reply_is_answered_in_the_language_of_the_chat() -> None:
    """ "ok" tells nothing; the turn before it does."""
    assert language_of(["me duele mucho la cabeza desde ayer", "ok"], "en") == "es"


def test_an_earlier_turn_in_a_foreign_language_does_not_make_the_newest_one_foreign() -> None:
    """Who goes on in English gets answers in English."""
    assert language_of(["Mon père a une douleur dans la poitrine depuis hier", "he has pain in his chest"], "es") == "en"
