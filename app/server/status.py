"""What is on and how it is: for administrators, by lines that say what is not well. It holds no secret and nothing of patients."""

import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from app import production
from app.errors import CarelightError
from app.records.sign_offs import NEEDED
from app.wiring import Application
from retrieval.index import IndexUnusableError

_PACKAGES = ("carelight", "chainlit", "nicegui", "sqlalchemy", "chromadb", "torch")
_LITTLE_ROOM = 1 << 30


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, how it is, and whether that is well; None where it is neither."""

    name: str
    value: str
    well: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    title: str
    lines: Sequence[Line]


def groups(app: Application) -> Sequence[Group]:
    """Everything, read now; a part that cannot be read says so and hides no other."""
    return [
        Group("How it runs", list(_running(app))),
        Group("What patients get", _safe("What patients get", lambda: list(_content(app)))),
        Group("Health", list(_health(app))),
        Group("Versions", [Line(name, _version(name)) for name in _PACKAGES] + [Line("Python", platform.python_version())]),
    ]


def gaps(app: Application) -> Sequence[str]:
    """What keeps this installation from production, in whichever mode it runs."""
    try:
        return production.missing(app)
    except CarelightError as error:
        return [f"not all could be looked at: {error}"]


def _running(app: Application) -> Iterator[Line]:
    chosen = app.settings
    yield Line("Mode", chosen.mode)
    yield Line("Clinic and country", f"{chosen.clinic}, {chosen.region or 'no country'}", bool(chosen.region))
    yield Line("Public address", chosen.origin or "whatever it is opened at")
    yield Line("Language model", chosen.model or "none: answers are quoted from the library")
    yield Line("Embedding model", chosen.embedding_model)
    factor = "needed by everybody" if chosen.sign_in_rules.second_factor else "for whoever sets one up"
    yield Line("Second factor", factor, chosen.sign_in_rules.second_factor or None)
    yield Line("Idle desks are signed out after", f"{chosen.staff_idle_minutes} minutes")
    yield Line("When nobody is at the desk", chosen.on_call_hours or chosen.staffing)


def _content(app: Application) -> Iterator[Line]:
    served = app.library.snapshot()
    unsigned = len(app.library.unsigned())
    yield Line("Articles served", f"{len(served.revisions)}, version {served.version} of the library", bool(served.revisions))
    yield Line("Libraries", app.settings.libraries)
    yield Line("Articles that two people have not signed", str(unsigned), not unsigned)
    yield Line("Rule set in force", f"{app.rules_fingerprint[:16]}, {len(app.red_flags.rules.rules)} rules")
    names = app.sign_offs.names(app.rules_fingerprint)
    yield Line("Signed by", ", ".join(names) or "nobody", len(names) >= NEEDED)
    yield Line("Learned red-flag classifier", "in use" if app.classifier else "cannot be used", app.classifier is not None)


def _health(app: Application) -> Iterator[Line]:
    yield from _safe("Database", lambda: [Line("Database", _database(app), True)])
    yield from _safe("Search index", lambda: [_index(app)])
    yield from _safe("Channels", lambda: _channels(app))
    yield from _safe("Escalations not stored yet", lambda: [_spool(app)])
    yield from _safe("Audit log", lambda: [_audit(app)])
    free = shutil.disk_usage(app.settings.data_dir).free
    yield Line("Free disk space", f"{free / (1 << 30):.1f} GiB", free > _LITTLE_ROOM)


def _database(app: Application) -> str:
    app.stop_switch.now()
    app.library.snapshot()
    return "SQLite in the data folder" if app.settings.database.startswith("sqlite") else "a server"


def _index(app: Application) -> Line:
    size, version_held, wanted = app.index.size, app.indexed_version, app.library.snapshot().version
    behind = version_held is not None and version_held != wanted
    return Line("Search index", f"{size} passages" + (f", not yet at version {wanted}" if behind else ""), not behind)


def _channels(app: Application) -> Sequence[Line]:
    troubles = {trouble.channel: trouble.problem for trouble in app.notifications.troubles()}
    if not app.channels.all():
        return [Line("Channels that call the care team", "none is set", False)]
    return [Line(each.label, troubles.get(each.label, "takes notices"), each.label not in troubles) for each in app.channels.all().values()]


def _spool(app: Application) -> Line:
    waiting = len(app.case_desk.spooled())
    return Line("Escalations not stored yet", str(waiting), not waiting)


def _audit(app: Application) -> Line:
    newest = app.audit_proof.newest()
    told = f"checkpoint at entry {newest.number}, {newest.made:%d %b %H:%M} UTC" if newest else "no checkpoint yet"
    kept = "sent each night" if app.channels.lists.get("audit") else "kept by nobody else (CARELIGHT_NOTIFY_AUDIT)"
    return Line("Audit log", f"{told}; {kept}", bool(newest) and bool(app.channels.lists.get("audit")))


def _safe(name: str, read: Callable[[], Sequence[Line]]) -> Sequence[Line]:
    try:
        return read()
    except (CarelightError, IndexUnusableError) as error:
        return [Line(name, str(error), False)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed as a package"
