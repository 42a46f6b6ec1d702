"""A small library that the tests of retrieval share, and the starter corpus."""

import pytest

from app.wiring import starter_corpus
from knowledge.library import Snapshot
from tests.fakes import article, snapshot

GOUT = """## Overview

Gout is a painful arthritis. Gout is caused by crystals.

## Symptoms

The main symptom of gout is sudden pain in the big toe.

## When to get help

Call the emergency number now if someone with gout:
- Has a hot joint and is confused.

Make an appointment if someone with gout:
- Still has joint pain after a week.

## Treatment

Gout is treated with rest, ice and colchicine. Treatment of gout lasts for years.

## Pregnancy

Pregnant people with gout should ask a doctor before any medicine.

## Children

A child with gout symptoms needs a doctor the same day.
"""

IBUPROFEN = """## Overview

Ibuprofen is a medicine for pain and fever.

## How to take it

Do not take ibuprofen if any of these is true:
- You are allergic to aspirin.
- You have an ulcer.

## When to get help

Every overdose of ibuprofen needs a call to poison control.

Call the emergency number now if someone who took ibuprofen:
- Vomits blood.

## Side effects

Side effects of ibuprofen are heartburn and nausea.
"""

CROUP = """## Overview

Croup is an infection with a barking cough.

## When to get help

Call the emergency number now if a child with croup:
- Is blue.
"""


@pytest.fixture(scope="session")
def library() -> Snapshot:
    """Gout for adults, a medicine for everyone, an illness of children."""
    return snapshot(
        article(GOUT),
        article(IBUPROFEN, title="Ibuprofen", slug="ibuprofen", kind="medicine", audience="everyone", synonyms="advil"),
        article(CROUP, title="Croup", slug="croup", kind="child_health", audience="child", synonyms="barking cough"),
    )


@pytest.fixture(scope="session")
def starter() -> Snapshot:
    """The starter corpus as the served set."""
    return snapshot(*starter_corpus())
