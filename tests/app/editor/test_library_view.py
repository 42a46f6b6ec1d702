"""The editors' list: what is shown, in which order, what waits for whom, and in which words."""

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from app.editor import library_html, library_view
from app.editor.library_view import Query, Reader, Reason, view
from app.records.article_board import ArticleState, Line

TODAY = dt.date(2026, 11, 21)
AT = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
RITA = Reader("rita", "reviewer", TODAY)
ED = Reader("ed", "editor", TODAY)


def line(title: str = "Gout", state: ArticleState = "published", **changed: object) -> Line:
    """An article of the clinic's own that patients get, signed and not due."""
    slug, nobody = title.lower().replace(" ", "-"), frozenset[str]()
    made = Line(slug, title, "condition", "own", state, 1, True, "", nobody, nobody, 6.5, TODAY, dt.date(2027, 1, 1), 0, 0, 0)
    return replace(made, **changed)  # type: ignore[arg-type]


def titles(lines: list[Line], query: Query) -> list[str]:
    return [found.title for found in view(lines, query, ED).lines]


def test_what_is_overdue_stands_first_and_what_has_no_date_last() -> None:
    """Whoever opens the desk sees what has waited longest."""
    lines = [
        line("New", "draft", served=None, due=None),
        line("Soon"),
        line("Late", due=dt.date(2026, 1, 1)),
        line("Later", due=dt.date(2026, 6, 1)),
    ]
    assert titles(lines, Query()) == ["Late", "Later", "Soon", "New"]
    assert titles(lines, Query(down=True)) == ["Soon", "Later", "Late", "New"]
    assert titles(lines, Query(overdue=True)) == ["Late", "Later"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(text="gou ED"), ["Gout"]),
        (Query(state="in_review"), ["Gout"]),
        (Query(state="published"), ["Asthma"]),
        (Query(state="unsigned"), ["Flu"]),
        (Query(kind="medicine"), ["Flu"]),
        (Query(mine=True), ["Gout"]),
        (Query(library="medquad"), ["Zoster"]),
        (Query(library="", order="title"), ["Asthma", "Flu", "Gout", "Upload", "Zoster"]),
        (Query(order="title"), ["Asthma", "Flu", "Gout", "Upload"]),
        (Query(order="cited", down=True), ["Flu", "Gout", "Asthma", "Upload"]),
        (Query(order="grade", down=True), ["Asthma", "Gout", "Upload", "Flu"]),
    ],
)
def test_the_list_is_narrowed_and_ordered_as_asked(query: Query, found: list[str]) -> None:
    """Every filter alone, and orders that leave nothing out."""
    lines = [
        line("Gout", "in_review", owner="Ed", authors=frozenset({"ed"}), cited=2),
        line("Flu", kind="medicine", signed=False, cited=10, grade=None),
        line("Asthma", grade=9.5, cited=1),
        line("Upload", "draft", library="documents"),
        line("Zoster", library="medquad", signed=False),
    ]
    assert titles(lines, query) == found


def test_a_long_list_comes_in_pages() -> None:
    """Nine thousand rows at once would stop a browser; a page that is gone shows the last there is."""
    lines = [line(f"A{number:04}") for number in range(120)]
    last = view(lines, Query(page=2, order="title"), ED)
    assert (len(last.lines), last.page, last.pages, last.chosen) == (20, 2, 3, 120)
    assert library_html.place(last) == "101 to 120 of 120"
    assert view(lines, Query(page=9), ED).page == 2


@pytest.mark.parametrize(
    ("waits", "reader", "reason"),
    [
        (line(state="in_review", authors=frozenset({"ed"})), RITA, "review"),
        (line(state="in_review", authors=frozenset({"ed"})), ED, None),
        (line(state="in_review", authors=frozenset({"ed", "rita"})), RITA, None),
        (line(state="in_review", authors=frozenset({"ed"}), signers=frozenset({"rita"})), RITA, None),
        (line(state="changes_asked", authors=frozenset({"ed"})), ED, "changes"),
        (line(state="changes_asked", authors=frozenset({"ed"})), RITA, None),
        (line(state="draft", authors=frozenset({"ed"})), ED, "draft"),
        (line(state="approved", authors=frozenset({"ed"})), ED, "publish"),
        (line(state="approved", signers=frozenset({"rita"})), RITA, "publish"),
        (line(state="approved", authors=frozenset({"ed"}), planned=AT), ED, None),
        (line(state="approved", authors=frozenset({"ed"}), held="answers change"), ED, "held"),
        (line(state="published", authors=frozenset({"ed"})), ED, None),
        (line(state="in_review"), Reader("ada", "administrator", TODAY), None),
    ],
)
def test_an_article_waits_for_those_who_can_do_something_about_it(waits: Line, reader: Reader, reason: Reason | None) -> None:
    """Nobody is called to sign what they wrote, or to look at what only looks."""
    assert [task.reason for task in library_view.tasks([waits], reader)] == ([reason] if reason else [])


def test_the_most_pressing_waits_on_top() -> None:
    """Reviews first, for somebody else waits for them; the oldest first of each."""
    mine = frozenset({"rita"})
    lines = [
        line("Draft", "draft", authors=mine, since=AT),
        line("Young", "in_review", since=AT),
        line("Old", "in_review", since=AT - dt.timedelta(days=3)),
        line("Back", "changes_asked", authors=mine, since=AT),
    ]
    assert [task.line.title for task in library_view.tasks(lines, RITA)] == ["Old", "Young", "Back", "Draft"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (line(state="in_review", needed=2, signers=frozenset({"rita"})), ["In review", "1 of 2 signed"]),
        (line(state="approved"), ["Approved", "not planned"]),
        (line(state="approved", planned=AT), ["Approved", "planned for 20 Nov 2026"]),
        (line(state="approved", held="answers change"), ["held: answers change"]),
        (line(state="draft", served=None), ["Draft", "patients do not get it"]),
        (line(state="draft", served=3), ["patients get revision 3"]),
        (line(state="changes_asked"), ["Changes asked"]),
        (line(state="waiting"), ["New text waits", "from files or an import; patients get revision 1"]),
        (line(state="withdrawn", served=None, reason="Wrong dose"), ["Withdrawn", "Wrong dose"]),
        (line(signed=False), ["Published, unsigned", "starter"]),
        (line(signed=False, library="medquad"), ["imported", "MedQuAD"]),
        (line(due=dt.date(2026, 11, 20)), ["1 day overdue"]),
        (line(reviewed=None), ["never"]),
        (line(grade=10.2), ["10.2", "too hard for many patients"]),
        (line(liked=3, disliked=1), ["3 good", "1 bad"]),
    ],
)
def test_a_row_says_in_plain_words_how_an_article_stands(told: Line, words: list[str]) -> None:
    """No code of ours reaches an editor."""
    written = library_html.row(told, ED)
    assert [word for word in words if word not in written] == []


class Tags(HTMLParser):
    """The tags and attributes of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember them."""
        self.found |= {tag, *(name for name, _ in attrs)}


def test_words_of_the_records_are_never_markup() -> None:
    """Titles, names and reasons are typed by people and come from files."""
    attack = "<img src=x onerror=alert(1)>' onload='y\""
    hostile = line(attack, "withdrawn", owner=attack, reason=attack, held=attack, kind=attack, library=attack, slug=attack)
    for html in (library_html.row(hostile, ED), library_html.task(library_view.Task("held", hostile))):
        assert Tags(html).found <= {"th", "td", "a", "span", "scope", "class", "href", "data-label"}


def test_an_empty_list_says_why() -> None:
    """No articles at all, or none that match."""
    assert "No articles yet" in library_html.empty(view([], Query(), ED), Query())
    query = Query(text="nothing")
    assert "No article matches" in library_html.empty(view([line()], query, ED), query)
    assert library_html.empty(view([line()], Query(), ED), Query()) == ""


def test_the_summary_counts_what_is_chosen() -> None:
    """And says of how many."""
    found = view([line(), line("Late", due=dt.date(2026, 1, 1))], Query(overdue=True), ED)
    assert library_html.summary(found) == "1 article of 2, <b class='ed-l-late'>1 overdue</b>"


@pytest.mark.parametrize(
    ("state", "address"),
    [("in_review", "review"), ("approved", "review"), ("withdrawn", "review"), ("draft", "write"), ("published", "write")],
)
def test_a_title_leads_to_where_something_can_be_done(state: ArticleState, address: str) -> None:
    """Decisions to the review, everything else to the writing."""
    assert library_view.address(line(state=state)) == f"/desk/editor/{address}/gout"
