"""Names of articles found in running text: by words, longest first, whatever their case."""

import re
from collections.abc import Collection, Iterator
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_PARTED = re.compile(r"[,;:!?\n]")
_LONGEST = 6
"""Words; longer names are not looked for."""
Words = tuple[str, ...]


@lru_cache(maxsize=1 << 15)
def words_of(name: str) -> Words:
    """The words of `name`, case folded; remembered, for a library's names are asked for again with each of its articles."""
    return words_in(name)


def words_in(text: str) -> Words:
    """The words of any text in the same way, and nothing of it remembered: it may be a patient's."""
    return tuple(match[0].casefold() for match in _WORD.finditer(text))


def mentions(text: str, names: Collection[Words]) -> Iterator[tuple[Words, int, int]]:
    """Each of `names` in `text` with its start and end in code points; where two begin at one word, the longer."""
    found = list(_WORD.finditer(text))
    folded = tuple(match[0].casefold() for match in found)
    place = 0
    while place < len(found):
        lengths = range(min(_LONGEST, len(found) - place), 0, -1)
        length = next((n for n in lengths if folded[place : place + n] in names), 1)
        name, start, end = folded[place : place + length], found[place].start(), found[place + length - 1].end()
        if name in names and not _PARTED.search(text, start, end):
            yield name, start, end
        place += length
