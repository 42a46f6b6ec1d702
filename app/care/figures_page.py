"""The care desk's figures: what came, how long people waited, and what each rule's alarms were worth."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.desk import frame, live, tables
from app.desk.frame import CARE_ROLES
from app.desk_words import span
from app.errors import RecordsError
from app.escalation.figures import Figures, Spread, figures
from app.evals.report import Share
from app.records.models import now
from app.records.staff import StaffMember
from app.wiring import Application

_PAIR = "display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:16px;width:100%;align-items:start"
_WEEKS = {4: "4 weeks", 12: "12 weeks", 26: "half a year", 52: "a year", 0: "all"}
_PLAIN = "#11676b"


def mount(app: Application) -> None:
    """Put the page at `/desk/care/figures`."""

    @frame.page("/care/figures", "Care desk")
    async def page(request: Request) -> Response | None:
        visit = await frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return frame.to_sign_in(request)
        await _draw(app, visit.member)
        await live.keep_signed_in(visit, "/desk/care/figures")
        return None


async def _draw(app: Application, member: StaffMember) -> None:
    frame.header(app, member, "Care desk", frame.CARE_LINKS)
    only_demo = await run.io_bound(_only_demo, app)
    with ui.column().style(tables.COLUMN):
        frame.heading("Figures")
        with ui.row().style("align-items:center;gap:24px"):
            weeks = ui.select(_WEEKS, value=12, label="Cases opened in the last").props("outlined dense").style("min-width:200px")
            demo = ui.checkbox("Made-up demo cases instead of patients'", value=bool(only_demo))
        body = ui.column().style("width:100%;gap:16px").props('aria-live="polite" data-testid="figures"')

    async def show() -> None:
        chosen = weeks.value, demo.value
        read = await run.io_bound(_read, app, *chosen)
        if read is None or (weeks.value, demo.value) != chosen:  # the server stops, or something else was chosen meanwhile
            return
        body.clear()
        with body:
            _figures(read, demo=demo.value)

    weeks.on_value_change(show)
    demo.on_value_change(show)
    await show()


def _only_demo(app: Application) -> bool:
    try:
        return app.figures.only_demo()
    except RecordsError:
        return False


def _read(app: Application, weeks: int, demo: bool) -> Figures | str:
    """The figures, or in a sentence why there are none."""
    at = now()
    try:
        cases = app.figures.cases(at - timedelta(weeks=weeks) if weeks else None, demo=demo)
    except RecordsError:
        return "The records cannot be read just now. Choose the time again in a moment."
    return figures(cases, app.settings.targets, at)


def _figures(made: Figures | str, *, demo: bool) -> None:
    if isinstance(made, str):
        ui.label(made)
        return
    if demo:
        ui.label("These cases are made up; they say nothing about patients.").style("background:#fff4e0;padding:6px 10px;border-radius:6px")
    if not made.cases:
        ui.label("No case was opened in this time.").style(tables.MUTED)
        return
    _cases(made)
    _waiting(made)
    _rules(made)


def _cases(made: Figures) -> None:
    with ui.column().style(tables.BOX):
        frame.heading(f"{made.cases} {'case' if made.cases == 1 else 'cases'} by week and level", rank=2)
        with ui.element("div").style(_PAIR):
            series = [(level, list(counts), frame.LEVEL_COLOURS[level]) for level, counts in made.by_week.items() if any(counts)]
            _chart("Cases by week, stacked by level", list(made.weeks), series)
            levels = [level for level, *_ in series]
            rows = [[week, *(str(made.by_week[level][place]) for level in levels)] for place, week in enumerate(made.weeks)]
            tables.table("Cases by week and level", ["Week", *(level.capitalize() for level in levels)], list(reversed(rows)))


def _waiting(made: Figures) -> None:
    with ui.column().style(tables.BOX):
        frame.heading("How long patients waited", rank=2)
        ui.label("From the patient's message. A case that nobody answered waits until it is closed, or still.").style(tables.MUTED)
        levels = [spread for spread in made.to_answer if spread.label != "all" and spread.median is not None]
        with ui.element("div").style(_PAIR):
            if levels:
                medians = [_minutes(spread.median) for spread in levels]
                nineties = [_minutes(spread.p90) for spread in levels]
                series = [("median", medians, _PLAIN), ("9 of 10 within", nineties, "#7fb0b2")]
                _chart("Minutes to the first answer, by level", [spread.label for spread in levels], series, unit="minutes", stacked=False)
            with ui.column().style("gap:12px"):
                _spread_table("Time to claim", made.to_claim)
                _spread_table("Time to first answer", made.to_answer)
                rows = [[past.label.capitalize(), _of(past), *tables.share(past)] for past in made.past_target]
                tables.table("Past their target", ["Level", "Cases", "Share", "95 % interval"], rows)


def _rules(made: Figures) -> None:
    with ui.column().style(tables.BOX):
        frame.heading("What the alarms were worth", rank=2)
        told = "Of settled cases in which the rule fired, those in which the person did need someone; tests are left out."
        ui.label(f"{told} A case can count for several rules.").style(tables.MUTED)
        shown = list(reversed(made.rules[:12]))
        counts = [rule.cases for rule in shown]
        _chart("Cases by rule", [rule.rule for rule in shown], [("cases", counts, _PLAIN)], across=True)
        rows = [
            [rule.rule, str(rule.cases), _verdicts(rule.verdicts), _of(rule.precision), *tables.share(rule.precision)]
            for rule in made.rules
        ]
        tables.table("Verdicts by rule", ["Rule", "Cases", "Verdicts", "Right", "Precision", "95 % interval"], rows)
        reasons = [[why.replace("_", " "), str(count)] for why, count in sorted(made.false_alarms.items(), key=lambda item: -item[1])]
        if reasons:
            tables.table("Why alarms were false", ["Reason", "Cases"], reasons)


def _chart(
    name: str,
    labels: Sequence[str],
    series: Sequence[tuple[str, Sequence[float], str]],
    *,
    unit: str = "",
    stacked: bool = True,
    across: bool = False,
) -> None:
    """Bars; the table beside it holds the same numbers for those who do not see it."""
    of_names: dict[str, Any] = {"type": "category", "data": list(labels)}
    of_numbers: dict[str, Any] = {"type": "value", "minInterval": 0 if unit else 1, "name": unit}
    options = {
        "animation": False,
        "grid": {"left": 8, "right": 16, "top": 36, "bottom": 8, "containLabel": True},
        "legend": {"show": len(series) > 1, "top": 0},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": of_numbers if across else of_names,
        "yAxis": of_names if across else of_numbers,
        "series": [
            {"name": label, "type": "bar", "stack": "all" if stacked else "", "data": list(data), "color": colour, "barMaxWidth": 36}
            for label, data, colour in series
        ],
    }
    height = 60 + 30 * len(labels) if across else 280
    ui.echart(options).props(f'role="img" aria-label="{name}; the table holds the same numbers"').style(f"width:100%;height:{height}px")


def _spread_table(caption: str, spreads: Sequence[Spread]) -> None:
    rows = [[spread.label.capitalize(), str(spread.count), _time(spread.median), _time(spread.p90)] for spread in spreads]
    tables.table(caption, ["Level", "Cases", "Median", "9 of 10 within"], rows)


def _minutes(time: timedelta | None) -> float:
    return round(time.total_seconds() / 60, 1) if time else 0.0


def _time(time: timedelta | None) -> str:
    return "none yet" if time is None else span(time, fine=True)


def _of(counted: Share) -> str:
    return f"{counted.hits} of {counted.total}" if counted.total else "none yet"


def _verdicts(verdicts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in verdicts.items()) or "none yet"
