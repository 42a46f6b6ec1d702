"""Whether a drafted sentence is supported: numbers, units, amounts, negations, how sure, for whom, and most of its words."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.wiring import starter_corpus
from guardrails.grounding import Grounds, share_held, units, unsupported
from knowledge.names import words_of
from knowledge.passages import passages, sentences

QUOTE = "Adults can take 1 or 2 tablets of 500 mg every 4 to 6 hours, up to 8 tablets in 24 hours, with water."
NOT = "Do not take ibuprofen together with aspirin."
LIST = "Do not take ibuprofen if any of these is true:\n- You are allergic to aspirin.\n- You have a stomach ulcer."
MEDICINES = Grounds(frozenset(words_of(name) for name in ("ibuprofen", "aspirin", "naproxen", "colchicine", "blood thinner")))
ARTICLES = starter_corpus()
SENTENCES = tuple(
    (passage.text[span.start : span.end], passage.text)
    for article in ARTICLES[::23]
    for passage in passages(article, 1)
    if not passage.is_list
    for span in sentences(passage.text)
)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (QUOTE, QUOTE),
        ("Adults can take 1 or 2 tablets every 4 to 6 hours.", QUOTE),
        ("Adults can take one or two tablets every four to six hours.", QUOTE),
        ("Adults can take 500mg tablets with water.", QUOTE),
        ("Adults can take up to 8 tablets in 24 hours.", QUOTE),
        ("Never take ibuprofen together with aspirin.", NOT),
        ("Don’t take ibuprofen together with aspirin.", NOT),
        ("Ask before you stop taking it.", "Always ask a doctor before you stop taking it."),
        ("Take it twice a day with water.", "Take it 2 times a day with water."),
        ("A dose of 1200 milligrams is the limit.", "A dose of 1,200 mg is the limit."),
        ("You should see a doctor about gout.", "See a doctor about gout."),
        ("Gout is caused by crystals.", "Crystals cause gout."),
        ("Gout might cause fever.", "Gout may cause fever."),
        ("Do not take ibuprofen if you have a stomach ulcer.", LIST),
        ("Gout hurts and the joint swells.", "Gout hurts. The joint swells."),
    ],
)
def test_a_faithful_rewording_is_supported(sentence: str, quote: str) -> None:
    """A check that rejects everything makes the language model pointless."""
    assert unsupported(sentence, [quote], MEDICINES) is None


@pytest.mark.parametrize(
    ("sentence", "quote", "reason"),
    [
        ("Adults can take 3 tablets with water.", QUOTE, "a number is not in its source"),
        ("Adults can take three tablets with water.", QUOTE, "a number is not in its source"),
        ("Adults can take 5 mg tablets.", QUOTE, "a number is not in its source"),
        ("Adults can take 50.0 mg tablets.", QUOTE, "a number is not in its source"),
        ("Take it twice a day with water.", "Take it once a day with water.", "a number is not in its source"),
        ("Adults can take tablets of 500 mcg.", QUOTE, "an amount is not in its source"),
        ("Adults can take 2 tablets every 6 days.", QUOTE, "an amount is not in its source"),
        ("Adults can take 2 tablets every 4 to 6 hours.", QUOTE, "an amount is not in its source"),
        ("Adults can take 1 or 2 tablets every 4 hours.", QUOTE, "an amount is not in its source"),
        ("Adults can take 8 tablets in 24 hours.", QUOTE, "an amount is not in its source"),
        ("A fever of 39 °F.", "A fever of 39 °C.", "an amount is not in its source"),
        ("Adults can take 6 tablets every 8 hours.", QUOTE, "an amount is not in its source"),
        ("Take 5 mg a day.", "Take 5 mg a week.", "an amount is not in its source"),
        ("It starts in a few weeks.", "It starts in a few hours and lasts for weeks.", "a unit is not in its source"),
        ("Take ibuprofen together with aspirin.", NOT, "a negation differs from its source"),
        ("Do not take naproxen together with aspirin.", NOT, "a medicine is not in its source"),
        ("You mustn’t take tablets with water.", QUOTE, "a negation differs from its source"),
        ("Adults should avoid tablets with water.", QUOTE, "a negation differs from its source"),
        ("Gout is contagious, but it does not hurt.", "Gout is not contagious, but it does hurt.", "a negation differs from its source"),
        ("It is safe without food.", "It is not safe without food.", "a negation differs from its source"),
        ("Take ibuprofen.", "Take ibuprofen if a doctor says so.", "a condition differs from its source"),
        ("Take ibuprofen if you have a stomach ulcer.", LIST, "a negation differs from its source"),
        ("Do not take ibuprofen.", LIST, "a condition differs from its source"),
        ("Take it if you bleed.", "Take it unless you bleed.", "a condition differs from its source"),
        ("Use boric acid with advice.", "Use boric acid only with advice.", "a limit is left behind"),
        ("Honey helps a cough.", "Honey helps a cough in children older than 1 year.", "it is said of other people than in its source"),
        ("Take aspirin daily.", "People with stents take aspirin daily.", "it is said of other people than in its source"),
        ("Gout causes fever.", "Gout may cause fever.", "it is surer than its source"),
        ("Gout will cause fever.", "Gout may cause fever.", "it is surer than its source"),
        ("Gout always hurts.", "Gout hurts.", "it is surer than its source"),
        ("Every gout attack hurts.", "Gout attacks hurt.", "it is surer than its source"),
        ("You might call 911.", "Call 911.", "it is less sure than its source"),
        ("You should rest the joint.", "Resting the joint eases gout.", "it obliges where its source does not"),
        ("Use a hot pack.", "Use a cold pack.", "words are not in its source"),
        ("Take it after meals.", "Take it before meals.", "words are not in its source"),
        ("Salt lowers blood pressure.", "Salt raises blood pressure.", "words are not in its source"),
        ("A high potassium goes with low sodium.", "A low potassium goes with high sodium.", "an opposite is not in its source"),
        ("Hypoglycemia needs insulin.", "Hyperglycemia needs insulin.", "words are not in its source"),
        ("Crystals are caused by gout.", "Gout is caused by crystals.", "it turns its source round"),
        ("Painless gout.", "Painful gout.", "words are not in its source"),
        ("Green tea cures gout.", "Gout is a painful arthritis.", "words are not in its source"),
        ("You probably have a heart attack.", "A heart attack needs help; you have time to call.", "speaks as a clinician would"),
        ("Stop taking tablets.", QUOTE, "speaks as a clinician would"),
        ("You can take 1 or 2 tablets of 500 mg.", QUOTE, "speaks as a clinician would"),
        ("I recommend tablets.", QUOTE, "speaks as a clinician would"),
        ("Stop taking it: you have cancer.", "Ask before you stop taking it; cancer is rare.", "speaks as a clinician would"),
        ("Adults can take tablets.", "", "cites nothing"),
    ],
)
def test_an_unfaithful_sentence_is_told_why(sentence: str, quote: str, reason: str) -> None:
    """Each reason is one way in which a fluent sentence harms."""
    assert unsupported(sentence, [quote], MEDICINES) == reason


def test_an_amount_stays_with_whom_it_is_for() -> None:
    """Both doses stand in the source, each beside its own medicine."""
    quote = "In a day the limit of ibuprofen is 1,200 mg and of naproxen 600 mg."
    assert unsupported("In a day the limit of ibuprofen is 600 mg.", [quote], MEDICINES) is not None
    assert unsupported("In a day the limit of ibuprofen is 1,200 mg.", [quote], MEDICINES) is None


def test_two_sentences_are_joined_only_where_a_mix_up_would_not_harm() -> None:
    """ "Adults take 2. Children take 1." must not become "Children take 2"."""
    assert unsupported("Gout hurts and rest helps the joint.", ["Gout hurts.", "Rest helps the joint."]) is None
    assert unsupported("Tablets for grown people help 2 children.", ["Tablets help children.", "Grown people take 2."]) is not None
    assert unsupported("Ibuprofen hurts the joint.", ["Ibuprofen helps.", "Gout hurts the joint."], MEDICINES) is not None


def test_similarity_refuses_and_never_accepts() -> None:
    """It is no proof: "take it" and "do not take it" are near."""

    class Always:
        def __init__(self, value: float) -> None:
            self.value = value

        def nearness(self, sentence: str, source: str) -> float:
            return self.value

    assert unsupported("Gout hurts.", ["Gout hurts."], Grounds(meaning=Always(0.0))) == "its meaning is far from its source"
    assert unsupported("Tea cures gout.", ["Gout hurts."], Grounds(meaning=Always(1.0))) == "words are not in its source"


def test_no_quotes_support_nothing() -> None:
    """A sentence without a source is an opinion."""
    assert unsupported("Gout hurts.", []) == "cites nothing"


def test_a_list_supports_each_line_with_its_lead_in_and_no_line_alone() -> None:
    """ "You have an ulcer" under "Do not take it if" says the opposite when it stands alone."""
    assert units("Call if:\n- It burns.\n- It bleeds.") == (
        "Call if:",
        "Call if It burns.",
        "Call if It bleeds.",
        "Call if It burns, It bleeds.",
    )


def test_the_share_of_words_that_stand_elsewhere() -> None:
    """What a draft has said already is not quoted again."""
    assert share_held("Gout hurts badly.", ["Gout hurts."]) == pytest.approx(2 / 3)
    assert share_held("It is.", ["Gout hurts."]) == 1.0


def test_the_reason_holds_none_of_the_sentence() -> None:
    """Reasons are logged."""
    assert "zebra" not in (unsupported("A zebra cures everything quickly.", ["Gout hurts."]) or "")


@given(st.integers(min_value=0, max_value=9999))
@settings(max_examples=50, deadline=None)
def test_no_dose_but_the_quoted_one_passes(amount: int) -> None:
    """The number that a model changes is the one that harms."""
    supported = unsupported(f"Adults can take {amount} mg with water.", [QUOTE]) is None
    assert supported == (amount == 500)


@given(st.sampled_from(SENTENCES))
@settings(max_examples=150, deadline=None)
def test_every_sentence_of_the_library_supports_itself(pair: tuple[str, str]) -> None:
    """The checks compare; they hold no opinion on what articles say."""
    sentence, passage = pair
    assert unsupported(sentence, [passage], MEDICINES) is None


def _first(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


CHANGES: dict[str, Callable[[str], str]] = {
    "may becomes will": _first(" may ", " will "),
    "can becomes will": _first(" can ", " will "),
    "is becomes is not": _first(" is ", " is not "),
    "are becomes are not": _first(" are ", " are not "),
    "do not becomes do": _first("Do not ", "Do "),
    "mg becomes mcg": _first(" mg", " mcg"),
    "a digit is added": lambda text: next((text.replace(digit, f"{digit}7", 1) for digit in "123456789" if digit in text), text),
    "children become adults": _first("children", "adults"),
    "more becomes less": _first(" more ", " less "),
    "before becomes after": _first(" before ", " after "),
    "a condition is dropped": lambda text: text.split(" if ")[0],
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_sentence_of_the_library_is_not_supported(change: str) -> None:
    """At least 98 in 100 of each kind; what slips through stands, by chance, elsewhere in the same passage."""
    changed = [(CHANGES[change](sentence), passage) for sentence, passage in SENTENCES if CHANGES[change](sentence) != sentence]
    passed = [sentence for sentence, passage in changed if unsupported(sentence, [passage], MEDICINES) is None]
    assert changed
    assert len(passed) <= 0.02 * len(changed), passed[:3]
