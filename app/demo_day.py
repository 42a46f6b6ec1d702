"""The made-up day as data: who wrote what when, and what the team did. Invented for Carelight; nobody's words.

Times are minutes before now. Ages and sexes are told where a patient would have told them; there are no names.
"""

from dataclasses import dataclass, field
from typing import Literal

from app.escalation.case_state import Closing
from app.journal import Tap
from app.records.demo import DemoReview
from guardrails.level import Profile

Verb = Literal["claim", "join", "hand_back", "called"]


@dataclass(frozen=True, slots=True)
class Say:
    """The patient writes."""

    ago: float
    text: str


@dataclass(frozen=True, slots=True)
class Taps:
    """The patient taps a button of the card."""

    ago: float
    tap: Tap


@dataclass(frozen=True, slots=True)
class Leaves:
    """The patient leaves a number and where they are."""

    ago: float
    phone: str
    place: str


@dataclass(frozen=True, slots=True)
class Answers:
    """The patient taps a choice under a rule's question."""

    ago: float
    key: str
    choice: str


@dataclass(frozen=True, slots=True)
class Does:
    """A colleague (0 or 1) takes a step."""

    ago: float
    verb: Verb
    who: int = 0


@dataclass(frozen=True, slots=True)
class Writes:
    """A colleague writes to the patient, in their chat."""

    ago: float
    text: str
    who: int = 0


@dataclass(frozen=True, slots=True)
class Notes:
    """A colleague notes something; with `due` (minutes from now) it is a follow-up."""

    ago: float
    text: str
    who: int = 0
    due: float | None = None


@dataclass(frozen=True, slots=True)
class Closes:
    """A colleague settles the case."""

    ago: float
    closing: Closing
    who: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """The chat is on the review list."""

    ago: float
    review: DemoReview


Step = Say | Taps | Leaves | Answers | Does | Writes | Notes | Closes | Listed


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up patient and what happened, oldest first."""

    steps: tuple[Step, ...]
    profile: Profile = field(default_factory=Profile)


def _years(years: int, sex: Literal["female", "male"] | None = None, *, pregnant: bool | None = None) -> Profile:
    return Profile(age_months=years * 12, sex=sex, pregnant=pregnant, about="me")


_DAY = 24 * 60.0

TODAY: tuple[Person, ...] = (
    Person(
        (
            Say(3.5, "hi, can I ask about heartburn?"),
            Say(1.2, "it is more like crushing chest pain now, going into my left arm, and I am sweating. no cough"),
        ),
        _years(58, "male"),
    ),
    Person(
        (
            Say(9, "I am 33 weeks pregnant with a terrible headache, flashing lights in my eyes and my hands are very swollen"),
            Leaves(8, "555 0134 (made up)", "At home, the back door is open"),
            Taps(7.5, "help_coming"),
        ),
        _years(31, "female", pregnant=True),
    ),
    Person(
        (
            Say(26, "I have not slept for a week and I feel so low"),
            Say(24, "I want to end my life tonight, I have thought about how"),
            Does(23, "claim"),
            Does(22.5, "join"),
            Writes(22, "I am here with you now. Are you somewhere safe at this moment?"),
            Say(19, "I am at home on my own"),
            Writes(17, "Thank you for telling me. Is there someone who could sit with you while we talk?"),
            Say(9, "my sister lives close by, I will message her"),
            Writes(8, "Good. Please do that now. I stay here until she is with you."),
            Notes(7, "Sister on her way. Crisis team told by phone."),
        ),
        _years(26, "female"),
    ),
    Person((Say(18, "Tengo fiebre y me duele la espalda y arde al orinar"),), _years(44, "female")),
    Person((Say(52, "Belly pain and a fever since yesterday, no vomiting"),), _years(19, "male")),
    Person((Say(41, "Can I talk to a real person please?"),), _years(67, "female")),
    Person(
        (
            Say(35, "During spin class my chest felt tight, I was sweating and short of breath"),
            Taps(33, "not_right"),
            Say(32, "that is just how spin class is, I am fine and at work now"),
        ),
        _years(38, "male"),
    ),
    Person(
        (
            Say(66, "My dad's face is drooping on one side and his speech is slurred"),
            Taps(65, "help_coming"),
            Does(64.5, "claim", 1),
            Does(62, "called", 1),
            Notes(61, "Son reached by phone; ambulance was already there. Dad is 74.", 1),
            Notes(60, "Ask how he is", 1, due=90),
        ),
    ),
    Person(
        (Say(14, "My calf is swollen and sore since my flight, I am on warfarin"), Answers(13, "ask-leg-clot/chest", "no")),
        _years(49, "female"),
    ),
    Person(
        (
            Say(48, "My two year old swallowed a button battery from the remote"),
            Does(47, "claim", 1),
            Does(46.5, "join", 1),
            Writes(46, "Go to the emergency department now, please. Do not make her vomit. Take the packet with you.", 1),
            Say(44, "we are in the car now"),
            Writes(43, "Good. They know what to do. Tell them what was swallowed and when.", 1),
            Does(40, "hand_back", 1),
        ),
    ),
    Person(
        (
            Say(190, "My husband hit me again last night and I am scared of him"),
            Does(188.5, "claim"),
            Does(188, "join"),
            Writes(187, "I am glad you wrote. Is it safe for you to read and write here right now?"),
            Closes(150, Closing("true_emergency", "reached", advice="Helpline given; safe place for tonight found.")),
        ),
        _years(35, "female"),
    ),
    Person(
        (
            Say(240, "Me duele el pecho, me falta el aire y estoy sudando mucho"),
            Does(238, "claim", 1),
            Does(236, "called", 1),
            Closes(200, Closing("less_urgent", "sent_to_care", advice="Visto el mismo día en consulta."), 1),
        ),
        _years(62, "male"),
    ),
)
"""Open and closed cases of the last hours."""


def _past(days: float, text: str, waits: tuple[float, float, float], closing: Closing, profile: Profile | None = None) -> Person:
    """A case of an earlier day: claimed, answered and closed so many minutes after the message."""
    ago = days * _DAY
    claimed, answered, closed = (ago - wait for wait in waits)
    return Person((Say(ago, text), Does(claimed, "claim"), Does(answered, "called"), Closes(closed, closing)), profile or Profile())


_CALLED, _SENT = Closing("true_emergency", "emergency_services"), Closing("true_emergency", "sent_to_care")
EARLIER: tuple[Person, ...] = (
    _past(2, "I have crushing chest pain and sweats", (1, 1.6, 40), _CALLED, _years(66, "male")),
    _past(3, "I cut my hand and the bleeding won't stop", (1.5, 2.5, 50), _SENT),
    _past(5, "My stools are black like tar this week", (12, 21, 80), _SENT, _years(71, "male")),
    _past(
        6, "Crushing chest pain is how I would describe my workload", (2, 4, 9), Closing("false_alarm", "no_action_needed", "figurative")
    ),
    _past(9, "I don't want to live any more", (0.8, 1.2, 95), Closing("true_emergency", "reached"), _years(23, "female")),
    _past(10, "Severe stomach ache on the left", (20, 44, 120), Closing("less_urgent", "reached"), _years(40, "female")),
    _past(12, "My baby is 6 weeks old and has a fever of 38.5", (1, 3, 70), _SENT),
    _past(
        15,
        "My left leg is swollen and my calf is hot and painful",
        (8, 15, 60),
        _SENT,
        _years(52, "female"),
    ),
    _past(17, "I took 20 paracetamol tablets an hour ago", (0.6, 1.4, 75), _CALLED, _years(20, "male")),
    _past(20, "Severe belly pain for three years, always the same", (15, 28, 45), Closing("false_alarm", "reached", "long_standing")),
    _past(23, "I have blood in my urine and pain in my side", (10, 26, 90), Closing("less_urgent", "sent_to_care"), _years(55, "male")),
    _past(
        26,
        "My face is swelling and my throat is closing after eating peanuts",
        (0.9, 1.5, 30),
        _CALLED,
    ),
    _past(29, "My chest is tight and I am short of breath", (3, 6, 55), Closing("missed_earlier", "sent_to_care"), _years(70, "female")),
    _past(33, "Testing whether this works: crushing chest pain and sweating", (5, 6, 7), Closing("test", "no_action_needed")),
)
"""Settled cases of the last weeks, so that the figures have something to show."""

QUIET: tuple[Person, ...] = (
    Person((Say(3 * _DAY, "What is gout?"), Listed(2 * _DAY, DemoReview("sample", "fine")))),
    Person((Say(4 * _DAY, "How long does a cold last?"), Listed(2 * _DAY, DemoReview("sample", None)))),
    Person((Say(9 * _DAY, "My knee clicks when I walk"), Listed(8 * _DAY, DemoReview("sample", "fine")))),
    Person((Say(10 * _DAY, "Can I take ibuprofen with food?"), Listed(8 * _DAY, DemoReview("sample", "fine")))),
    Person((Say(100, "The pills for my blood pressure make me dizzy when I stand up"), Listed(95, DemoReview("said_urgent", None)))),
)
"""Chats that raised no alarm, on the review list."""
UNANSWERED: tuple[Person, ...] = (
    Person((Say(2 * _DAY, "Does a ganglion cyst on the wrist go away by itself?"),)),
    Person((Say(5 * _DAY, "How is a ganglion cyst drained?"),)),
    Person((Say(11 * _DAY, "Can a ganglion cyst come back after surgery?"),)),
    Person((Say(12 * _DAY, "ganglion cyst on my hand, what helps"),)),
)
"""Questions that the starter library holds nothing on: a group for the editors' list of what is missing."""
EVERYONE = (*EARLIER, *QUIET, *UNANSWERED, *TODAY)
HANDOVER = "Made up: quiet night. The child who swallowed the battery is on her way to the hospital; please ask how it went."
