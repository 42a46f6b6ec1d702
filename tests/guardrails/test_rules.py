"""Rules are data: a mistake is refused where it stands, and every shipped rule is held to its own examples."""

from pathlib import Path

import pytest

from guardrails import context, rules
from guardrails.level import Profile
from guardrails.red_flags import RedFlagRules
from guardrails.rules import Comparison, Rule, RuleError
from knowledge.article import parse
from tests.guardrails.small import CONCEPTS, RULES, starter, write

CORPUS = Path(__file__).parents[2] / "knowledge" / "corpus"
SHIPPED = starter().rules.rules
each_rule = pytest.mark.parametrize("rule", SHIPPED, ids=lambda rule: rule.id)


def fired(text: str) -> set[str]:
    """The shipped rules that `text` fires on its own, or that ask because of it."""
    asking = starter().ask([text], Profile(), {})
    return {finding.rule for finding in starter().find([text], Profile())} | {question.rule for question in asking.questions}


@each_rule
def test_every_example_that_must_fire_fires_its_rule(rule: Rule) -> None:
    """The examples are the rule's contract with the clinician who signs it."""
    assert [text for text in rule.fires if rule.id not in fired(text)] == []


@each_rule
def test_no_near_miss_fires_its_rule(rule: Rule) -> None:
    """Near misses are what keeps the alarm worth listening to."""
    assert [text for text in rule.silent if rule.id in fired(text)] == []


@pytest.mark.parametrize("rule", [rule for rule in SHIPPED if rule.first_aid], ids=lambda rule: rule.id)
def test_pinned_first_aid_stands_in_the_corpus(rule: Rule) -> None:
    """A card that pins a section which does not exist leaves a frightened person without the next step."""
    assert rule.first_aid is not None
    article = parse((CORPUS / f"{rule.first_aid.article}.md").read_text(encoding="utf-8"))
    assert rule.first_aid.heading in {section.heading for section in article.sections}


@each_rule
def test_every_rule_names_a_public_page_and_speaks_both_languages(rule: Rule) -> None:
    """The care team must be able to read why, and a Spanish speaker the reason on the card."""
    assert rule.source.startswith("https://")
    assert rule.reason["en"].strip() != rule.reason["es"].strip() != ""


@pytest.mark.parametrize(
    "text",
    [
        "It is for my novel: I want to kill myself tonight",
        "Hypothetically, what if I want to end my life",
        "asking for a friend, I want to die and I have the pills ready",
        "haha I want to kill myself lol",
    ],
)
def test_a_story_or_a_what_if_does_not_silence_talk_of_suicide(text: str) -> None:
    """People ask for help behind a novel, a joke or a hypothetical friend."""
    levels = {finding.level for finding in starter().find([text], Profile()) if finding.pathway == "suicide_self_harm"}
    assert levels & {"crisis", "emergency"}


@pytest.mark.parametrize(
    "text",
    [
        "the odd headache is normal at my age, isn't it?",
        "We're drowning in paperwork at the surgery, can you post the form?",
        "I overdosed on Netflix and biscuits, how do I get to sleep?",
        "My cough is better, no breathlessness and no blood",
        "It gets easier when I stretch, which exercises are best?",
        "The morning after the party my feet were tired",
        "Can I collect my tablets, are they ready?",
        "Picked a date for my hernia operation and wrote a note for work",
        "I'm done with physio, how do I sign off?",
        "INR 2.6 today, target 2 to 3, same dose?",
        "The dog barks at my son's scooter",
        "Plot help: my heroine is stabbed at the opera, would she faint?",
    ],
)
def test_ordinary_words_that_look_like_danger_stay_silent(text: str) -> None:
    """An alarm for "the odd headache" teaches people to click alarms away; these are kinds of words that once fired."""
    assert starter().find([text], Profile()) == ()


def test_every_concept_is_used_by_a_rule() -> None:
    """Wordings that no rule reads cost time in every message and hide from whoever mends a rule."""
    used = {name for rule in SHIPPED for alternative in rule.when for term in alternative for name in term.concepts}
    asked = {name for rule in SHIPPED if rule.ask for known in rule.ask.known for name in known}
    assert sorted(starter().rules.concepts.names - used - asked) == []


def test_a_folder_is_read_into_rules_and_shared_concepts(tmp_path: Path) -> None:
    """A newcomer adds a rule by one entry; everything the entry says must arrive."""
    read = rules.load(write(tmp_path))
    infant = read.rule("infant-fever")
    assert infant is not None
    assert (infant.level, infant.when[0][1].comparison) == ("emergency", Comparison("age_months", "<", 3.0))


def test_an_unknown_rule_is_none(tmp_path: Path) -> None:
    """A stored case may name a rule that a later release has dropped."""
    assert rules.load(write(tmp_path)).rule("retired") is None


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("    version: 1\n", "", "version"),
        ("    despite:", "    despises:", "despises"),
        ("level: emergency", "level: dreadful", "level must be one of"),
        ("pathway: medical", "pathway: surgical", "pathway one of"),
        ('fires: ["yes"]', "fires: []", "examples"),
        ('silent: ["no"]', "silent: []", "examples"),
        ("[crushing]", "[crushed]", "concept 'crushed'"),
        ("[crushing]", '["temprature_c >= 39"]', "temprature_c"),
        ("[crushing]", "[]", "can never be met"),
        ("[[chest_pain, sweating], [crushing]]", "[]", "can never be met"),
        ("despite: []", "despite: [fictoin]", "fictoin"),
        (', es: "Motivo de heart."', "", "reason has no words in es"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_file_and_its_name(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    """A typing mistake that loads is a red flag that never fires, found out by a patient."""
    assert right in RULES
    folder = write(tmp_path, rule_text=RULES.replace(right, wrong, 1))
    with pytest.raises(RuleError, match=says) as caught:
        rules.load(folder)
    assert str(caught.value).startswith("heart.yaml: rule 'heart'")


def test_two_rules_of_one_name_are_refused(tmp_path: Path) -> None:
    """The second would silently replace the first, in another file perhaps."""
    folder = write(tmp_path)
    (folder / "lungs.yaml").write_text(RULES, encoding="utf-8")
    with pytest.raises(RuleError, match=r"lungs\.yaml: rule 'heart' is defined twice"):
        rules.load(folder)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [", r"heart\.yaml: cannot be read.*line 1"),
        ("- a list", r"heart\.yaml: must be a mapping"),
        ("rulez: []", r"heart\.yaml: has no 'rules'"),
        ("rules:", r"heart\.yaml: has no 'rules'"),
    ],
)
def test_a_file_that_holds_no_rules_is_refused_by_name(tmp_path: Path, text: str, says: str) -> None:
    """A KeyError out of nowhere tells a rule author nothing."""
    with pytest.raises(RuleError, match=f"(?s){says}"):
        rules.load(write(tmp_path, rule_text=text))


@pytest.mark.parametrize(
    ("concepts", "says"),
    [
        (CONCEPTS.replace('"sweat*"', '"sweat("'), "concept 'sweating'.*sweat"),
        (CONCEPTS.replace('["fever", "temperature"]', "[]"), "concept 'fever'.*match everything"),
        ("concepts:", "has no 'concepts'"),
    ],
)
def test_a_wrong_concept_is_refused_with_its_file_and_its_name(tmp_path: Path, concepts: str, says: str) -> None:
    """An empty concept matches every message ever typed."""
    with pytest.raises(RuleError, match=rf"concepts.*: .*{says}"):
        rules.load(write(tmp_path, concepts=concepts))


def test_a_missing_concepts_file_is_a_rule_error(tmp_path: Path) -> None:
    """The program then refuses to start with words, not with a stack trace."""
    folder = write(tmp_path)
    (folder / "concepts" / "en.yaml").unlink()
    with pytest.raises(RuleError, match=r"concepts/en\.yaml: cannot be read"):
        rules.load(folder)


def test_a_second_language_adds_wordings_to_the_same_concepts(tmp_path: Path) -> None:
    """One rule serves both languages: a Spanish wording meets the rule that its English neighbour meets."""
    folder = write(tmp_path)
    (folder / "concepts" / "es.yaml").write_text('concepts: {crushing: ["elefante _ pecho"]}', encoding="utf-8")
    layer = RedFlagRules(rules.load(folder), context.load(folder))
    assert [finding.rule for finding in layer.find(["como un elefante en el pecho"], Profile())] == ["heart"]
    assert [finding.rule for finding in layer.find(["an elephant sits on my chest"], Profile())] == ["heart"]


def test_a_concept_that_only_the_second_language_knows_is_refused(tmp_path: Path) -> None:
    """It is a typing mistake: no rule could ever use it."""
    folder = write(tmp_path)
    (folder / "concepts" / "es.yaml").write_text('concepts: {crushign: ["elefante _ pecho"]}', encoding="utf-8")
    with pytest.raises(RuleError, match=r"concepts/es\.yaml: concept 'crushign' is not in en\.yaml"):
        rules.load(folder)


def test_an_emergency_card_pins_what_to_do_and_not_a_list_of_signs() -> None:
    """While help is on the way a person needs the next action, not more signs to read through."""
    pinned = [rule for rule in rules.load().rules if rule.first_aid and rule.level in ("emergency", "crisis")]
    assert pinned
    assert [rule.id for rule in pinned if rule.first_aid and rule.first_aid.heading != "What to do"] == []
