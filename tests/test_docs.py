"""The documents are held to the code: every command, option, setting and file that they name exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from app import rulebook, settings
from app.cli import cli
from app.settings import Settings
from guardrails import rules

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    [
        ROOT / "README.md",
        *(ROOT / "docs").rglob("*.md"),
        ROOT / "knowledge" / "corpus" / "README.md",
        ROOT / "guardrails" / "messages" / "README.md",
    ]
)

_GROUPS = ("corpus", "index", "staff", "rules", "eval", "notify", "demo", "release", "audit", "keys")


def _commands() -> dict[str, TyperCommand]:
    """Every command of the command line by its words, such as `corpus add`."""
    group = get_command(cli)
    assert isinstance(group, TyperGroup)
    found: dict[str, TyperCommand] = {}
    for name, command in group.commands.items():
        inner = command.commands if isinstance(command, TyperGroup) else {"": command}
        found.update({f"{name} {sub}".strip(): each for sub, each in inner.items() if isinstance(each, TyperCommand)})
    return found


def _named(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command written as code in `text`, with its options; `add FILE…`, `export DIR` after one name its sisters."""
    for line in text.splitlines():
        spans = re.findall(r"`([^`]+)`", line)
        group = ""
        for span in spans:
            words = span.split()
            if words[0] == "carelight" and len(words) > 1:
                group = words[1] if words[1] in _GROUPS else ""
                name = " ".join(words[1:3] if group else words[1:2])
                yield name, [word for word in words if word.startswith("-") and len(word) > 1]
            elif group and re.fullmatch(r"[a-z-]+( [A-Z…]+)*", span):
                yield f"{group} {words[0]}", []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_and_option_named_exists(page: Path) -> None:
    """The first thing a newcomer does is to copy a line."""
    known = _commands()
    for name, options in _named(page.read_text(encoding="utf-8")):
        assert name in known, f"{page.name} names 'carelight {name}'"
        taken = {option for parameter in known[name].params for option in parameter.opts}
        assert set(options) <= taken, f"{page.name} gives 'carelight {name}' an option that it does not take"


def test_every_command_is_named_in_the_readme() -> None:
    """What nobody can find is not there."""
    assert {name for name, _ in _named((ROOT / "README.md").read_text(encoding="utf-8"))} == set(_commands())


def test_the_reader_of_this_test_sees_a_wrong_name() -> None:
    """The table's short form must not slip through."""
    assert list(_named("| `carelight corpus ad FILE…`, `exprt DIR` | and `carelight serve --prt 1` |")) == [
        ("corpus ad", []),
        ("corpus exprt", []),
        ("serve", ["--prt"]),
    ]


def test_the_page_of_settings_is_the_settings() -> None:
    """Written by `app.settings.reference()`; a new setting fails here until the page is written again."""
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings.reference()


def test_the_page_of_red_flags_is_the_rules() -> None:
    """Written by `python -m app.rulebook`; a changed rule fails here until the page is written again."""
    assert (ROOT / "docs" / "red-flags.md").read_text(encoding="utf-8") == rulebook.reference(rules.load().rules)


def test_the_page_of_settings_describes_every_field() -> None:
    """And no other."""
    rows = re.findall(r"^\| `(CARELIGHT_\w+)` \| (.+?) \| (.+) \|$", settings.reference(), re.MULTILINE)
    assert [name for name, *_ in rows] == [f"CARELIGHT_{field.upper()}" for field in Settings.model_fields]
    assert all(default and description for _, default, description in rows)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_setting_named_exists(page: Path) -> None:
    """A misspelt one would be refused at start."""
    known = {f"CARELIGHT_{field.upper()}" for field in Settings.model_fields} | settings._ELSEWHERE
    assert set(re.findall(r"CARELIGHT_[A-Z]\w*", page.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    """Pictures too."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_make_target_named_in_the_readme_exists() -> None:
    """`make run` and `make test` do everything."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named <= targets
