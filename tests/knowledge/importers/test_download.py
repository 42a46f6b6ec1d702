"""The newest official file is found on its page and fetched whole, or not at all."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.front_matter import ArticleError
from knowledge.importers import download

PAGES = {
    "/xml.html": b'<a href="/xml/mplus_topics_2026-11-19.xml">a</a> <a href="/xml/mplus_topics_2026-11-20.xml">b</a>',
    "/empty.html": b"<p>Nothing here.</p>",
    "/gone.html": b'<a href="/xml/mplus_topics_2026-11-21.xml">a</a>',
    "/xml/mplus_topics_2026-11-20.xml": b"<health-topics/>",
}


class _Site(http.server.BaseHTTPRequestHandler):
    """Serves PAGES."""

    def do_GET(self) -> None:
        page = PAGES.get(self.path)
        self.send_response(200 if page is not None else 404)
        self.end_headers()
        self.wfile.write(page or b"")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a small site on a free local port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join(5)
    server.server_close()


def test_the_newest_file_is_fetched_once(site: str, tmp_path: Path) -> None:
    """A second import of the same day asks for nothing new."""
    file = download.medlineplus(tmp_path, listed_at=f"{site}/xml.html")
    assert (file.name, file.read_bytes()) == ("mplus_topics_2026-11-20.xml", b"<health-topics/>")
    file.write_bytes(b"kept")
    assert download.medlineplus(tmp_path, listed_at=f"{site}/xml.html").read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("page", "says"), [("empty.html", "lists no"), ("gone.html", "did not succeed"), ("nothing.html", "did not succeed")]
)
def test_what_cannot_be_fetched_is_one_clear_error_and_leaves_no_file(page: str, says: str, site: str, tmp_path: Path) -> None:
    """An import never starts on half a file."""
    with pytest.raises(ArticleError, match=says):
        download.medlineplus(tmp_path, listed_at=f"{site}/{page}")
    assert list(tmp_path.glob("*.xml")) == []


def test_a_file_that_is_far_too_large_is_not_kept(site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong address must not fill the disk."""
    monkeypatch.setattr(download, "_LARGEST", 3)
    with pytest.raises(ArticleError, match="larger"):
        download.medlineplus(tmp_path, listed_at=f"{site}/xml.html")
    assert list(tmp_path.glob("*.xml")) == []
