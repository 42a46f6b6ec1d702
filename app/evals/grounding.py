"""Whether every statement shown stands where it says: `carelight eval grounding [FILE]`.

Each citation is walked back to the stored revision, read from the database and not from the snapshot that the answer was
made of. Nothing here may ever fail: a figure below 100 % is a defect, not a score.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from app.evals.questions import Cited, Question, Reply, Told, ask
from app.evals.report import Amount, Case, Report, share, table
from app.wiring import Application
from guardrails import person
from guardrails.level import Profile
from knowledge.article import Article
from knowledge.front_matter import Audience
from knowledge.library import Revision, Snapshot
from knowledge.passages import audience_of

Stored = Callable[[str, int], Revision | None]
"""A stored revision by slug and number, or None."""
_CITATION = ("revision is stored and served", "quote stands at its place", "section is named rightly", "meant for the person asked about")


@dataclass(frozen=True, slots=True)
class Walked:
    """A question's reply with the verdict on every citation and statement, by name; empty where it was not answered."""

    question: Question
    reply: Reply
    audience: Audience
    citations: Mapping[str, tuple[bool, ...]]
    rebuilt: tuple[bool, ...]
    once: bool

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.once and all(self.rebuilt) and all(all(flags) for flags in self.citations.values())


def judge(app: Application, questions: Iterable[Question]) -> Iterator[Walked]:
    """Ask every question and walk its citations back."""
    snapshot, stored = app.library.snapshot(), cache(app.library.revision)
    for question in questions:
        yield walk(question, ask(app, question), snapshot, stored)


def walk(question: Question, reply: Reply, snapshot: Snapshot, stored: Stored) -> Walked:
    """The verdicts on one reply; replies of other kinds than an answer state nothing."""
    told = reply.statements if reply.kind == "answer" else ()
    audience = person.audience(question.text, Profile())
    verdicts = [_verdicts(c, audience, snapshot, stored) for statement in told for c in statement.citations]
    by_name = {name: tuple(verdict[place] for verdict in verdicts) for place, name in enumerate(_CITATION)}
    texts = [statement.text for statement in told]
    return Walked(question, reply, audience, by_name, tuple(map(_rebuilt, told)), len(texts) == len(set(texts)))


def _verdicts(citation: Cited, audience: Audience, snapshot: Snapshot, stored: Stored) -> tuple[bool, bool, bool, bool]:
    served = snapshot.revisions.get(citation.article)
    revision = stored(citation.article, citation.revision)
    if revision is None or served is None:
        return (False, False, False, False)
    article = revision.article
    stands = bool(citation.quote.strip()) and article.body[citation.start : citation.end] == citation.quote
    return (served.number == citation.revision, stands, _section_right(article, citation), suits(article, citation, audience))


def _section_right(article: Article, citation: Cited) -> bool:
    try:
        section = article.section_at(citation.start)
    except LookupError:
        return False
    return section.kind == citation.section and citation.end <= section.end


def suits(article: Article, citation: Cited, audience: Audience) -> bool:
    """Whether the cited section may be shown about `audience`: no adult's advice for a child, and the other way round."""
    try:
        meant = audience_of(article, article.section_at(citation.start).kind)
    except LookupError:
        return False
    if audience == "everyone" or "everyone" in meant:
        return True
    return meant != ("child",) if audience == "pregnancy" else audience in meant


def _rebuilt(statement: Told) -> bool:
    """Whether a statement is its quotes and nothing else."""
    return bool(statement.citations) and statement.text == "\n".join(citation.quote for citation in statement.citations)


def report(walked: Sequence[Walked], articles: int) -> Report:
    """What was walked, each check, and the person asked about; a statement that a model worded is not rebuilt from its quotes."""
    answers = [item for item in walked if item.reply.kind == "answer"]
    checks = [share(f"citations: {name}", (flag for item in answers for flag in item.citations[name])) for name in _CITATION]
    checks.append(share("statements: rebuilt from their quotes", (flag for item in answers for flag in item.rebuilt)))
    checks.append(share("answers: no statement twice", (item.once for item in answers)))
    checks.append(share("answers: nothing wrong", (item.sound for item in answers)))
    told: tuple[Audience, ...] = ("adult", "child", "pregnancy")
    people = [share(f"answers about: {who}, nothing wrong", (i.sound for i in answers if i.audience == who)) for who in told]
    walks = [
        Amount("questions asked", len(walked)),
        Amount("answers", len(answers)),
        Amount("statements", sum(len(item.rebuilt) for item in answers)),
        Amount("citations", sum(len(item.citations[_CITATION[0]]) for item in answers)),
    ]
    tables = (table("walked", walks), table("checks", checks), table("by the person asked about", people))
    return Report("grounding", tables, tuple(map(_case, answers)), {"questions": len(walked), "articles served": articles})


def _case(item: Walked) -> Case:
    wrong = [name for name, flags in item.citations.items() if not all(flags)]
    came = "\n".join(f"{c.article}@{c.revision}:{c.start}-{c.end} {c.section}" for c in item.reply.cited)
    told = (
        f"{' || '.join([*item.question.history, item.question.text])}\nabout: {item.audience}; wrong: {', '.join(wrong) or 'text'}\n{came}"
    )
    return Case(item.question.id, {"sound": float(item.sound)}, told)
