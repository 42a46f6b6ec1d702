"""Whether the right article and section are found: `carelight eval retrieval [FILE]`.

Articles are ranked by their best passage among the first 30; the section counts where the reply cites it, for that is what
a patient sees. Half of what is not first is often a sibling that answers as well, so read the worst before believing a figure.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.evals.questions import Question, ask, by_register
from app.evals.report import Amount, Case, Figure, Report, Table, share, table
from app.wiring import Application
from guardrails import person
from guardrails.level import Profile

_PASSAGES = 30


@dataclass(frozen=True, slots=True)
class Found:
    """What search and reply made of a question: articles best first, (article, section) pairs cited."""

    question: Question
    articles: tuple[str, ...]
    cited: tuple[tuple[str, str], ...]
    kind: str

    @property
    def rank(self) -> int:
        """Place of the right article, from 1; 0 where it is not found."""
        want = self.question.article
        return self.articles.index(want) + 1 if want in self.articles else 0

    def within(self, places: int) -> bool:
        """Whether the right article is among the first `places`."""
        return 1 <= self.rank <= places

    @property
    def section_cited(self) -> bool:
        """Whether the reply cites the right section of the right article."""
        return (self.question.article, self.question.section) in self.cited

    @property
    def reciprocal(self) -> float:
        """1 for the first place, a half for the second, 0 where it is not found."""
        return 1 / self.rank if self.rank else 0.0


def judge(app: Application, questions: Iterable[Question]) -> Iterator[Found]:
    """Search for and ask every question."""
    snapshot = app.library.snapshot()
    for question in questions:
        audience = person.audience(question.text, Profile())
        found = app.search.search(question.text, question.history, snapshot, audience, _PASSAGES)
        articles = tuple(dict.fromkeys(scored.passage.article for scored in found.passages))
        reply = ask(app, question)
        cited = tuple(dict.fromkeys((citation.article, citation.section) for citation in reply.cited))
        yield Found(question, articles, cited, reply.kind)


def report(found: Sequence[Found], articles: int) -> Report:
    """Figures over all questions and by register; one case a question."""
    registers = by_register(item.question for item in found)
    by_id = {item.question.id: item for item in found}
    tables = [_figures("all questions", found)]
    tables += [_figures(name, [by_id[question.id] for question in group]) for name, group in registers.items() if len(registers) > 1]
    about = {"questions": len(found), "articles served": articles}
    return Report("retrieval", tuple(tables), tuple(map(_case, found)), about)


def _figures(title: str, found: Sequence[Found]) -> Table:
    figures: list[Figure] = [
        share("right article first", (item.within(1) for item in found)),
        share("right article within three", (item.within(3) for item in found)),
        share("right article within five", (item.within(5) for item in found)),
        share("right section among the cited", (item.section_cited for item in found)),
    ]
    if found:
        figures.append(Amount("mean reciprocal rank", sum(item.reciprocal for item in found) / len(found), "more"))
    return table(title, figures)


def _case(item: Found) -> Case:
    question = item.question
    scores = {
        "first": float(item.within(1)),
        "within three": float(item.within(3)),
        "within five": float(item.within(5)),
        "section": float(item.section_cited),
    }
    told = (
        f"{' || '.join([*question.history, question.text])}\nwanted: {question.article} / {question.section}\n"
        f"found: {', '.join(item.articles[:5]) or 'nothing'}\n{item.kind}, cited: {', '.join(map(' / '.join, item.cited)) or 'nothing'}"
    )
    return Case(question.id, scores, told)
