"""Errors that a person at the command line or a desk is shown.

CarelightError
├── SettingsError        a setting is missing or wrong
├── DataFolderError      the data folder cannot be used (not writable, held by another server)
├── RecordsError         the database did not take a write or a read
├── PortalError          the clinic's own sign-in cannot be reached, or what it says is not accepted
│   └── PortalDownError  it cannot be reached
├── NotAllowedError      a step on a case or an article cannot be taken now
│   ├── TakenError       somebody else owns the case
│   └── StaleDraftError  somebody else saved the article meanwhile

`knowledge.ArticleError`, `guardrails.RuleError` and `retrieval.IndexUnusableError` stay in their own layers and read the same:
what, where, what to do next. No message ever holds a patient's words.
"""


class CarelightError(Exception):
    """Base of every error with a message meant for people."""


class SettingsError(CarelightError):
    """A setting is missing or wrong; the message names it and what it may be."""


class DataFolderError(CarelightError):
    """The data folder cannot be used; the message names it and what to do."""


class RecordsError(CarelightError):
    """The database refused a write or read; the message says which kind, never what was in it."""


class PortalError(CarelightError):
    """A sign-in through the clinic's own accounts that is not accepted; the message says why, and nothing of who it was."""


class PortalDownError(PortalError):
    """The clinic's own sign-in cannot be reached, is too slow, or answers what nobody can read."""


class NotAllowedError(CarelightError):
    """A step on a case or an article that cannot be taken now; the message says why, in words for the desk."""


class TakenError(NotAllowedError):
    """Somebody else owns the case, or nobody does yet: one owner at a time."""


class StaleDraftError(NotAllowedError):
    """Somebody else saved the article since it was opened: nothing is overwritten, the two are to be merged."""


def must(holds: bool, otherwise: str) -> None:
    """NotAllowedError with a sentence for the desk unless it holds."""
    if not holds:
        raise NotAllowedError(otherwise)
