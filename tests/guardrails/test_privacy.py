"""Identifiers are masked before a patient's words leave the machine, and what an answer needs is not."""

import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails import privacy
from guardrails.privacy import MaskingError, mask, spans

CANARIES = yaml.safe_load((Path(__file__).parent / "privacy_canaries.yaml").read_text(encoding="utf-8"))
_MARK = re.compile(r"\[([A-Z_]+): ([^\[\]]+)\]")


def told(marked: str) -> str:
    """What the patient wrote."""
    return _MARK.sub(lambda mark: mark[2], marked)


def expected(marked: str) -> str:
    """What may leave the machine."""
    return _MARK.sub(lambda mark: f"<{mark[1]}>", marked)


@pytest.mark.parametrize("marked", CANARIES["identifying"])
def test_identifiers_go_and_the_rest_stays(marked: str) -> None:
    """A name that stays is a breach; a dose that goes is a wrong answer."""
    assert mask(told(marked)).text == expected(marked)


@pytest.mark.parametrize("text", CANARIES["plain"])
def test_a_message_without_identifiers_is_left_alone(text: str) -> None:
    """Diseases named after people, medicines, readings, dates of symptoms and ages are what the answer is about."""
    assert mask(text) == privacy.Masked(text, ())


def test_the_canaries_are_many_and_of_every_kind() -> None:
    """A kind without a case is one that nobody tried."""
    kinds = {mark[1] for marked in CANARIES["identifying"] for mark in _MARK.finditer(marked)}
    assert kinds == set(privacy.KINDS)
    assert min(len(CANARIES["identifying"]), len(CANARIES["plain"])) >= 150


@pytest.mark.parametrize("marked", CANARIES["identifying"])
def test_masking_twice_changes_nothing_more(marked: str) -> None:
    """A placeholder must neither be masked again nor bring a cue near something new."""
    once = mask(told(marked)).text
    assert mask(once) == privacy.Masked(once, ())


_PIECES = [told(marked) for marked in CANARIES["identifying"]] + CANARIES["plain"]
_WORDS = st.sampled_from(" ".join(_PIECES).split())


@settings(deadline=None)
@given(st.lists(_WORDS | st.text(max_size=6), max_size=40).map(" ".join))
def test_any_mixture_of_words_settles(text: str) -> None:
    """The law behind every retry: what was masked once is safe to mask, and to send, again."""
    once = mask(text).text
    assert mask(once).text == once


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=40).map(" ".join))
def test_spans_are_of_the_text_given_and_make_the_masked_text(text: str) -> None:
    """Exports cut by these places: they are in order, do not overlap, and replacing them gives what is sent."""
    found = spans(text)
    assert all(left.end <= right.start for left, right in pairwise(found))
    for span in reversed(found):
        text = f"{text[: span.start]}<{span.kind}>{text[span.end :]}"
    assert text == mask(text).text


def test_kinds_are_told_once_and_sorted() -> None:
    """They are recorded beside the model call, in place of the words."""
    assert mask("I'm Sarah Jones, my wife is Emily Jones, call 07700 900123").kinds == ("NAME", "PHONE")


CHECKED = """
card 4111 1111 1111 1112 of 16 digits            CARD
the number 4111111111111111                      CARD
the number 4111111111111112                      ID_NUMBER
GB82WEST12345698765432                           IBAN
943 476 5919                                     ID_NUMBER
943 476 5918                                     PHONE
12345678Z                                        ID_NUMBER
"""


@pytest.mark.parametrize(
    ("text", "kind"), [(row.rsplit(None, 1)[0].strip(), row.rsplit(None, 1)[1]) for row in CHECKED.strip().splitlines()]
)
def test_check_digits_tell_the_kind(text: str, kind: str) -> None:
    """Long numbers are masked whether or not their check digit holds; it only says what they are."""
    assert mask(text).kinds == (kind,)


@pytest.mark.parametrize("text", ["GB83WEST12345698765432", "12345678A", "lot 12345678X of the vaccine"])
def test_what_fails_its_check_digit_is_no_identifier(text: str) -> None:
    """Lot numbers look like identity numbers; only the check digit tells."""
    assert mask(text).kinds == ()


def test_a_name_once_known_is_masked_everywhere() -> None:
    """A rare name is told once with a cue and then used without."""
    assert mask("My name is Oluwadamilare. Is it normal that Oluwadamilare wakes at 3 am?").text == (
        "My name is <NAME>. Is it normal that <NAME> wakes at 3 am?"
    )


def test_the_name_in_an_address_of_mail_is_masked_in_the_text() -> None:
    """The address would go and the name beside it stay."""
    assert mask("Wambui has a cough, write to wambui.k@example.org").text == "<NAME> has a cough, write to <EMAIL>"


def test_a_medicine_after_a_relative_is_no_name() -> None:
    """ "I gave my son Calpol" asks about Calpol."""
    assert mask("I gave my son Calpol 5 ml and my son Kwabena is asleep").text == "I gave my son Calpol 5 ml and my son <NAME> is asleep"


def test_public_pages_and_free_helplines_stay() -> None:
    """They are about health and tell nothing of who asks; a link with a query may."""
    text = "does https://www.nhs.uk/conditions/gout say that, or 1-800-222-1222?"
    assert mask(text).text == text
    assert mask("see https://www.nhs.uk/account?user=77").kinds == ("URL",)


def test_a_text_over_the_limit_is_refused_without_its_words() -> None:
    """The caller sends nothing, and the error may be logged."""
    with pytest.raises(MaskingError) as refused:
        mask("Rosa " * privacy.MOST_CHARS)
    assert "Rosa" not in str(refused.value)


def test_masking_that_takes_too_long_is_refused_without_its_words() -> None:
    """An answer late is an answer; a name sent is sent."""
    ticks = iter(range(10_000))
    masker = privacy.load(clock=lambda: float(next(ticks)))
    with pytest.raises(MaskingError) as refused:
        masker.mask("Rosa")
    assert "Rosa" not in str(refused.value)


HOSTILE = [
    "a",
    "1",
    "A ",
    "1 ",
    "a.",
    "aa@",
    "a@a.",
    "my son ",
    "thanks ",
    "Sarah ",
    "12 Oak ",
    "12 Oak Street, Aa, ",
    "Aa\n",
    "(",
    "<NAME>",
    "+1 ",
    "ssn 1 ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_text_makes_masking_slow(piece: str) -> None:
    """A pattern that reaches too far would hold the interpreter: twice the text may take about twice the time."""
    shorter, longer = (_seconds((piece * size)[:size]) for size in (4_000, 16_000))
    assert longer < 12 * max(shorter, 0.005)


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        began = time.thread_time()
        mask(text)
        best = min(best, time.thread_time() - began)
    return best


def test_a_thousand_characters_take_milliseconds() -> None:
    """The mask stands between the question and every drafted answer."""
    text = " ".join(CANARIES["plain"])[:1000]
    assert _seconds(text) < 0.05


def test_an_unknown_kind_in_the_data_fails_at_start() -> None:
    """A slip in the data must not be found in a patient's turn."""
    data = yaml.safe_load(privacy.PRIVACY_FILE.read_text(encoding="utf-8"))
    data["rules"].append({"kind": "SHOE_SIZE", "pattern": "x"})
    with pytest.raises(ValueError, match="SHOE_SIZE"):
        privacy.Masker(data)


def test_names_that_are_plain_words_are_not_found_alone() -> None:
    """The lists must not meet: a given name found without a cue may be no word, month, medicine or test."""
    data = yaml.safe_load(privacy.PRIVACY_FILE.read_text(encoding="utf-8"))
    given_names = {*data["given"].split(), *data["given_with_capital"].split()}
    assert given_names & {*data["also_words"].split(), *data["not_names"].split()} == set()


def test_synthetic_sentences_of_others_keep_their_recall(shared_data: Path) -> None:
    """What has a form of its own is found in sentences that nobody here wrote; names and addresses are measured, not promised."""
    hits = {kind: [0, 0] for kind in ("CREDIT_CARD", "EMAIL_ADDRESS", "DOMAIN_NAME", "IBAN_CODE", "IP_ADDRESS", "US_SSN")}
    for row in json.loads((shared_data / "presidio_pii.json").read_text(encoding="utf-8"))[::3]:
        hidden = {place for span in spans(row["full_text"]) for place in range(span.start, span.end)}
        for label in row["spans"]:
            if label["entity_type"] in hits:
                places = range(label["start_position"], label["end_position"])
                hits[label["entity_type"]][0] += all(place in hidden for place in places if row["full_text"][place].isalnum())
                hits[label["entity_type"]][1] += 1
    assert {kind: found for kind, (found, total) in hits.items() if found < total} == {}
