"""What form an answer must take: a length of time, an amount, an age. The sentence that has it answers "how long" first."""

import re
from typing import Literal

Form = Literal["time", "amount"]

_COUNT = r"(?:\d[\d.,]*|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a few|several|once|twice)"
_ASKS: dict[Form, tuple[str, ...]] = {
    "time": (
        r"how (?:long|soon|quick\w*|fast|often|old|many (?:days|weeks|months|years|hours|minutes|times))",
        r"when (?:can|do|does|will|should|is|are|may|could)",
        r"(?:what|which) age|(?:days?|weeks?) off",
    ),
    "amount": (
        r"how (?:much|many|high|low|big|far|common|likely)",
        r"what (?:dose|strength|number|level|range|percentage|are the (?:odds|chances))",
        r"max|maximum|limit|normal range|chances? of|odds of|daily dose",
    ),
}
_HAS: dict[Form, tuple[str, ...]] = {
    "time": (
        rf"{_COUNT}(?: ?(?:to|or|and|-|–) ?{_COUNT})?[ -](?:or more )?(?:second|minute|hour|day|night|week|month|year|time)s?",
        r"age[ds]? \d+|daily|weekly|yearly|monthly|overnight|lifelong|for life",
        r"(?:straight|right) away|at once|every (?:day|week|year|night)",
    ),
    "amount": (_COUNT, r"\d+ ?%|percent"),
}


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)


_ASKED = {form: _any(patterns) for form, patterns in _ASKS.items()}
_HELD = {form: _any(patterns) for form, patterns in _HAS.items()}


def expected(question: str) -> frozenset[Form]:
    """The forms that an answer to `question` must take; none for most questions."""
    return frozenset(form for form, pattern in _ASKED.items() if pattern.search(question))


def has(text: str, forms: frozenset[Form]) -> bool:
    """Whether `text` holds one of the forms."""
    return any(_HELD[form].search(text) for form in forms)
