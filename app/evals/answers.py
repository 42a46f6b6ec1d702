"""Whether replies answer: facts stated, sections cited, length and ease of reading. `carelight eval answers [FILE]`.

A fact counts as stated by `app.evals.stated`; where a question is not answered at all, none of its facts is. For questions
that ship, the facts are the article's own lines that answer best.
"""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from app.evals.questions import Question, Reply, answerable, ask, by_register
from app.evals.report import Amount, Case, Figure, Report, Table, share, table
from app.evals.stated import FactReader
from app.wiring import Application
from knowledge.article import Article, Section
from knowledge.library import Snapshot
from knowledge.reading_grade import grade
from retrieval.embedder import PACKAGED

_SHORTEST, _LONGEST = 60, 160
"""Words: a shorter answer leaves things out, a longer one is not read."""
_HELP = "when_to_see_a_doctor"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with its reply; `stated` has a verdict for each fact, `grade` the years of school that the answer asks for."""

    question: Question
    reply: Reply
    stated: tuple[bool, ...]
    grade: float | None

    @property
    def answered(self) -> bool:
        """Whether the library answered."""
        return self.reply.kind == "answer"

    @property
    def section_cited(self) -> bool:
        """Whether the right section of the right article is cited."""
        return any((c.article, c.section) == (self.question.article, self.question.section) for c in self.reply.cited)

    @property
    def words_before_help(self) -> int:
        """Words of the answer without a closing call for help."""
        own = [s for s in self.reply.statements if self.question.section == _HELP or any(c.section != _HELP for c in s.citations)]
        return sum(len(statement.text.split()) for statement in own)


def judge(app: Application, questions: Iterable[Question]) -> Iterator[Answered]:
    """Ask every question and read its answer."""
    snapshot = app.library.snapshot()
    reader = FactReader(app.make_embedder(PACKAGED), snapshot)
    names = {name for revision in snapshot.revisions.values() for name in revision.article.names}
    for question in questions:
        reply = ask(app, question)
        texts = [statement.text for statement in reply.statements] if reply.kind == "answer" else []
        topic = snapshot.article(question.article).title if question.article else ""
        years = grade(_as_article(reply, snapshot), names) if texts else None
        yield Answered(question, reply, tuple(reader.stated(question.facts, texts, topic)), years)


def _as_article(reply: Reply, snapshot: Snapshot) -> Article:
    """The answer as an article of one section, to be graded as articles are."""
    body = "\n\n".join(statement.text for statement in reply.statements)
    return replace(snapshot.article(reply.cited[0].article), body=body, sections=(Section("Overview", "overview", 0, len(body)),))


def report(judged: Sequence[Answered], articles: int) -> Report:
    """Figures of the questions that an article served should answer, in all and by register, and of those without an article."""
    wanted = {question.id for question in answerable([item.question for item in judged])}
    covered = [item for item in judged if item.question.id in wanted]
    absent = [item for item in judged if item.question.expected == "answer" and item.question.id not in wanted]
    by_id = {item.question.id: item for item in covered}
    registers = by_register(item.question for item in covered)
    tables = [_figures("all questions", covered), _reading(covered)]
    if len(registers) > 1:
        tables += [_figures(name, [by_id[question.id] for question in group]) for name, group in registers.items()]
    tables.append(table("no article is served", [share("not answered", (not item.answered for item in absent))]))
    about = {"questions": len(covered) + len(absent), "articles served": articles}
    return Report("answers", tuple(tables), tuple(map(_case, covered)), about)


def _figures(title: str, judged: Sequence[Answered]) -> Table:
    answered = [item for item in judged if item.answered]
    return table(
        title,
        [
            share("answered", (item.answered for item in judged)),
            share("wrongly not covered", (item.reply.kind == "not_covered" for item in judged), "less"),
            share("wrongly refused or referred", (item.reply.kind in ("refused", "referred") for item in judged), "less"),
            share("shown a care card instead", (item.reply.kind == "care_card" for item in judged), "less"),
            share("facts stated", (stated for item in judged for stated in item.stated)),
            share("facts stated, of questions answered", (stated for item in answered for stated in item.stated)),
            share("every fact stated", (all(item.stated) for item in judged if item.stated)),
            share("right section cited", (item.section_cited for item in judged)),
        ],
    )


def _reading(judged: Sequence[Answered]) -> Table:
    answered = [item for item in judged if item.answered]
    figures: list[Figure] = [
        share(f"{_SHORTEST} to {_LONGEST} words, call for help included", (_in_bounds(item.reply.words) for item in answered)),
        share(f"{_SHORTEST} to {_LONGEST} words before the call for help", (_in_bounds(item.words_before_help) for item in answered)),
    ]
    if answered:
        figures += [
            Amount("words, call for help included: median", statistics.median(item.reply.words for item in answered)),
            Amount("words before the call for help: median", statistics.median(item.words_before_help for item in answered)),
            Amount("grade of reading: median", statistics.median(item.grade or 0.0 for item in answered), "less"),
            Amount("grade of reading: highest", max(item.grade or 0.0 for item in answered), "less"),
        ]
    return table("length and reading of answers", figures)


def _in_bounds(words: int) -> bool:
    return _SHORTEST <= words <= _LONGEST


def _case(item: Answered) -> Case:
    question, reply = item.question, item.reply
    facts = {"facts": sum(item.stated) / len(item.stated)} if item.stated else {}
    missing = [fact for fact, stated in zip(question.facts, item.stated, strict=True) if not stated]
    came = [f"[{statement.citations[0].article} / {statement.citations[0].section}] {statement.text}" for statement in reply.statements]
    told = (
        f"{' || '.join([*question.history, question.text])}\nwanted: {question.article} / {question.section}\n"
        + "".join(f"not stated: {fact}\n" for fact in missing)
        + f"came: {reply.kind}\n"
        + "\n".join(came)
    )
    return Case(question.id, {"answered": float(item.answered), "section": float(item.section_cited), **facts}, told)
