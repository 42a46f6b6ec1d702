"""The hazard log is held to the tests: every hazard has controls, and every control a test that is there and is run."""

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
HAZARDS: list[dict[str, Any]] = yaml.safe_load((ROOT / "docs" / "hazards.yaml").read_text(encoding="utf-8"))
_PUT_ASIDE = {"skip", "skipif", "xfail"}


@cache
def _tests(file: str) -> dict[str, bool]:
    """Tests of a file by name; False for one that is marked so that it can fail without being noticed."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {
        node.name: not any(
            isinstance(part, ast.Attribute) and part.attr in _PUT_ASIDE for mark in node.decorator_list for part in ast.walk(mark)
        )
        for node in functions
    }


def faults(hazard: dict[str, Any]) -> list[str]:
    """What is wrong with one hazard: a part that is missing, or a control that no test holds."""
    missing = [part for part in ("id", "hazard", "harm", "causes", "controls", "residual") if not hazard.get(part)]
    found = [f"{hazard.get('id')}: no {part}" for part in missing]
    for control in hazard.get("controls") or []:
        for name in control.get("held_by") or [""]:
            file, _, test = name.partition("::")
            held = (ROOT / file).is_file() and file.endswith(".py") and _tests(file).get(test)
            found += (
                [] if held else [f"{hazard.get('id')}: '{control.get('does')}' is held by no test that is run ({name or 'none is named'})"]
            )
    return found


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: str(hazard.get("id")))
def test_every_control_of_a_hazard_is_held_by_a_test(hazard: dict[str, Any]) -> None:
    """A control that nobody would miss is a wish."""
    assert faults(hazard) == []


def test_a_hazard_is_told_once() -> None:
    """Its id is how others point at it."""
    ids = [hazard["id"] for hazard in HAZARDS]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "held_by", [[], ["tests/test_hazards.py::test_that_nobody_wrote"], ["docs/privacy.md::x"], ["tests/browser/test_patient.py::_card"]]
)
def test_a_control_without_a_test_is_a_fault(held_by: list[str]) -> None:
    """The test above can fail."""
    hazard = {**HAZARDS[0], "controls": [{"does": "it says so", "held_by": held_by}]}
    assert len(faults(hazard)) == 1
