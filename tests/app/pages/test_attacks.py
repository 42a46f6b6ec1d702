"""Whatever an article's file holds, a reader gets words: the library's page, the chat's elements, the lists of titles."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app import render
from app.asking import Answered
from app.editor.answer_view import answer
from app.journal import Reply
from app.wiring import Application
from knowledge import words
from knowledge.article import Article, parse
from knowledge.citation import Statement
from knowledge.front_edit import read, with_front
from knowledge.front_matter import Source
from knowledge.passages import passages, statements
from tests.attacks import MARKUP
from tests.fakes import article_text, snapshot

PUBLIC = Path(__file__).parent.parent.parent.parent / "app" / "ui" / "public" / "elements"
_RUNS = ("script", "img", "iframe", "svg", "object", "embed", "form", "style", "meta", "base", "link", "math", "input")


def _hostile(text: str) -> Article:
    """An article that holds `text` in its title, its summary, a source, a paragraph and a list."""
    file = article_text(f"## Overview\n\nZorbitis hurts: {text}\n\nSigns are:\n- {text}\n- Pain.\n", slug="zorbitis")
    source = Source(f"Us {text}", text, f"https://a.example/{text}", None)
    return parse(with_front(file, replace(read(file), title=f"Zorbitis {text}", summary=text, sources=(source,))))


def _dangers(html: str, inside: str) -> list[str]:
    """Elements that run or load something, handlers, and addresses that are no plain ones."""
    found = []
    for element in BeautifulSoup(html, "html.parser").select(f"{inside} *"):
        address = str(element.get("href") or element.get("src") or "")
        handlers = [name for name in element.attrs if name.startswith("on")]
        if element.name in _RUNS or handlers or re.match(r"(?!https?:)[a-z][a-z0-9+.-]*:", address.strip().lower()):
            found.append(str(element))
    return found


@pytest.mark.parametrize("text", MARKUP)
def test_the_pages_of_the_library_hold_words_only(text: str, small: Application, site: FastAPI) -> None:
    """The article's own page, and the lists that name it."""
    small.add_articles([_hostile(text)], "test")
    with TestClient(site) as client:
        page, shelf = client.get("/library/zorbitis").text, client.get("/library").text
    assert "Zorbitis hurts" in page
    assert _dangers(page, "article") == []
    assert _dangers(shelf, "main ul") == []
    assert {script.get("type") for script in BeautifulSoup(page, "html.parser").find_all("script")} == {None, "application/ld+json"}
    assert len(BeautifulSoup(page, "html.parser").find_all("script")) == 2


@pytest.mark.parametrize("text", MARKUP)
def test_an_answer_is_drawn_as_words(text: str) -> None:
    """On the desk by our own HTML; in the chat as text of an element, which React escapes."""
    article = _hostile(text)
    served = snapshot(article)
    quoted = [
        Statement(article.body[span.start : span.end], (served.cite(passage, span),))
        for passage in passages(article, 1)
        for span in statements(passage)
    ]
    english = words.load("en")
    body = render.answer_body(quoted, (), render.sources(quoted, served, english, lambda _revision: False), english)
    drawn = answer(Answered("routine", (Reply("r", "answer", "", body),), {}), [citation.href for s in quoted for citation in s.citations])
    assert _dangers(f"<main>{drawn}</main>", "main") == []
    assert "Zorbitis hurts" in drawn


def test_no_element_of_the_chat_draws_markup() -> None:
    """Text in braces is escaped by React; these are the only ways around it."""
    files = sorted(PUBLIC.glob("*.jsx"))
    assert files
    for file in files:
        assert not re.search(
            r"dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write|\beval\(", file.read_text(encoding="utf-8")
        )
