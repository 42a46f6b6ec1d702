"""The library as patients read it: a list, a search, and each passage where a citation opens it."""

import json
import re

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.pages.searches import Searches
from app.wiring import Application
from knowledge.article import parse
from tests.app.turns import GOUT, BrokenFinder, WordSearch
from tests.fakes import article, article_text


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    """A reader's browser."""
    return TestClient(site)


def _searched(client: TestClient, q: str) -> str:
    """The page that a search leads to."""
    return client.post("/library/search", data={"q": q}).text


def test_what_a_reader_looks_for_stands_in_no_address(client: TestClient) -> None:
    """An address is kept by history, logs and proxies; reload and back still work."""
    response = client.post("/library/search", data={"q": "gout"})
    assert re.fullmatch(r"http://testserver/library\?found=[\w-]{16}", str(response.url))
    assert "1 article for “gout”" in client.get(str(response.url)).text


def test_a_search_that_is_over_says_so(client: TestClient) -> None:
    """The words are kept for a quarter of an hour; nobody else's can be guessed."""
    page = client.get("/library", params={"found": "AAAAAAAAAAAAAAAA"}).text
    assert "no longer kept" in page
    assert "articles for" not in page
    clock = [0.0]
    searches = Searches(lambda: clock[0])
    name = searches.keep("gout")
    assert searches.words(name) == "gout"
    clock[0] = 901
    assert searches.words(name) is None


def test_an_empty_search_is_the_library(client: TestClient) -> None:
    """And nothing is kept of it."""
    assert str(client.post("/library/search", data={"q": "  "}).url) == "http://testserver/library"


def test_the_list_groups_articles_by_kind_and_names_the_clinic(client: TestClient, small: Application) -> None:
    """A reader who does not know the word for it must find it by looking."""
    small.add_articles([article("## Overview\n\nFor pain.\n", title="Ibuprofen", slug="ibuprofen", kind="medicine")], "test")
    page = client.get("/library", params={"by": "kind"}).text
    shown = page[page.index("<section") :]
    assert shown.index("Conditions") < shown.index('href="/library/gout"') < shown.index("Medicines")
    assert shown.index("Medicines") < shown.index('href="/library/ibuprofen"')
    assert "Elm Street" in page


def test_the_emergency_number_stands_on_every_page(client: TestClient) -> None:
    """Also on the one that was not found."""
    pages = [client.get(path).text for path in ("/library", "/library/gout", "/library/unknown", "/sign-in")]
    assert all("In an emergency call 911 now." in page for page in pages)


def test_starter_content_is_labelled(client: TestClient) -> None:
    """Until two people have passed it, it is marked (promise 4)."""
    assert "Starter content" in client.get("/library/gout").text


def test_a_search_lists_what_fits_and_repeats_the_question(client: TestClient) -> None:
    """The question stands in the field again, to be changed."""
    page = _searched(client, "gout")
    assert "1 article for “gout”" in page
    assert 'value="gout"' in page


def test_a_search_that_finds_nothing_says_so(client: TestClient) -> None:
    """And what to do next."""
    assert "Nothing in our library fits." in _searched(client, "zzzz")


def test_while_the_index_is_broken_titles_and_synonyms_are_still_searched(client: TestClient, small: Application) -> None:
    """Library pages work without the index."""
    small._search = WordSearch(BrokenFinder())
    found, none = (_searched(client, q) for q in ("Podagra", "zzzz"))
    assert "1 article for" in found
    assert "0 articles for" in none


def test_a_script_in_the_search_is_text(client: TestClient) -> None:
    """The question is repeated on the page."""
    page = _searched(client, '"><script>alert(1)</script>')
    assert "<script>alert" not in page


def test_an_article_shows_its_sources_and_what_was_read_of_them(client: TestClient) -> None:
    """An address that nobody opened is labelled so."""
    page = client.get("/library/gout").text
    assert "NHS: <a" in page
    assert "(address listed, page not read)" in page
    assert "(read 2026-11-21)" in page


def test_a_citation_opens_with_its_span_marked(client: TestClient) -> None:
    """Every statement is supported by a passage that opens where it stands (promise 2)."""
    words = "Gout often starts in the big toe."
    start = GOUT.body.index(words)
    page = client.get(f"/library/gout?revision=1&mark={start}-{start + len(words)}").text
    assert f'<mark id="mark">{words}</mark>' in page


def test_a_citation_of_an_old_revision_opens_it_and_says_so(client: TestClient, small: Application) -> None:
    """The answer of last week was built on it."""
    small.add_articles([article("## Overview\n\nGout hurts.\n")], "test")
    old, new = (client.get(f"/library/gout{query}").text for query in ("?revision=1", ""))
    assert "painful swelling" in old
    assert "This is an earlier revision." in old
    assert "Gout hurts." in new
    assert "This is an earlier revision." not in new


@pytest.mark.parametrize(
    "path", ["unknown", "gout?revision=2", "gout?revision=0", "gout?revision=-1", f"gout?revision={10**30}", "..%2Fetc"]
)
def test_an_unknown_article_is_not_found(path: str, client: TestClient) -> None:
    """An old link gets a page with a way on, never an error."""
    assert client.get(f"/library/{path}").status_code == 404


@pytest.mark.parametrize("mark", ["5-5", "9-3", "0-9999999", "a-b", "1-2-3", "-1-4", "00000001-2"])
def test_a_span_that_is_none_of_this_article_is_not_found(mark: str, client: TestClient) -> None:
    """A citation that opens somewhere else would be worse than one that does not open."""
    assert client.get(f"/library/gout?mark={mark}").status_code == 404


def test_a_script_in_an_article_is_inert(client: TestClient, small: Application) -> None:
    """Article text is untrusted: in its title, summary and body alike; and the page's policy runs no inline script."""
    body = "## Overview\n\n<script>alert(1)</script> <img src=x onerror=alert(2)>\n"
    small.add_articles([article(body, title="Bad <script>alert(3)</script>", slug="bad")], "test")
    response = client.get("/library/bad")
    assert "<script>" not in response.text
    assert "<img src=x" not in response.text
    assert "script-src 'self'" in response.headers["content-security-policy"]


def test_a_page_needs_nothing_from_elsewhere(client: TestClient) -> None:
    """Plain pages without a script: the policy allows nothing else."""
    assert client.get("/library").headers["content-security-policy"].startswith("default-src 'none'")


def test_the_list_is_by_letter_unless_asked_otherwise(client: TestClient, small: Application) -> None:
    """Each letter can be jumped to."""
    small.add_articles([article("## Overview\n\nFor pain.\n", title="Ibuprofen", slug="ibuprofen", kind="medicine")], "test")
    page = client.get("/library").text
    assert 'href="#g1">G<' in page
    assert 'href="#g2">I<' in page


def test_titles_are_found_while_typing(client: TestClient) -> None:
    """A fragment, not a page; it holds no script and no chrome."""
    fragment = client.post("/library/find", data={"q": "gou"}).text
    assert 'href="/library/gout"' in fragment
    assert "<html" not in fragment
    assert "Press Search" in client.post("/library/find", data={"q": "zzzz"}).text


def test_an_article_names_itself_to_machines(client: TestClient) -> None:
    """schema.org's MedicalWebPage; no review is claimed that did not happen."""
    page = client.get("/library/gout").text
    data = json.loads(page.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert (data["@type"], data["name"], data["inLanguage"]) == ("MedicalWebPage", "Gout", "en")
    assert len(data["citation"]) == 2
    assert "lastReviewed" not in data


def test_a_script_in_a_title_cannot_leave_the_structured_data(client: TestClient, small: Application) -> None:
    """JSON inside HTML has one dangerous sign."""
    small.add_articles([article("## Overview\n\nx\n", title="Bad </script><script>alert(1)</script>", slug="bad")], "test")
    assert "<script>alert" not in client.get("/library/bad").text


def test_an_imported_article_says_whose_it_is(client: TestClient, small: Application) -> None:
    """Nobody here has checked it, and the reader is told."""
    text = article_text("## What is it?\n\nIt hurts.\n", slug="mplus-flu", title="Flu")
    small.add_articles(
        [parse(text.replace("---\n\n##", "provenance: {library: medlineplus, item: flu, revision: '1'}\n---\n\n##"))], "test"
    )
    small.library._libraries = ("own", "medlineplus")
    assert "From MedlinePlus; its text of 2026-11-21, not checked by this clinic." in client.get("/library/mplus-flu").text
