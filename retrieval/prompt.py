"""The prompt that a drafting model is sent: a Markdown file, or what the clinic has made of it, with a version for each letter of it."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from knowledge.lint import Problem

FILE = Path(__file__).parent / "prompts" / "answer.md"
NOT_COVERED = "NOT COVERED"
"""What a model writes where the passages do not answer."""
_NEEDED = {
    NOT_COVERED: "how the model says that the passages do not answer",
    "[2]": "how a sentence names its passage",
    "<passages>": "where the passages begin",
    "</passages>": "where the passages end",
    "<question>": "where the question begins",
    "</question>": "where the question ends",
}
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt: its text, and the version that is recorded with each call."""

    text: str
    version: str


def packaged() -> str:
    """The file as it ships."""
    return FILE.read_text(encoding="utf-8")


def packaged_prompt() -> Prompt:
    """The prompt that ships."""
    return prompt(packaged())


def prompt(text: str) -> Prompt:
    """The prompt of a file's text; the version changes with every letter of it."""
    return Prompt(text.strip(), f"{FILE.stem}@{sha256(text.encode()).hexdigest()[:12]}")


def problems(text: str, slug: str) -> list[Problem]:
    """What a draft could not be read or checked without; a prompt that lacks it is never sent."""
    missing = [f"must say {mark}: {why}" for mark, why in _NEEDED.items() if mark not in text]
    if len(text) > _LONGEST:
        missing.append(f"is longer than {_LONGEST} characters, which would leave no room for passages")
    return [Problem(slug, 1, "error", why) for why in missing]
