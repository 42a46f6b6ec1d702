"""Why it fired: the words, what was set aside and by which cue, the classifier's view, and the rule set in force."""

from guardrails.classifier import LearnedClassifier
from guardrails.explain import Explainer
from guardrails.level import Profile
from tests.guardrails.small import engine
from tests.guardrails.test_classifier import THRESHOLDS, WordEncoder

TEXT = "No fever, but my chest hurts and I'm sweating"


def test_an_explanation_names_words_rule_version_and_rule_set() -> None:
    """What a clinician reads beside the finding."""
    found = engine().find([TEXT], Profile())
    told = Explainer(engine(), None, "set-1").explain([TEXT], found)["heart"]
    assert (told.rules, told.rule, told.version) == ("set-1", "heart", 1)
    assert told.words == ("chest hurts", "sweating")


def test_an_explanation_tells_what_did_not_count() -> None:
    """ "No fever" was read, and set aside by "no"."""
    told = Explainer(engine(), None, "set-1").explain([TEXT], engine().find([TEXT], Profile()))["heart"]
    assert [(item.words, item.category, item.cue) for item in told.set_aside] == [("fever", "negated", "no")]


def test_the_classifiers_scores_stand_beside_it() -> None:
    """Also for a finding of a rule: the reader sees whether both agree."""
    learned = LearnedClassifier(WordEncoder(), THRESHOLDS)
    text = "a crushing weight on my chest, it hurts and I'm sweating"
    told = Explainer(engine(), learned, "set-1").explain([text], engine().find([text], Profile()))["heart"]
    assert told.scores["emergency"] > 0.8
    assert told.nearest == ()


def test_without_a_classifier_the_explanation_has_no_scores() -> None:
    """Rather than zeros that look like a verdict."""
    assert Explainer(engine(), None, "s").explain([TEXT], engine().find([TEXT], Profile()))["heart"].scores == {}
