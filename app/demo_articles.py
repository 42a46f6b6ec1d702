"""What is on the made-up editor desk: one article in each state that an editor meets. Data; `app.demo_desk` plays it."""

from dataclasses import dataclass
from typing import Literal

from app.records.demo_desk import EDITOR, OTHER_EDITOR, REVIEWER
from app.records.staff import StaffMember
from knowledge.front_matter import ArticleKind

Verb = Literal["write", "hand_in", "comment", "ask", "sign", "publish", "plan", "withdraw"]


@dataclass(frozen=True, slots=True)
class Step:
    """What somebody did `ago` days before now. `text` is a sentence for the article, a note, a remark or a reason."""

    ago: float
    verb: Verb
    who: StaffMember
    text: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One made-up article and everything that happened to it, in order."""

    slug: str
    title: str
    kind: ArticleKind
    words: str
    steps: tuple[Step, ...]


def _published(ago: float, words: str = "Checked against both sources.") -> tuple[Step, ...]:
    """Written, signed and published within two days."""
    return (
        Step(ago + 2, "write", EDITOR),
        Step(ago + 2, "hand_in", EDITOR, "New."),
        Step(ago + 1, "sign", REVIEWER, words),
        Step(ago, "publish", EDITOR),
    )


STORIES = (
    Story(
        "demo-heat-rash",
        "Demo: heat rash",
        "condition",
        "Heat rash is small itchy spots that come when sweat cannot leave the skin.",
        (Step(0.2, "write", EDITOR, "Heat rash often shows on the neck, chest and back."),),
    ),
    Story(
        "demo-hay-fever",
        "Demo: hay fever",
        "condition",
        "Hay fever is an allergy to pollen.",
        (
            *_published(120),
            Step(2.1, "write", EDITOR, "Hay fever can make the roof of the mouth itch."),
            Step(2, "hand_in", EDITOR, "One more sign that patients asked about."),
            Step(1.5, "comment", REVIEWER, "Say that it is an allergy in every section, so that each can stand alone."),
            Step(1.4, "comment", REVIEWER, "Good, and easy to read."),
        ),
    ),
    Story(
        "demo-sprained-ankle",
        "Demo: sprained ankle",
        "condition",
        "A sprained ankle is a stretched or torn band of tissue at the joint.",
        (
            *_published(200),
            Step(4.2, "write", OTHER_EDITOR, "A sprained ankle always heals in a week."),
            Step(4, "hand_in", OTHER_EDITOR, "Patients ask how long it takes."),
            Step(3, "ask", REVIEWER, "Neither source says a week; say what they say, and that it differs."),
        ),
    ),
    Story(
        "demo-travel-sickness",
        "Demo: travel sickness",
        "condition",
        "Travel sickness is feeling sick on the way because eyes and ears tell the brain different things.",
        _published(400),
    ),
    Story(
        "demo-ear-wax",
        "Demo: ear wax",
        "condition",
        "Ear wax keeps the ear clean, and usually comes out by itself.",
        (*_published(150), Step(6, "withdraw", REVIEWER, "One of its two sources was taken down; it needs another.")),
    ),
    Story(
        "demo-nosebleed",
        "Demo: nosebleed",
        "symptom",
        "A nosebleed is bleeding from small vessels at the front of the nose.",
        (
            Step(5, "write", OTHER_EDITOR),
            Step(4.5, "hand_in", OTHER_EDITOR, "New."),
            Step(1, "sign", REVIEWER),
            Step(0.5, "plan", OTHER_EDITOR),
        ),
    ),
    Story(
        "demo-blisters",
        "Demo: blisters",
        "condition",
        "A blister is a bubble of fluid under the skin, often from rubbing.",
        (
            *_published(60),
            Step(8, "write", OTHER_EDITOR, "A blister heals fastest when it is left closed."),
            Step(7.5, "hand_in", OTHER_EDITOR, "What to do with it was missing."),
            Step(7, "sign", REVIEWER),
        ),
    ),
)
