"""The layers, held by the imports themselves: a few lines of `ast` that read every module of ours in milliseconds."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS: dict[str, set[str]] = {
    "knowledge": set(),
    "guardrails": {"knowledge"},
    "retrieval": {"knowledge"},
    "app": {"guardrails", "retrieval", "knowledge"},
}
"""Each package with those of ours that it may import."""

HOMES: dict[str, set[str]] = {
    "chainlit": {"app.ui.", "app.main"},
    "nicegui": {"app.admin.", "app.care.", "app.desk.", "app.editor."},
    "chromadb": {"retrieval.index"},
    "langchain_chroma": {"retrieval.index"},
    "sentence_transformers": {"retrieval.embedder"},
    "transformers": {"retrieval.embedder"},
    "torch": {"retrieval.embedder"},
    "langchain": {"retrieval.drafted"},
    "langchain_openai": {"retrieval.drafted"},
    "openai": set(),
    "tiktoken": {"retrieval.drafted"},
    "onnxruntime": {"guardrails.classifier"},
    "tokenizers": {"guardrails.classifier"},
    "py3langid": {"guardrails.language"},
    "scipy": {"app.evals.", "app.content.gaps"},
    "bm25s": {"retrieval.keywords"},
    "sqlalchemy": {"app.records."},
    "alembic": {"app.records."},
    "apprise": {"app.escalation.notify"},
    "argon2": {"app.records.staff"},
    "cryptography": {"app.records.keyring", "app.records.reach", "app.records.second_factor", "app.records.spool", "app.secrets"},
    "typer": {"app.cli", "app.commands."},
    "textstat": {"knowledge.reading_grade"},
    "nltk": {"knowledge.reading_grade"},
    "nh3": {"knowledge.importers.clean"},
    "bs4": {"knowledge.importers."},
    "defusedxml": {"knowledge.importers."},
    "mammoth": {"knowledge.importers.documents"},
    "pypdf": {"knowledge.importers.documents"},
    "httpx": {"app.content.link_check", "knowledge.importers.download"},
    "httpx2": {"app.server.oidc"},
    "authlib": {"app.server.oidc"},
    "joserfc": {"app.server.oidc", "app.server.vouching"},
    "pydantic_settings": {"app.settings"},
}
"""Each outside library with its one home: a module, or a folder where the name ends in a dot."""


@dataclass(frozen=True)
class Import:
    """`module` (dotted) imports `name`; `inside` a function or at the top of the file."""

    module: str
    name: str
    inside: bool


def _modules() -> Iterator[tuple[str, Path]]:
    for package in LAYERS:
        for file in sorted((ROOT / package).rglob("*.py")):
            yield ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), file


@cache
def _imports() -> tuple[Import, ...]:
    known = {name for name, _ in _modules()}
    return tuple(found for module, file in _modules() for found in _read(module, ast.parse(file.read_text(encoding="utf-8")), known))


def _read(module: str, tree: ast.Module, known: set[str]) -> Iterator[Import]:
    """Every import of a module; `from app import render` is an import of `app.render` where that is a module."""
    inner = {id(node) for function in ast.walk(tree) if isinstance(function, ast.FunctionDef) for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in known else str(node.module) for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(module, name, id(node) in inner)


def _top(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def test_the_modules_of_every_layer_are_read() -> None:
    """A test that reads nothing finds nothing."""
    assert {_top(found.module) for found in _imports()} == set(LAYERS)
    assert Import("app.main", "app.server.harden", inside=False) in _imports()


def test_imports_go_in_one_direction() -> None:
    """app → {guardrails, retrieval} → knowledge: urgency is never retrieval's business, content never the guardrail's."""
    against = [
        (found.module, found.name)
        for found in _imports()
        if _top(found.name) in LAYERS and _top(found.name) not in LAYERS[_top(found.module)] | {_top(found.module)}
    ]
    assert against == []


def test_no_import_is_relative() -> None:
    """A relative one would pass by the other tests unseen."""
    relative = [
        module
        for module, file in _modules()
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_nothing_imports_the_chat_page() -> None:
    """Chainlit loads it by its path; imported twice it would answer every message twice."""
    assert [found.module for found in _imports() if found.name.startswith("app.ui.chat")] == []


def test_nothing_of_the_product_imports_its_tests() -> None:
    """Fakes do not belong in front of patients."""
    assert [found.module for found in _imports() if _top(found.name) in ("tests", "benchmarks", "pytest", "hypothesis")] == []


@pytest.mark.parametrize("library", HOMES)
def test_each_outside_library_has_one_home(library: str) -> None:
    """Replacing one, or surviving its next version, must be a change in one place."""
    users = {found.module for found in _imports() if _top(found.name) == library}
    strangers = {user for user in users if not any(user == home or user.startswith(home) for home in HOMES[library] if home)}
    assert strangers == set()


def test_the_chain_that_knows_langchains_models_is_the_only_one() -> None:
    """`langchain_core` is shared; its chat models are not."""
    users = {found.module for found in _imports() if found.name.startswith("langchain_core.language_models")}
    assert users <= {"retrieval.drafted"}


def test_the_server_imports_chainlit_only_when_it_is_made() -> None:
    """Chainlit writes its configuration at import, where an environment variable points that `initialise` sets."""
    assert [
        found for found in _imports() if found.module == "app.main" and _top(found.name) in ("chainlit", "nicegui") and not found.inside
    ] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    """A circle works until somebody changes the order of two imports."""
    graph: dict[str, set[str]] = {}
    for found in _imports():
        if _top(found.name) in LAYERS and found.name != found.module:
            graph.setdefault(found.module, set()).add(found.name)
    TopologicalSorter(graph).prepare()  # CycleError names the circle


def test_importing_does_nothing(tmp_path: Path) -> None:
    """Importing writes no file, loads no model and starts no server: `wiring` builds, and only when asked."""
    heavy = ["torch", "chainlit", "nicegui", "sentence_transformers", "apprise"]
    program = f"import sys, os, app.cli, app.main; print([m for m in {heavy} if m in sys.modules], os.listdir('.'))"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}
    )
    assert ran.stdout == "[] []\n"
