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
            yield read_file(file)
        except ArticleError as error:
            yield Refused(str(file), str(error).removeprefix(f"{file}:"))


def read_file(file: Path) -> Article:
    """The article in one file; ArticleError where there is none."""
    try:
        return parse(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ArticleError(str(file), 1, "file", f"cannot be read ({type(error).__name__}); it must be a UTF-8 text file") from None
