"""The newest official MedlinePlus health-topic file, fetched on demand where there is a network."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx

from knowledge.front_matter import ArticleError

LISTED_AT = "https://medlineplus.gov/xml.html"
_FILE = re.compile(r'href="([^"]*mplus_topics_(\d{4}-\d{2}-\d{2})\.xml)"')
_LARGEST = 200 << 20
_TIMEOUT_S = 60.0


def medlineplus(folder: Path, progress: Callable[[int], None] = lambda read: None, listed_at: str = LISTED_AT) -> Path:
    """The file's place in `folder`; one already there is not fetched again. `progress` is told the bytes read so far.

    ArticleError where the network, the page or the file does not give what it should: an import never starts on half a file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with httpx.Client(timeout=_TIMEOUT_S, follow_redirects=True) as client:
            page = client.get(listed_at)
            page.raise_for_status()
            newest = max(_FILE.finditer(page.text), key=lambda match: match[2], default=None)
            if newest is None:
                raise ArticleError(listed_at, 1, "page", "lists no mplus_topics file; download one by hand and give its path")
            target = folder / newest[1].rsplit("/", 1)[-1]
            if not target.exists():
                _fetch(client, str(page.url.join(newest[1])), target, progress)
            return target
    except httpx.HTTPError as error:
        raise ArticleError(
            listed_at, 1, "download", f"did not succeed ({type(error).__name__}); download by hand and give the path"
        ) from None


def _fetch(client: httpx.Client, address: str, target: Path, progress: Callable[[int], None]) -> None:
    """Write to a partial file and rename it when it is whole."""
    partial = target.with_suffix(".partial")
    with client.stream("GET", address) as response, partial.open("wb") as file:
        response.raise_for_status()
        for chunk in response.iter_bytes():
            file.write(chunk)
            if file.tell() > _LARGEST:
                raise ArticleError(address, 1, "download", f"is larger than {_LARGEST >> 20} MB; look at it before importing it")
            progress(file.tell())
    partial.replace(target)
