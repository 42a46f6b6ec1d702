"""What a section answers, told from its heading: our own articles use a fixed list, imported ones their source's words."""

import re
from collections.abc import Mapping
from typing import Literal

SectionKind = Literal[
    "overview",
    "symptoms",
    "when_to_see_a_doctor",
    "causes",
    "risk_factors",
    "complications",
    "prevention",
    "diagnosis",
    "tests",
    "treatment",
    "medicines",
    "self_care",
    "living_with",
    "pregnancy",
    "children",
]

HEADINGS: Mapping[str, SectionKind] = {
    "Overview": "overview",
    "Symptoms": "symptoms",
    "When to get help": "when_to_see_a_doctor",
    "Causes": "causes",
    "Risk factors": "risk_factors",
    "Complications": "complications",
    "Prevention": "prevention",
    "Diagnosis": "diagnosis",
    "Tests": "tests",
    "Treatment": "treatment",
    "Medicines": "medicines",
    "Self-care": "self_care",
    "Living with it": "living_with",
    "Pregnancy": "pregnancy",
    "Children": "children",
    "How to take it": "medicines",
    "Missed dose": "medicines",
    "Interactions": "medicines",
    "Side effects": "complications",
    "Too much": "complications",
    "Who should be careful": "risk_factors",
    "Getting ready": "self_care",
    "What happens": "overview",
    "Results": "diagnosis",
    "Risks": "complications",
    "What to do": "self_care",
    "What not to do": "self_care",
    "Recovery": "living_with",
}
"""Every heading an article may use, with the kind of question that the section answers."""

_TOLD_BY: tuple[tuple[str, SectionKind], ...] = (
    (
        "when_to_see|get help|get (?:medical )?care|(?:call|see|contact) (?:a|your|the|my) |emergency|cuándo (?:llamar|buscar)",
        "when_to_see_a_doctor",
    ),
    ("prevent|avoid|lower (?:my|your) risk|vaccin|preven", "prevention"),
    ("at risk|risk factor|susceptib|more likely|who (?:gets|is likely|should not)|en riesgo|riesgo", "risk_factors"),
    ("symptom|signs? |signs$|feel like|síntoma|señales", "symptoms"),
    ("complication|side effect|outlook|prognosis|expect|happen if|long-term|problems can|complicaci|efectos", "complications"),
    ("diagnos|exams|found|detected|diagnóst", "diagnosis"),
    ("tests?\\b|screening|pruebas?\\b|exámenes", "tests"),
    ("medicine|medication|drug|medicamento", "medicines"),
    ("treat|therap|surger|manage|tratamiento|trata", "treatment"),
    ("pregnan|embaraz", "pregnancy"),
    ("child|baby|babies|infant|teen|niñ|bebé", "children"),
    ("cause|inherit|genetic changes|causa", "causes"),
    ("living with|cope|coping|support|vivir con", "living_with"),
    ("care for (?:my|your)self|self-care|at home|diet|nutrition|eating|exercise|what (?:to|can i) do|considerations|en casa", "self_care"),
)
"""The first pattern that a source's heading holds decides; what none holds is an overview."""


def kind_of(heading: str) -> SectionKind:
    """The kind of a section with any heading, ours or a source's; "overview" where nothing tells."""
    if heading in HEADINGS:
        return HEADINGS[heading]
    lower = heading.lower()
    return next((kind for pattern, kind in _TOLD_BY if re.search(pattern, lower)), "overview")
