"""Foreign HTML and text become headed paragraphs and flat lists, and nothing that runs survives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.article import parse
from knowledge.importers.clean import Block, Part, blocks_of_text, body_of, parts_of_html
from tests.fakes import article_text


@pytest.mark.parametrize(
    ("html", "parts"),
    [
        ("<p>One.</p><p>Two.</p>", [("Overview", [("One.", ())]), ("Overview", [("Two.", ())])]),
        ("<h3>Signs</h3><p>Signs are:</p><ul><li>Pain</li><li>Heat</li></ul>", [("Signs", [("Signs are:", ("Pain", "Heat"))])]),
        ("<ul><li>A<ul><li>B</li></ul></li><li>C</li></ul>", [("Overview", [("", ("A", "B", "C"))])]),
        ("<p>See <a href='https://x.example'>gout</a> <b>now</b>.</p>", [("Overview", [("See gout now.", ())])]),
        (
            "<table><tr><th>Age</th><th>Dose</th></tr><tr><td>2</td><td>one</td></tr></table>",
            [("Overview", [("", ("Age: Dose", "2: one"))])],
        ),
        ("<div><div>Loose <br>words</div><p>More.</p></div>", [("Overview", [("Loose words", ())]), ("Overview", [("More.", ())])]),
        ("", []),
        ("<script>alert(1)</script><style>p{}</style><nav>Menu</nav>", []),
    ],
)
def test_html_becomes_parts(html: str, parts: list[tuple[str, list[tuple[str, tuple[str, ...]]]]]) -> None:
    """The forms that MedlinePlus, Word and saved web pages use."""
    found = [(part.heading, [(block.text, block.items)]) for part in parts_of_html(html) for block in part.blocks]
    assert found == parts


@pytest.mark.parametrize(
    "hostile",
    [
        "<p onclick='x()'>Hi</p><img src=x onerror=alert(1)>",
        "<p>Hi</p><iframe src='javascript:x()'></iframe>",
        "<p>Hi<svg onload=x()></svg></p>",
        "<p>Hi</p><script>document.write('<h1>Owned</h1>')</script>",
    ],
)
def test_what_could_run_is_gone(hostile: str) -> None:
    """Imported text is read, never executed."""
    assert body_of(parts_of_html(hostile)) == "## Overview\n\nHi\n"


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("One.\n\nTwo.", (Block("One."), Block("Two."))),
        ("Signs are:\n- pain\n- heat", (Block("Signs are:", ("pain", "heat")),)),
        ("Signs are    - pain   - heat   More words.", (Block("Signs are", ("pain", "heat")), Block("More words."))),
        ("Signs are: - pain\n  that lasts\n- heat", (Block("Signs are:", ("pain that lasts", "heat")),)),
        ("1. Wash.\n2. Dry.", (Block("", ("Wash.", "Dry.")),)),
        ("A well-known 3 - 5 day course.", (Block("A well-known 3 - 5 day course."),)),
    ],
)
def test_plain_text_becomes_blocks(text: str, blocks: tuple[Block, ...]) -> None:
    """MedQuAD's flat answers and the text of a PDF."""
    assert blocks_of_text(text) == blocks


def test_a_list_without_a_lead_in_is_led_in_by_its_heading() -> None:
    """A quoted list must say what it lists."""
    assert body_of([Part("Symptoms", (Block("", ("Pain", "Heat")),))]) == "## Symptoms\n\nSymptoms:\n- Pain\n- Heat\n"


@given(st.lists(st.text(alphabet="ab -#\n.:1*•", max_size=30), max_size=4))
def test_no_text_can_add_a_section_of_its_own(texts: list[str]) -> None:
    """A source's "## When to get help" in running text must not become our heading."""
    blocks = tuple(block for text in texts for block in blocks_of_text(text)) or (Block("x"),)
    article = parse(article_text(body_of([Part("Overview", (Block("Words."), *blocks))])))
    assert [section.heading for section in article.sections] == ["Overview"]
