"""A numbers file is fit for patients only if every country keeps its emergency number, and every row can be dialled and traced."""

import datetime as dt
from typing import Any

import pytest

from guardrails import region_checks, region_rows, regions

TODAY = dt.date(2026, 11, 21)
SHIPPED = regions.FILE.read_text(encoding="utf-8")
SMALL = "\n".join(SHIPPED.split("\n")[: region_rows.places(SHIPPED)["US", 2].last + 1]) + "\n"
"""The first country's first rows, which is quicker to check."""
ROW = regions.plain(SMALL)["regions"]["US"]["numbers"][0]


def _problems(text: str, packaged: str = SMALL) -> list[str]:
    return [problem.message for problem in region_checks.problems(text, packaged, "numbers.regions", TODAY)]


def test_what_ships_has_no_fault() -> None:
    """What is imported at the first start must be fit to be signed as it stands."""
    assert _problems(SHIPPED, SHIPPED) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"service": "pizza"}, "the service must be one of"),
        ({"label": {"en": "Emergency"}}, "the label must be said in English and Spanish"),
        ({"label": {"en": "<b>Emergency</b>", "es": "Emergencias"}}, "the label must be said"),
        ({"hours": {"en": "24 hours", "es": " "}}, "the hours must be said"),
        ({"call": None}, "neither a number to call nor one to text"),
        ({"call": "nine"}, "must be digits"),
        ({"call": "911;ext=1"}, "must be digits"),
        ({"text": {"number": "text", "body": None}}, "the number to text must be digits"),
        ({"text": {"number": "988", "body": ""}}, "the word to text must be plain text"),
        ({"source": "javascript:alert(1)"}, "the source must be the address of a page"),
        ({"source": None}, "must be named as the source"),
        ({"seen": {"date": dt.date(2026, 11, 22), "how": "read"}}, "a day up to today"),
        ({"second_check": {"source": ROW["source"], "date": TODAY}}, "another page than the source"),
        ({"second_check": {"source": "a friend", "date": TODAY}}, "must name another page"),
    ],
)
def test_a_row_that_cannot_be_dialled_or_traced_is_a_fault(change: dict[str, Any], why: str) -> None:
    """Each number in the data has source, date and a second check (rule of care 6)."""
    assert why in "; ".join(region_checks.row_faults({**ROW, **change}, TODAY))


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize("change", [{"second_check": None}, {"seen": None}])
def test_a_country_keeps_a_checked_emergency_and_crisis_number(number: int, change: dict[str, Any]) -> None:
    """Both stand on the card for a message that could not be checked; unchecked, they would not be shown."""
    row = regions.plain(SMALL)["regions"]["US"]["numbers"][number]
    [problem] = _problems(region_rows.with_row(SMALL, "US", number, {**row, **change}))
    assert "US has no checked row for" in problem


def test_a_country_that_ships_cannot_be_taken_out() -> None:
    """A patient may have chosen it."""
    assert "US is missing; patients of every country that ships may choose it" in _problems(SMALL.replace("  US:", "  UK:"))


@pytest.mark.parametrize("text", ["", "regions: [", "regions: 5", "- 1", "regions: {US: {numbers: [2026-13-45]}}", "regions: {US: null}"])
def test_what_is_no_numbers_file_is_one_fault(text: str) -> None:
    """Whatever was pasted, the editor is told instead of shown an error."""
    assert _problems(text)


def test_a_fault_names_the_line_of_its_row() -> None:
    """The file has two thousand."""
    text = region_rows.with_row(SMALL, "US", 1, {**ROW, "call": "nine"})
    problem = next(p for p in region_checks.problems(text, SMALL, "numbers.regions", TODAY) if "digits" in p.message)
    assert problem.line == region_rows.places(text)["US", 1].first + 1


def test_every_row_that_ships_is_written_back_as_it_stands() -> None:
    """A form that is saved unchanged changes nothing, so that a review shows only what somebody meant."""
    lines, places = SHIPPED.split("\n"), region_rows.places(SHIPPED)
    rows = {key: regions.plain(SHIPPED)["regions"][key[0]]["numbers"][key[1]] for key in places}
    assert [key for key, place in places.items() if region_rows.written(rows[key]) != "\n".join(lines[place.first : place.last + 1])] == []


def test_a_row_is_changed_added_and_taken_out_alone() -> None:
    """Everything else, remarks too, stays byte for byte."""
    changed = {**ROW, "call": "912", "label": {"en": "It's help: now", "es": "Ayuda, ya"}, "seen": {"date": TODAY, "how": "dialled, twice"}}
    text = region_rows.with_row(SMALL, "US", 0, changed)
    assert regions.plain(text)["regions"]["US"]["numbers"][0] == changed
    assert region_rows.with_row(text, "US", 0, ROW) == SMALL
    longer = region_rows.with_row(SMALL, "US", 3, changed)
    assert regions.plain(longer)["regions"]["US"]["numbers"][3] == changed
    assert region_rows.without_row(longer, "US", 3) == SMALL


def test_a_number_that_takes_only_messages_is_no_emergency_number_to_call() -> None:
    """ "Call None now" on a card would cost a life."""
    by_text = {**ROW, "call": None, "text": {"number": "114", "body": None}}
    assert regions.Region("FR", {"en": "France"}, (), (by_text, ROW)).emergency == "911"
