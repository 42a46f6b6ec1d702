"""What one library's index can take over from the last: after a publish, only what changed is worked out anew."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

T = TypeVar("T")


def made_of(texts: Iterable[str], make: Callable[[str], T], before: Mapping[str, T]) -> dict[str, T]:
    """What `make` makes of each text, by text; what `before` holds is taken from there."""
    return {text: before[text] if text in before else make(text) for text in texts}
