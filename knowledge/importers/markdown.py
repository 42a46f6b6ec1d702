"""A folder of articles in our own form, as `carelight corpus export` writes it: one file a revision, byte for byte."""

from collections.abc import Iterator
from pathlib import Path

from knowledge.article import Article, parse
from knowledge.front_matter import ArticleError
from knowledge.importers.compose import Refused


def files(path: Path) -> list[Path]:
    """Article files in order: `gout.md`, or every revision as `gout/0001.md`, `gout/0002.md`; README files are none."""
    return [path] if path.is_file() else [file for file in sorted(path.rglob("*.md")) if file.name.lower() != "readme.md"]


def count(path: Path) -> int | None:
    """How many files there are."""
    return len(files(path))


def read(path: Path) -> Iterator[Article | Refused]:
    """Every file's article; one that cannot be read is refused with its line and field."""
    for file in files(path):
        try:
            yield parse(file.read_text(encoding="utf-8"), str(file))
        except (OSError, UnicodeDecodeError) as error:
            yield Refused(str(file), f"is not a UTF-8 text file ({type(error).__name__})")
        except ArticleError as error:
            yield Refused(str(file), str(error).removeprefix(f"{file}:"))
