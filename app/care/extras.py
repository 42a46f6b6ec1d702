"""What other parts of the product add to the desk: given once, at mount."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.records.case_files import CaseFile


class Contact(Protocol):
    """How an escalated patient can be reached, as they left it (rule of care 12)."""

    @property
    def phone(self) -> str:
        """The number they left."""
        ...

    @property
    def place(self) -> str:
        """Where they said they are."""
        ...

    @property
    def message_safe(self) -> bool | None:
        """Whether a message on that phone is safe; None where they did not say, which is not yes."""
        ...


@dataclass(frozen=True, slots=True)
class Extras:
    """What is drawn beside the desk's own. `troubles` says what does not work, such as a channel that cannot notify."""

    troubles: Callable[[], Sequence[str]] = tuple
    panels: Sequence[Callable[[CaseFile], None]] = ()
    """Each draws into the side of a case, and again when the case has changed."""
    reach: Callable[[str], Contact | None] = lambda _case_id: None
    """How the patient of a case can be reached; None where they left nothing."""
