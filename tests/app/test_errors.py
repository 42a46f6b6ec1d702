"""Errors that people are shown: drawn in one tree, and each of ours has a place where it ends."""

import ast
from pathlib import Path

from app import errors
from app.commands import shared

ROOT = Path(__file__).parent.parent.parent
ENDS_ELSEWHERE = {
    "CarelightError": "the base of those shown",
    "PhraseError": "becomes RuleError, with file and rule",
    "ClassifierError": "is logged: the rules then work alone",
    "UnfinishedError": "makes the screening incomplete, with what was found",
    "LabelledError": "is the one line of `carelight eval`, with the file",
    "EarlierError": "is the one line of `carelight eval --compare`, with the file",
    "ScopeModelError": "is logged: the patterns of the scope then work alone",
    "StoppedError": "is the end of a comparison that nobody waits for",
    "MaskingError": "keeps the question on this machine: the answer is quoted",
    "ModelError": "ends in the quoted answer",
    "CancelledError": "ends a draft that nobody waits for",
    "_FailedAttemptError": "becomes ModelError once no attempt is left",
    "PortalDownError": "ends in a page that says to go on without signing in",
    "TakenError": "is told at the desk, as NotAllowedError is",
    "StaleDraftError": "is told at the desk, with both texts side by side",
    "UploadError": "is told at the desk, beside the file",
    "UnsealedError": "is a mistake in our code, met before anything is stored",
    "BadLineError": "becomes the line's own error",
}


def _exceptions() -> set[str]:
    """Names of the exceptions that our packages define."""
    files = [file for package in ("app", "guardrails", "knowledge", "retrieval") for file in (ROOT / package).rglob("*.py")]
    classes = [node for file in files for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ClassDef)]
    return {node.name for node in classes if node.name.endswith("Error")}


def test_every_error_of_ours_is_shown_as_one_line_or_ends_before() -> None:
    """A new exception that nobody catches would reach the operator as a traceback, with whatever it holds."""
    shown = {kind.__name__ for kind in shared._MEANT_FOR_PEOPLE} | {kind.__name__ for kind in errors.CarelightError.__subclasses__()}
    assert _exceptions() == shown | set(ENDS_ELSEWHERE)


def test_the_tree_at_the_top_of_the_file_is_complete() -> None:
    """It is what a reader learns the errors from."""
    drawn = {line.split()[1] for line in (errors.__doc__ or "").splitlines() if line.startswith("├──")}
    assert drawn == {kind.__name__ for kind in errors.CarelightError.__subclasses__()}
