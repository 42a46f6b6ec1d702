"""The comparison as it is drawn: escaped, folded, with each comment where its words stand."""

import re

from app.editor import compare_view
from app.editor.compare_box import Pair, default_pair
from app.editor.compare_view import Passage, Said
from knowledge import compare
from knowledge.article import parse
from tests.app.editor.files import comment, file, review, stored
from tests.fakes import article, article_text

QUIET = Said((), (), may_write=True)


def _html(before: str, after: str, said: Said = QUIET) -> str:
    return "".join(html for _, html in compare_view.lines(compare.rows(before, after), said))


def test_words_are_marked_on_their_own_side() -> None:
    """Taken out on the left, put in on the right, each word whole."""
    html = _html("Take 1,200 mg.\n", "Take 1,000 mg.\n")
    assert '<span class="ed-words" data-start="0">Take <del>1,200</del> mg.</span>' in html
    assert '<span class="ed-words" data-start="0">Take <ins>1,000</ins> mg.</span>' in html


def test_no_word_of_an_article_is_a_tag() -> None:
    """Article text is untrusted, on both sides, in its fields and in what is said of it."""
    bad = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'>"
    said = Said((comment(bad, 0, 5, quote=bad, by=bad, revision=1),), (comment(bad, 0, 5, quote=bad, by=bad),), may_write=True)
    html = _html(f"{bad} one\n", f"{bad} two\n", said)
    after = parse(article_text("## Overview\n\nGout.\n", synonyms='"<script>x</script>"'))
    html += compare_view.fields(compare.fields(article("## Overview\n\nGout.\n"), after))
    ours = "div span del ins button p b q table caption thead tbody tr th td"
    assert set(re.findall(r"<(\w+)", html)) <= set(ours.split())
    assert "onerror=alert(2)&gt;" in html


def test_a_long_unchanged_stretch_folds_with_its_count() -> None:
    """And opens."""
    body = "".join(f"Paragraph number {place}.\n\n" for place in range(8))
    assert "<summary>7 unchanged paragraphs</summary>" in _html(body, f"{body}One more.\n")


def test_a_comment_stands_beside_the_paragraph_it_is_about() -> None:
    """Unchanged or not: it is not folded away; what was said of an earlier revision says so."""
    before, after = "First.\n\nSecond.\n\nThird.\n\nFourth.\n", "First.\n\nSecond.\n\nThird.\n\nFourth, new.\n"
    said = Said((comment("too short", 17, 23, revision=1),), (comment("well put", 0, 6, quote="First."),), may_write=False)
    drawn = dict(compare_view.lines(compare.rows(before, after), said))
    assert "well put" in drawn["0-0"]
    assert "<q>First.</q>" in drawn["0-0"]
    assert "too short" in drawn["17-17"]
    assert "on revision 1" in drawn["17-17"]
    assert "<button" not in "".join(drawn.values())


def test_a_settled_comment_is_folded_and_says_by_whom() -> None:
    """It is dealt with, and stays to be read."""
    html = compare_view.comment(comment("too short", resolved_by="Ed"), may_write=True)
    assert "settled by Ed" in html
    assert "data-do" not in html


def test_what_is_said_without_a_mouse_can_be_of_one_sentence() -> None:
    """The choices of the dialog, by their place in the body."""
    passage = Passage(2, 10, "Gout hurts. It passes.\n\n")
    assert [span for span, _ in passage.choices()] == [(10, 32), (10, 21), (22, 32)]


def test_spacing_alone_is_said_in_words() -> None:
    """A row marked as changed in which nothing is to be seen would only puzzle."""
    assert "only spacing differs" in _html("One.\n\nTwo.\n", "One.\n\n\n\nTwo.\n")


def test_what_is_in_review_stands_beside_what_patients_get() -> None:
    """Else the newest change there was; a first revision beside nothing."""
    old, new = stored(1, "## Overview\n\nOld.\n", published=True), stored(2, "## Overview\n\nNew.\n")
    assert default_pair(file([new, old], review=review(new), served=1), None) == Pair(1, 2)
    assert default_pair(file([new, old], served=2), None) == Pair(1, 2)
    assert default_pair(file([new, old], served=2), 1) == Pair(2, 1)
    assert default_pair(file([old], review=review(old)), None) == Pair(0, 1)
    assert default_pair(file([]), None) is None
