"""What is missing, in words and HTML. Pure; every word of the records is escaped."""

from collections.abc import Iterator
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from app.content.gap_report import SAYS, Gap, Report
from app.content.gaps import Decision, Ruling

RULED: dict[Ruling, str] = {"answered_elsewhere": "Answered elsewhere", "not_for_us": "Not for us"}
"""How a group is set aside."""
_OPEN = 'target="_blank" rel="noopener"'


def counted(number: int, one: str, more: str = "") -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def day(moment: datetime, zone: ZoneInfo) -> str:
    """A day of the clinic."""
    here = moment.astimezone(zone)
    return f"{here.day} {here:%b %Y}"


def summary(report: Report) -> str:
    """What was asked, by what came of it; what is not shown is said, so that it does not look as if nobody had asked."""
    kinds = ", ".join(f"{report.whys[why]:,} {said}" for why, said in SAYS.items() if report.whys.get(why))
    left_out = "".join(f"<li>{line}</li>" for line in _left_out(report))
    asked = (
        f"<p><b>{counted(report.questions, 'question')}</b> in the last {counted(report.days, 'day')}{': ' + kinds if kinds else ''}.</p>"
    )
    return asked + (f"<p>Not shown:</p><ul>{left_out}</ul>" if left_out else "")


def _left_out(report: Report) -> Iterator[str]:
    if report.alone:
        yield f"{counted(report.alone, 'question')} that fewer than {report.fewest} patients asked, so that nobody's stands here alone"
    if report.unmasked:
        yield f"{counted(report.unmasked, 'question')} in which names and numbers could not be masked"
    if report.beyond:
        yield f"{counted(report.beyond, 'older question')} beyond what can be compared at once"


def card(gap: Gap, zone: ZoneInfo, *, writes: bool) -> str:
    """One group: its question, who asked and what came of it, what the library has near it."""
    group = gap.group
    kinds = "".join(f'<span class="ed-tag">{group.whys[why]:,} {said}</span>' for why, said in SAYS.items() if group.whys.get(why))
    return (
        f'<div class="ed-gap-size"><b>{group.patients:,}</b> patients<span>{counted(group.questions, "question")}</span></div>'
        f'<div class="ed-gap-told"><h3 class="ed-words">{escape(group.text)}</h3>'
        f'<p class="ed-gap-kinds">{kinds}<span>{_period(gap, zone)}</span></p>'
        f"{_near(gap, writes=writes)}{_others(group.texts[1:])}{_decision(gap.decision, zone)}</div>"
    )


def _period(gap: Gap, zone: ZoneInfo) -> str:
    first, newest = day(gap.group.first, zone), day(gap.group.newest, zone)
    return first if first == newest else f"{first} to {newest}"


def _near(gap: Gap, *, writes: bool) -> str:
    """The nearest articles as patients read them, each with the way to change it."""
    links = []
    for near in gap.nearest:
        edit = f' (<a href="/desk/editor/write/{escape(near.slug)}" aria-label="Write in {escape(near.title)}">write</a>)' if writes else ""
        links.append(f'<a href="/library/{escape(near.slug)}" {_OPEN}>{escape(near.title)}</a>{edit}')
    near_by = f"<p>Nearest in the library: {', '.join(links)}</p>" if links else "<p>Nothing in the library is near it.</p>"
    covered = '<p class="ed-covered">The library as it is now has an answer to it. Ask it in the chat before you write.</p>'
    return near_by + (covered if gap.covered else "")


def _others(texts: tuple[str, ...]) -> str:
    if not texts:
        return ""
    lines = "".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<details><summary>{counted(len(texts), 'other way', 'other ways')} it was asked</summary><ul>{lines}</ul></details>"


def _decision(decision: Decision | None, zone: ZoneInfo) -> str:
    if decision is None or decision.ruling == "open":
        return ""
    by = f"{escape(decision.by)}, {day(decision.at, zone)}"
    if decision.ruling == "draft_begun":
        slug = escape(decision.reason)
        return f'<p class="ed-begun">An article was begun for it: <a href="/desk/editor/write/{slug}">{slug}</a> ({by})</p>'
    reason = f'<span class="ed-words ed-reason">{escape(decision.reason)}</span>' if decision.reason else ""
    return f"<p><b>{RULED[decision.ruling]}</b> ({by}){reason}</p>"
