"""One article as one open page writes on it: saved against the records so that no word of anybody is overwritten.

The page holds what its writer sees; the records may hold more, because somebody else saved meanwhile. What only one of them
touched goes together by itself; where both changed the same sentence, nothing is saved until a person has chosen.
"""

import threading
from dataclasses import dataclass

from app.errors import NotAllowedError, StaleDraftError
from app.records.drafts import Draft, DraftStore
from knowledge.article import normal
from knowledge.merging import Merged, conflicts, merge, settled

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Clash:
    """Two people changed the same words; `theirs` is what the records hold."""

    merged: Merged
    theirs: Draft


class WorkingCopy:
    """What one page holds of a working copy. Saving and looking may run on other threads than typing."""

    def __init__(self, store: DraftStore, draft: Draft, who: str) -> None:
        self._store, self._who = store, who
        self._lock = threading.Lock()
        self.known = draft
        """The newest that was read of the records or written there."""
        self.agreed = draft.text
        """What the page said when it was last in step with the records: where its writer's own changes begin."""
        self.text = draft.text
        """What the page says now."""

    @property
    def unsaved(self) -> bool:
        """Whether the writer changed anything since it was last saved."""
        return self.text != self.agreed

    @property
    def more(self) -> bool:
        """Whether the records hold words of somebody else that this page does not show."""
        return self.known.text != self.agreed

    def write(self, text: str) -> None:
        """The page says this now."""
        self.text = normal(text)

    def save(self) -> Clash | None:
        """Keep what was written beside whatever others saved; a clash where a person must choose, and then nothing was saved.

        NotAllowedError where there is no working copy any more, RecordsError where the database fails.
        """
        with self._lock:
            for _ in range(_TRIES):
                text = self.text
                merged = merge(self.agreed, self.known.text, text)
                if conflicts(merged):
                    return Clash(merged, self.known)
                try:
                    self.known = self._store.save(self.known.slug, settled(merged, ()), self.known.version, self._who)
                except StaleDraftError:
                    self.known = self._now()
                else:
                    self.agreed = text
                    return None
        raise NotAllowedError("others save this article all the time just now; your words are kept on this page and tried again")

    def settle(self, clash: Clash, text: str) -> None:
        """Go on with `text`, which a person made of both sides of `clash`; it is saved at the next `save`."""
        with self._lock:
            self.known, self.agreed, self.text = clash.theirs, clash.theirs.text, normal(text)

    def look(self) -> bool:
        """Read the records again; whether somebody else has saved since. NotAllowedError where the working copy is gone."""
        with self._lock:
            now = self._now()
            newer = now.version != self.known.version
            self.known = now
            return newer

    def show_all(self) -> None:
        """Take in what others saved; only of a page that has nothing unsaved."""
        with self._lock:
            if not self.unsaved:
                self.text = self.agreed = self.known.text

    def begin_again(self) -> None:
        """Make a working copy where it was handed in or thrown away meanwhile; the words of this page are then merged into it."""
        with self._lock:
            self.known = self._store.begin(self.known.slug, self._who)

    def _now(self) -> Draft:
        found = self._store.now(self.known.slug)
        if found is None:
            raise NotAllowedError("there is no working copy of this article any more; it was handed in or thrown away")
        return found
