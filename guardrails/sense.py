"""Whether a sentence keeps the sense of the one source sentence it rests on: what is denied, how sure, for whom, and when.

Every check compares two wordings and holds no opinion of its own, so a sentence always keeps the sense of itself. Each
catches one way in which a fluent sentence of the same words says something else.
"""

import re
from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from guardrails.wording import Wording, is_content, lists, stems

_STOPS = frozenset(".;:!?()")
_GO_ON = frozenset("and but so which who it you they this that then as because if unless even especially for".split())
_REACH = 4
"""Tokens that "may", "some" or "less than" reach."""


def differs(said: Wording, held: Wording, names: frozenset[str] = frozenset()) -> str | None:
    """The first way in which `said` does not keep the sense of `held`, in words that name neither; None where it does.

    `names` are medicines, which with the people meant tell whose an amount is.
    """
    for reason, check in _CHECKS:
        if check(said, held):
            return reason
    return "an amount is somebody or something else's" if _moved(said, held, names) else None


# What is denied


def denied(wording: Wording) -> tuple[bool, ...]:
    """For each token, whether a negation reaches it: from its cue to the end of the clause; a list goes on after a comma."""
    known = lists()
    reached: list[bool] = []
    cue = ""
    tokens = wording.tokens
    for place, word in enumerate(tokens):
        clause_ends = word in _STOPS or word in known["turns"] or (word == "," and _GO_ON.issuperset(tokens[place + 1 : place + 2]))
        if word in known["negation"]:
            cue = word
        elif clause_ends or (cue == "without" and word in known["auxiliaries"]):
            cue = ""
        reached.append(bool(cue))
    return tuple(reached)


def _negation(said: Wording, held: Wording) -> bool:
    """A content word is denied on one side and not on the other, or there are more denials here than there."""
    if _count(said, "negation") > _count(held, "negation"):
        return True
    here, there = denied(said), denied(held)
    for token in {token for token in said.tokens if is_content(token)}:
        mine, theirs = [here[place] for place in said.places(token)], [there[place] for place in held.places(token)]
        if theirs and (any(mine) or any(theirs)) and (mine.count(True) > theirs.count(True) or mine.count(False) > theirs.count(False)):
            return True
    return _copies(said, held) and _count(said, "negation") != _count(held, "negation")


def _count(wording: Wording, name: str) -> int:
    return sum(token in lists()[name] for token in wording.tokens)


def _copies(said: Wording, held: Wording) -> bool:
    """Whether a sentence tells its whole source, so that nothing small may be missing."""
    return all(said.holds(word) for word in held.content)


# How far and how sure


def _under(wording: Wording, cues: frozenset[str]) -> tuple[bool, ...]:
    """For each token, whether one of `cues` stands among the four before it, in the same clause."""
    found: list[bool] = []
    left = 0
    for token in wording.tokens:
        found.append(left > 0)
        left = _REACH if token in cues else 0 if token in _STOPS else left - 1
    return tuple(found)


def _let_go(said: Wording, held: Wording, cues: frozenset[str]) -> bool:
    """A word that stands under "may", "some", "only" or "less than" in the source stands alone here."""
    here, there = _under(said, cues), _under(held, cues)
    for token in {token for token in said.tokens if is_content(token)}:
        theirs = [there[place] for place in held.places(token)]
        mine = [here[place] for place in said.places(token)]
        if any(theirs) and mine.count(False) > theirs.count(False):
            return True
    return False


def _limit(said: Wording, held: Wording) -> bool:
    exact = lists()["limits"] | lists()["weak"] - lists()["modals"]
    return any(_let_go(said, held, frozenset({cue})) for cue in exact.intersection(held.tokens))


def _unit(said: Wording, held: Wording) -> bool:
    """Where the source speaks of hours and of days, each keeps the word before it."""
    names = held.has("units")
    if len({name.rstrip("s") for name in names}) < 2:
        return False
    pairs = set(pairwise(held.tokens))
    return any(unit in names and (before, unit) not in pairs for before, unit in pairwise(said.tokens) if not before[0].isdigit())


def _repeats(said: Wording, held: Wording) -> bool:
    """One of two opposites, a group of people or a unit stands here more often than in the source."""
    watched = lists()["people"] | lists()["units"] | lists().opposites.keys()
    return any(said.tokens.count(token) > max(1, held.tokens.count(token)) for token in watched.intersection(said.tokens))


# How sure


def _surer(said: Wording, held: Wording) -> bool:
    """ "May" became "will", "some people" became all, or a strong word came from nowhere."""
    if said.has("strong") - held.has("strong") - _obliging(held):
        return True
    weak = held.has("weak")
    if (weak and not said.has("weak")) or _let_go(said, held, lists()["modals"]):
        return True
    modals = lists()["modals"]
    new = said.has("weak") - weak
    return bool(new - modals)


def _obliging(held: Wording) -> frozenset[str]:
    """ "Must" may stand for an imperative, and "never" for "do not"."""
    allowed: set[str] = set()
    if held.has("obliges") or (held.tokens and held.tokens[0] in lists()["imperatives"]):
        allowed.add("must")
    if held.has("negation"):
        allowed.add("never")
    return frozenset(allowed)


def _less_sure(said: Wording, held: Wording) -> bool:
    """What must be done became a suggestion."""
    suggests = said.has("modals") and not held.has("modals")
    return bool(suggests and (held.has("obliges") or (held.tokens and held.tokens[0] in lists()["imperatives"])))


def _obliges_anew(said: Wording, held: Wording) -> bool:
    """A description became an order."""
    orders = said.has("obliges") & {"must", "should", "need", "needs"}
    own = held.has("obliges") or (held.tokens and held.tokens[0] in lists()["imperatives"])
    return bool(orders and not own)


# When and for whom


def _condition(said: Wording, held: Wording) -> bool:
    """A condition or an exception was left behind, or made."""
    known = lists()["conditions"]
    if Counter(t for t in said.tokens if t in known) != Counter(t for t in held.tokens if t in known):
        return True
    advises = bool(said.has("advice"))
    return advises and bool(held.has("advice_conditions")) and not said.has("advice_conditions") | said.has("conditions")


_GROUP = re.compile(
    r"\b(?:people|patients|those|someone|anyone|anybody|person|adults|children|women|men) (?:with|who|whose|under|over|aged|taking|on)\b"
)


def _people(said: Wording, held: Wording) -> bool:
    """It was said of some people, and now of others or of all."""
    if held.has("people") and not said.has("people"):
        return True
    return bool(_GROUP.search(held.text)) and not (_GROUP.search(said.text) or said.has("conditions"))


# Which way round


def _opposite(said: Wording, held: Wording) -> bool:
    """One of two opposites stands where the source says the other, or beside other words than there."""
    for place, token in enumerate(said.tokens):
        others = lists().opposites.get(token)
        if others is None:
            continue
        if token not in held.tokens:
            return True
        if others.intersection(held.tokens) and not _stands_like(said, place, held, token):
            return True
    return False


def _stands_like(said: Wording, place: int, held: Wording, token: str) -> bool:
    around = said.near(place, 1)
    return not around or any(around & held.near(other, 1) for other, each in enumerate(held.tokens) if each == token)


def _turned_round(said: Wording, held: Wording) -> bool:
    """What causes, treats or comes before changed places with what is caused, treated or comes after."""
    for place, token in enumerate(said.tokens):
        if token in lists()["directions"] and (there := held.places(token)):
            here = _sides(said, place)
            if all(_crossed(here, _sides(held, other)) for other in there):
                return True
    return False


def _crossed(here: tuple[frozenset[str], frozenset[str]], there: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Whether one side here holds more words of the other side there than of its own."""
    (left, right), (source_left, source_right) = here, there
    only_left, only_right = source_left - source_right, source_right - source_left
    return len(left & only_right) > len(left & source_left) or len(right & only_left) > len(right & source_right)


def _sides(wording: Wording, place: int) -> tuple[frozenset[str], frozenset[str]]:
    """Content words before and after the token at `place`, as stems; turned round where it is a passive ("caused by")."""
    left, right = (
        frozenset(stem for token in part if is_content(token) for stem in stems(token))
        for part in (wording.tokens[:place], wording.tokens[place + 1 :])
    )
    return (right, left) if wording.tokens[place + 1 : place + 2] == ("by",) else (left, right)


def _moved(said: Wording, held: Wording, names: frozenset[str]) -> bool:
    """A number stands after another medicine or another group of people than in the source."""
    anchors = lists()["people"] | names
    theirs: dict[str, set[str]] = {}
    for number, owner in _owners(held, anchors):
        theirs.setdefault(number, set()).add(owner)
    return any(owner and number in theirs and owner not in theirs[number] for number, owner in _owners(said, anchors))


def _owners(wording: Wording, anchors: frozenset[str]) -> list[tuple[str, str]]:
    """Each number with the nearest medicine or people named before it, "" where there is none."""
    found: list[tuple[str, str]] = []
    owner = ""
    for token in wording.tokens:
        if token in anchors:
            owner = token.rstrip("s")
        elif token[0].isdigit():
            found.append((token, owner))
    return found


_CHECKS: tuple[tuple[str, Callable[[Wording, Wording], bool]], ...] = (
    ("a negation differs from its source", _negation),
    ("a condition differs from its source", _condition),
    ("it is said of other people than in its source", _people),
    ("a limit is left behind", _limit),
    ("a unit is not in its source", _unit),
    ("a word stands more often than in its source", _repeats),
    ("it is surer than its source", _surer),
    ("it is less sure than its source", _less_sure),
    ("it obliges where its source does not", _obliges_anew),
    ("an opposite is not in its source", _opposite),
    ("it turns its source round", _turned_round),
)
