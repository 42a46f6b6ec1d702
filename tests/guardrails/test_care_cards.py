"""Care cards: the right numbers, life-saving first, the truth about people, and nothing invented."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from guardrails import regions
from guardrails.care_cards import CareCard, CareCards, Quote, Staffing
from guardrails.level import Finding, Level, Pathway, Profile
from guardrails.regions import Region
from knowledge import words
from tests.fakes import finding
from tests.guardrails.small import starter

REGIONS = regions.load()
SHOWN = [row for region in REGIONS.values() for row in region.numbers if row["seen"] and row["second_check"]]
EN, ES = words.load("en"), words.load("es")
SUICIDE, ATTEMPT = finding("suicidal", "crisis", "suicide_self_harm"), finding("attempt", "emergency", "suicide_self_harm")
VIOLENCE = finding("partner", "crisis", "violence_abuse")
OVERDOSE = finding("overdose", "emergency", "poisoning")


def card(
    *found: Finding, region: str | None = "US", staffing: Staffing = "unattended", aid: dict[str, tuple[Quote, ...]] | None = None
) -> CareCard:
    """The English card for `found`."""
    return CareCards(REGIONS, aid or {}).card(found or (finding(),), region, staffing, EN)


def services(shown: CareCard) -> list[str]:
    """The services on a card in their order, each once."""
    return list(dict.fromkeys(contact.service for contact in shown.contacts))


@pytest.mark.parametrize(("region", "number"), [("US", "911"), ("GB", "999"), ("AU", "000"), ("NZ", "111"), ("ES", "112"), ("IE", "112")])
def test_an_emergency_card_leads_with_the_regions_own_number(region: str, number: str) -> None:
    """911 shown in Britain costs the minutes that count."""
    shown = card(region=region)
    assert number in shown.lead
    assert (shown.contacts[0].service, shown.contacts[0].kind) == ("emergency", "tel")


@pytest.mark.parametrize("region", sorted(REGIONS))
def test_every_region_has_a_checked_emergency_number(region: str) -> None:
    """A region that can be chosen must have what the lead of every emergency card says."""
    assert re.fullmatch(r"\d{2,5}", REGIONS[region].emergency or "")


@pytest.mark.parametrize("region", sorted(REGIONS))
@pytest.mark.parametrize("level", ["emergency", "crisis", "urgent"])
def test_every_card_of_a_region_offers_a_call_that_can_be_dialled(region: str, level: Level) -> None:
    """A `tel:` link with a space or a letter in it does not dial on every phone."""
    shown = [c for pathway in get_args(Pathway) for c in card(finding("x", level, pathway), region=region).contacts]
    assert any(contact.kind == "tel" for contact in shown)
    assert [contact.dial for contact in shown if not re.fullmatch(r"\+?[0-9*]+(%23)?", contact.dial)] == []


@pytest.mark.parametrize("row", SHOWN, ids=lambda row: f"{row['service']}-{row['call'] or row['text']['number']}")
def test_every_number_that_is_shown_was_seen_on_two_pages(row: dict[str, Any]) -> None:
    """One page may be misprinted: each number has source, date and a second check by another page."""
    assert [str(page).startswith("http") for page in (row["source"], row["second_check"]["source"])] == [True, True]
    assert row["second_check"]["source"] != row["source"]
    assert [bool(row[key]["date"]) for key in ("seen", "second_check")] == [True, True]


@pytest.mark.parametrize("region", [None, "", "XX", "us", "ZZ"])
def test_an_unknown_region_invents_no_number(region: str | None) -> None:
    """A wrong country's line is worse than none; what is said instead is how to find the right one."""
    shown = card(finding(), SUICIDE, region=region)
    assert (shown.contacts, shown.region) == ((), None)
    assert set(re.findall(r"\d+", shown.as_text())) == {"112", "911"}
    assert "your local emergency number" in shown.lead


@pytest.mark.parametrize("missing", ["seen", "second_check"])
def test_a_number_without_both_checks_is_not_shown(missing: str) -> None:
    """A number that one page printed may be a misprint; a person in danger would dial it."""
    row = {**dict(REGIONS["US"].numbers[0]), missing: None}
    region = Region("US", REGIONS["US"].names, (), (row,))
    shown = CareCards({"US": region}, {}).card([finding()], "US", "unattended", EN)
    assert (shown.contacts, region.emergency) == ((), None)
    assert "911" not in shown.lead


def test_an_overdose_with_intent_shows_emergency_poison_and_crisis_lines() -> None:
    """A card joins all open pathways, the life-saving call first."""
    shown = services(card(SUICIDE, OVERDOSE))
    assert shown[0] == "emergency"
    assert {"poison", "suicide_crisis", "crisis_text"} <= set(shown)


def test_an_overdose_told_with_its_reason_meets_both_pathways() -> None:
    """The shipped rules must give the card what it joins."""
    found = starter().find(["I took 30 paracetamol because I want to die"], Profile())
    assert {"emergency", "poison", "suicide_crisis"} <= set(services(card(*found)))


@pytest.mark.parametrize("order", [(SUICIDE, OVERDOSE), (OVERDOSE, SUICIDE)])
def test_the_order_of_findings_does_not_change_the_order_of_help(order: tuple[Finding, ...]) -> None:
    """An earlier emergency carried from a turn before still comes first."""
    shown = card(*order)
    assert (shown.pathways[0], shown.contacts[0].service, shown.title) == ("poisoning", "emergency", EN.say("card_title_emergency"))


def test_violence_is_asked_about_safety_even_under_a_newer_lesser_finding() -> None:
    """ "Is it safe to read this now?" comes first on a card that an abuser might see."""
    assert card(finding("uti", "urgent"), VIOLENCE).lead == EN.say("card_lead_crisis_violence")


def test_a_suicide_card_shows_the_same_contacts_whether_or_not_a_method_was_named() -> None:
    """Naming a method must not cost anybody the crisis line, nor give another number."""
    assert set(card(SUICIDE).contacts) == set(card(ATTEMPT).contacts)
    assert services(card(ATTEMPT))[0] == "emergency"


@pytest.mark.parametrize(
    ("pathway", "first"),
    [
        ("suicide_self_harm", "suicide_crisis"),
        ("violence_abuse", "emergency"),
        ("person_at_risk", "emergency"),
        ("harm_to_others", "emergency"),
    ],
)
def test_each_crisis_pathway_leads_with_its_own_help(pathway: Pathway, first: str) -> None:
    """Someone to talk to for thoughts of suicide; the police where somebody is in danger."""
    shown = services(card(finding("x", "crisis", pathway)))
    assert shown[0] == first
    assert "emergency" in shown


def test_an_urgent_card_keeps_the_emergency_number_for_the_end_and_says_when() -> None:
    """Same-day help is not the ambulance, yet it may become one."""
    shown = card(finding("uti", "urgent"), region="GB")
    assert services(shown) == ["medical_advice", "emergency"]
    assert shown.worse == EN.say("card_worse", number="999")


def test_an_emergency_card_offers_no_slower_line() -> None:
    """An advice line beside the ambulance invites the wrong call."""
    gb = card(finding(), region="GB")
    assert "medical_advice" not in services(gb)
    assert "medical_advice" in services(card(finding("uti", "urgent"), region="GB"))


@pytest.mark.parametrize("region", ["US", "ES", None])
@pytest.mark.parametrize("language", ["en", "es"])
def test_an_emergency_card_ends_with_do_not_wait(region: str | None, language: str) -> None:
    """Nobody may sit before the screen waiting for a reply."""
    said = words.load(language)
    shown = CareCards(REGIONS, {}).card([finding()], region, "staffed", said)
    assert shown.as_text().splitlines()[-1] == said.say("card_no_wait")


@pytest.mark.parametrize("staffing", ["staffed", "on_call", "unattended"])
def test_every_card_tells_the_truth_about_people(staffing: Staffing) -> None:
    """ "Someone will be with you shortly" is said only where someone is there."""
    shown = card(staffing=staffing).as_text()
    assert [state for state in ("staffed", "on_call", "unattended") if EN.say(f"staffing_{state}") in shown] == [staffing]


def test_pinned_first_aid_comes_before_the_built_in_line() -> None:
    """The vetted article's own words, with the place they stand."""
    quote = Quote("Press hard on the chest.", "/library/cpr")
    assert card(finding("arrest"), aid={"arrest": (quote, quote)}).meanwhile == (quote,)


@pytest.mark.parametrize(
    ("found", "key"),
    [
        (finding(), "first_aid_emergency"),
        (SUICIDE, "first_aid_crisis"),
        (OVERDOSE, "first_aid_poisoning"),
        (VIOLENCE, "first_aid_violence"),
        (finding("x", "crisis", "harm_to_others"), "first_aid_harm"),
        (finding("uti", "urgent"), "first_aid_urgent"),
    ],
)
def test_a_rule_without_pinned_first_aid_gets_its_pathways_line(found: Finding, key: str) -> None:
    """ "Stay with the person" is no advice to somebody fleeing that person."""
    assert [quote.text for quote in card(found).meanwhile] == [EN.say(key)]


@pytest.mark.parametrize(
    ("found", "shown"), [(VIOLENCE, True), (SUICIDE, True), (finding("x", "crisis", "person_at_risk"), True), (finding(), False)]
)
def test_leave_quickly_stands_where_somebody_may_look_over_the_shoulder(found: Finding, shown: bool) -> None:
    """Shared phones: the page must be gone at one tap."""
    assert card(found).leave_quickly == shown


def test_a_card_for_an_unchecked_message_claims_nothing_and_shows_both_lines() -> None:
    """We do not know what it said: emergency and crisis contacts, and the plain truth."""
    shown = CareCards(REGIONS, {}).unchecked("US", "unattended", EN)
    assert (services(shown), shown.reasons) == (["emergency", "suicide_crisis"], ())
    assert (shown.title, shown.closing) == (EN.say("screen_incomplete"), EN.say("card_no_wait"))


def test_an_unchecked_message_in_an_unknown_region_invents_no_number() -> None:
    """The failure of the screen is no reason to guess a country."""
    shown = CareCards(REGIONS, {}).unchecked(None, "unattended", EN)
    assert shown.contacts == ()
    assert shown.lead == EN.say("emergency_line_unknown")


def test_one_reason_stands_once() -> None:
    """Two findings of one reason are one line to read."""
    assert card(finding("a"), finding("a")).reasons == ("a may need help.",)


def test_a_spanish_card_is_spanish() -> None:
    """Cards exist in both languages, labels and hours too."""
    shown = CareCards(REGIONS, {}).card([finding()], "US", "unattended", ES)
    assert (shown.lead, shown.contacts[0].label) == (ES.say("card_lead_emergency", number="911"), "Emergencias")


def test_a_card_as_data_loses_nothing() -> None:
    """Cards are stored and sent as JSON; a contact that is lost there is lost to the patient."""
    data = card(SUICIDE).as_dict()
    assert [contact["dial"] for contact in data["contacts"]] == [contact.dial for contact in card(SUICIDE).contacts]
    assert data["lead"] == EN.say("card_lead_crisis_suicide")


def test_a_regions_file_is_read_with_its_time_zones(tmp_path: Path) -> None:
    """The browser's time zone may only ask "Are you in X?"; the data says which X."""
    path = tmp_path / "regions.yaml"
    path.write_text("regions: {XX: {name: {en: Somewhere}, time_zones: [Mars/Base], numbers: []}}", encoding="utf-8")
    region = regions.load(path)["XX"]
    assert (region.name("es"), region.time_zones, region.emergency) == ("Somewhere", ("Mars/Base",), None)
