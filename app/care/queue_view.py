"""What the queue shows of the board: rows, filters and their HTML. Pure; every word of the records is escaped here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from app.desk import plain
from app.desk_words import span
from app.escalation.case_state import Targets
from app.records.case_board import Board, ClosedCase
from app.records.case_reads import OpenCase
from guardrails.level import SEVERITY, Level


@dataclass(frozen=True, slots=True)
class Row:
    """One open case as its line shows it; equal rows look the same, so that only what changed is drawn again."""

    case: OpenCase
    new: int
    target: timedelta
    mine: bool

    @property
    def waits(self) -> bool:
        """Whether the patient waits for a person."""
        return self.case.standing.waiting_since is not None

    @property
    def unclaimed(self) -> bool:
        """Whether nobody has it."""
        return not self.case.standing.owner

    def past(self, at: datetime) -> bool:
        """Whether a person should have acted by then."""
        since = self.case.standing.waiting_since
        return since is not None and at - since > self.target


@dataclass(slots=True)
class Filter:
    """What the nurse narrowed the queue to; it begins anew with each page, so that no forgotten one hides an emergency."""

    levels: set[Level] = field(default_factory=set)
    mine: bool = False
    unclaimed: bool = False
    connected: bool = False
    text: str = ""

    def takes(self, row: Row) -> bool:
        """Whether a row is shown."""
        case = row.case
        wanted = self.text.casefold().split()
        searched = " ".join((*case.reasons, case.owner, plain.number(case.id), plain.LEVELS[case.level])).casefold()
        return (
            (not self.levels or case.level in self.levels)
            and (row.mine or not self.mine)
            and (row.unclaimed or not self.unclaimed)
            and (case.connected or not self.connected)
            and all(word in searched for word in wanted)
        )


def rows(board: Board, who: str, targets: Targets) -> list[Row]:
    """The open cases in the order of the queue."""
    return [Row(case, board.new.get(case.id, 0), targets[case.level], case.standing.owner == who) for case in board.open]


def summary(shown: Sequence[Row], at: datetime) -> str:
    """The desk in one line."""
    alone = [row for row in shown if not row.case.crowd]
    waiting, late, crowd = sum(row.waits for row in alone), sum(row.past(at) for row in alone), len(shown) - len(alone)
    if not shown:
        return "Nobody waits."
    told = f"{waiting} waiting for a person" if waiting else "Nobody waits for a person"
    told = f"{told}, {late} past target" if late else told
    return f"{told}; {crowd} more possibly automated" if crowd else told


def crowd_line(crowded: Sequence[Row]) -> str:
    """The cases that may be the work of a program, as one line; empty where there are none."""
    if not crowded:
        return ""
    worst = max((row.case.level for row in crowded), key=SEVERITY.__getitem__)
    places = len({row.case.crowd for row in crowded})
    cases, sources = ("1 case" if len(crowded) == 1 else f"{len(crowded)} cases"), ("one address" if places == 1 else f"{places} addresses")
    return f"Possibly automated: {cases} from {sources} within an hour, the most severe {plain.LEVELS[worst].lower()}"


def hidden(everything: Sequence[Row], chosen: Filter) -> str:
    """What the filters keep from view; empty where nothing."""
    left = [row for row in everything if not chosen.takes(row)]
    if not left:
        return ""
    worst = max((row.case.level for row in left), key=SEVERITY.__getitem__)
    serious = "" if worst == "routine" else f", among them {plain.LEVELS[worst].lower()}"
    return f"{len(left)} open {'case is' if len(left) == 1 else 'cases are'} hidden by the filters{serious}."


def unclaimed(everything: Sequence[Row]) -> list[str]:
    """What the title badge counts and the sound calls for: cases nobody has, each with its level, so that a rise counts as new.

    A crowd counts once, with its gravest level.
    """
    graver_last = sorted((row for row in everything if row.unclaimed and row.waits), key=lambda row: SEVERITY[row.case.level])
    crowds = {row.case.crowd: row.case.level for row in graver_last if row.case.crowd}
    alone = [f"{row.case.id}:{row.case.level}" for row in everything if row.unclaimed and row.waits and not row.case.crowd]
    return [*alone, *(f"{crowd}:{level}" for crowd, level in crowds.items())]


def row_html(row: Row, at: datetime) -> str:
    """A row's picture: how fast, what, who, how long."""
    case = row.case
    first, *rest = case.reasons or ("No reason stored",)
    others = f" and {len(rest) - 1} more" if len(rest) > 1 else ""
    more = f"<p class='cd-more'>{escape(rest[0])}{others}</p>" if rest else ""
    return (
        f"<div class='cd-level'>{escape(plain.LEVELS[case.level])}</div>"
        f"<div class='cd-what'><p class='cd-reason'>{escape(first)}</p>{more}<p class='cd-meta'>{''.join(_meta(row))}</p></div>"
        f"{clock_html(row.case.standing.waiting_since, row.target, at)}"
    )


def _meta(row: Row) -> list[str]:
    """Small facts, each in its own mark."""
    case = row.case
    facts = [f"<span>{escape(plain.person(case.age_years, case.sex))}</span>"]
    facts += [connected_html(case.connected), owner_html(case.owner, mine=row.mine)]
    if row.new:
        facts.append(f"<span class='cd-new'>{row.new} new {'message' if row.new == 1 else 'messages'}</span>")
    if case.demo:
        facts.append("<span class='cd-demo'>demo</span>")
    facts.append(f"<span class='cd-number'>{plain.number(case.id)}</span>")
    return facts


def connected_html(connected: bool) -> str:
    """Whether a reply would be read now."""
    return "<span class='cd-here'>in the chat now</span>" if connected else "<span class='cd-away'>not connected</span>"


def owner_html(owner: str, *, mine: bool) -> str:
    """Whose a case is, with the name of who has it."""
    if mine:
        return "<span class='cd-mine'>you have it</span>"
    return f"<span class='cd-owner'>{escape(owner)} has it</span>" if owner else "<span class='cd-nobody'>nobody has it</span>"


def clock_html(since: datetime | None, target: timedelta, at: datetime) -> str:
    """A waiting and its target as a bar; the page's script moves it each second."""
    if since is None:
        return "<div class='cd-clock cd-answered'><b>Answered</b><span class='cd-target'>waits for nobody</span></div>"
    waited = at - since
    full, late = min(100, round(100 * waited / target)), waited > target
    data = f"data-since='{since.timestamp():.0f}' data-target='{target.total_seconds():.0f}'"
    return (
        f"<div class='cd-clock{' cd-late' if late else ''}' role='timer' {data}>"
        f"<b>{span(waited, fine=True)}</b><span class='cd-bar'><i style='width:{full}%'></i></span>"
        f"<span class='cd-target'>{plain.against(waited, target)}</span></div>"
    )


def closed_html(case: ClosedCase) -> str:
    """One case closed today."""
    more = len(case.reasons) - 1
    reasons = escape(f"{case.reasons[0] if case.reasons else ''}{f' And {more} more.' if more > 0 else ''}")
    told = f"{plain.spoken(plain.VERDICTS, case.verdict)}, {plain.spoken(plain.OUTCOMES, case.outcome).lower()}"
    return (
        f"<a href='/desk/care/{escape(case.id)}'><span class='cd-dot cd-dot-{case.level}'></span>"
        f"{escape(plain.LEVELS[case.level])}: {reasons}</a>"
        f"<p class='cd-meta'><span>{escape(told)}</span><span>{plain.clock(case.closed)}</span><span>{escape(case.by)}</span>"
        f"<span class='cd-number'>{plain.number(case.id)}</span></p>"
    )


def handover_draft(everything: Sequence[Row], at: datetime) -> str:
    """What a nurse leaves begins with their own open cases: by age and level, no words of a patient."""
    mine = [row for row in everything if row.mine]
    if not mine:
        return "No open cases of mine.\n"
    lines = [f"My open cases, {plain.clock(at)}:"]
    for row in mine:
        case = row.case
        since = case.standing.waiting_since
        state = f"waits for {span(at - since)}" if since else "answered, waits for nobody"
        lines.append(
            f"- {plain.number(case.id)}, {plain.LEVELS[case.level].lower()}, {plain.person(case.age_years, case.sex)}: {state}. Next: "
        )
    return "\n".join(lines) + "\n"
