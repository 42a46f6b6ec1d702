"""`carelight corpus`: bring articles in, write them out, and keep them right."""

import json
from pathlib import Path
from typing import Annotated

import typer

from app.audit_trail import OPERATOR
from app.commands.impact_report import show_impact
from app.commands.shared import DataDir, application, explained, progress, tell
from app.content import gap_report, gate, importing, library_files, review_cycle
from app.content.impact import Watching
from app.content.linting import problems
from app.records.models import now
from app.wiring import Application
from guardrails.red_flags import load as load_red_flags
from knowledge.article import parse
from knowledge.importers import download, markdown

corpus = typer.Typer(no_args_is_help=True, help="The articles that answers quote.")
_REASONS_SHOWN = 20
_WHO = "command line"
"""Who changed the must-answer list, where nobody is signed in."""


@corpus.command("add")
def add(files: Annotated[list[Path], typer.Argument(help="Article files.")], data_dir: DataDir = None) -> None:
    """Serve articles from files; a changed one becomes a new revision."""
    with application(data_dir) as app:
        report = app.add_articles([markdown.read_file(path) for path in files], "file")
        for name, slugs in (
            ("added", report.added),
            ("changed", report.changed),
            ("unchanged", report.unchanged),
            ("waiting for review", report.waiting),
        ):
            typer.echo(f"{name}: {len(slugs)} {' '.join(slugs)}".strip())
        typer.echo("A running server serves them within seconds.")


@corpus.command("import")
def bring_in(
    kind: Annotated[str, typer.Argument(help=f"One of {', '.join(importing.KINDS)}.")],
    path: Annotated[Path | None, typer.Argument(help="File or folder; with --download the folder to keep the file in.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    fetch: Annotated[bool, typer.Option("--download", help="Fetch the newest official MedlinePlus file first.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Bring another library in; run it again after a break, or twice: nothing is stored that is there already."""
    name = next((known for known in importing.KINDS if known == kind), None)
    if name is None or (fetch and name != "medlineplus"):
        tell(f"carelight: {kind} is no kind of library{' that can be downloaded' if fetch else ''}; use {', '.join(importing.KINDS)}")
        raise typer.Exit(2)
    with application(data_dir) as app:
        source = _download(path or app.settings.data_dir / "downloads") if fetch else path
        if source is None or not source.exists():
            tell(f"carelight: {source or 'no path'} is not there; give the file or folder to import")
            raise typer.Exit(1)
        if name == "markdown" and library_files.holds(source):
            _whole(app, source, dry_run=dry_run)
            return
        with progress(f"Importing {name}", importing.KINDS[name].count(source)) as advance:
            done = importing.bring_in(app.library, name, source, dry_run=dry_run, progress=advance)
        _report(app, name, done, dry_run=dry_run)


def _whole(app: Application, folder: Path, *, dry_run: bool) -> None:
    """A library that was exported whole; no server may answer from this one meanwhile."""
    with app.folder:
        brought = library_files.bring_in(app.library_copy, app.secrets.library, folder, dry_run=dry_run)
    done = brought.restored
    if not brought.proven:
        tell(f"{folder / library_files.MANIFEST} was not written by this installation, or was changed: nothing in it counts as signed.")
    counts = f"{len(done.whole)} articles and texts back as they were, {len(done.waiting)} wait for review, {len(done.unchanged)} unchanged"
    typer.echo(f"{'Nothing was written. It would be: ' if dry_run else ''}{counts}, {len(done.refused)} refused")
    for slug in done.waiting[:_REASONS_SHOWN]:
        typer.echo(f"waits for review: {slug}")
    for why in done.refused[:_REASONS_SHOWN]:
        typer.echo(f"refused {why}")


def _download(folder: Path) -> Path:
    with progress("Downloading (bytes)", None) as advance:
        return download.medlineplus(folder, advance)


def _report(app: Application, name: importing.Name, done: importing.Imported, *, dry_run: bool) -> None:
    stored = done.stored
    counts = f"{len(stored.added)} added, {len(stored.changed)} changed, {len(stored.unchanged)} unchanged, {len(done.refused)} refused"
    typer.echo(f"{'Nothing was written. It would be: ' if dry_run else ''}{counts}")
    for refused in done.refused[:_REASONS_SHOWN]:
        typer.echo(f"refused {refused.where}: {refused.why}")
    if len(done.refused) > _REASONS_SHOWN:
        typer.echo(f"… and {len(done.refused) - _REASONS_SHOWN} more refused")
    if not importing.KINDS[name].served:
        typer.echo("They are drafts for an editor; see 'carelight corpus drafts'.")
    elif name in ("medlineplus", "medquad") and name not in app.settings.libraries.split(","):
        typer.echo(f"Patients are not answered from it yet: set CARELIGHT_LIBRARIES={app.settings.libraries},{name}")


@corpus.command("drafts")
def drafts(data_dir: DataDir = None) -> None:
    """Articles whose newest revision patients do not get yet: slug, revision, library, title."""
    with application(data_dir) as app:
        for stored in app.library.drafts():
            typer.echo(f"{stored.slug}\t{stored.number}\t{stored.library}\t{parse(stored.text, stored.slug).title}")


@corpus.command("impact")
def impact(
    file: Annotated[Path, typer.Argument(help="The article as it would be.")],
    to_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON instead.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What publishing an article would change for patients; exit code 1 where a must-answer question would lose its answer."""
    with application(data_dir) as app:
        then = gate.with_article(app, markdown.read_file(file))
        with progress("Asking stored questions") as advance:
            found = gate.changes(app, then, Watching(advance))
        if to_json:
            typer.echo(json.dumps(found.as_json(), ensure_ascii=False, indent=1))
        else:
            show_impact(found)
    if found.blocks:
        raise typer.Exit(1)


@corpus.command("must-answer")
def must_answer(
    action: Annotated[str, typer.Argument(help="add, remove or list.")],
    entry: Annotated[str, typer.Argument(help="The question to add, or the number to remove.")] = "",
    article: Annotated[str, typer.Option(help="Slug of the article that its answer must cite.")] = "",
    data_dir: DataDir = None,
) -> None:
    """The clinic's list of questions that must always be answered: a change that takes an answer away is not published."""
    if action not in ("add", "remove", "list"):
        tell("carelight: say add, remove or list")
        raise typer.Exit(2)
    with application(data_dir) as app:
        if action == "list":
            for row in app.must_answer.all():
                typer.echo(f"{row.id}\t{row.article or 'any article'}\t{row.question}")
            return
        try:
            _change_list(app, action, entry, article)
        except ValueError as error:
            tell(f"carelight: {error}")
            raise typer.Exit(1) from None


def _change_list(app: Application, action: str, entry: str, article: str) -> None:
    if action == "add":
        typer.echo(f"{app.must_answer.add(entry, article, _WHO)} is on the list")
    elif not entry.isdecimal():
        raise ValueError("say the number of the entry to remove; see 'carelight corpus must-answer list'")
    else:
        app.must_answer.remove(int(entry), _WHO)
        typer.echo(f"{entry} is off the list")


@corpus.command("export")
def export(
    folder: Path,
    all_revisions: Annotated[
        bool, typer.Option("--all-revisions", help="Everything: <slug>/0001.md and so on, and library.json with who signed what.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Write every article that is served (or the whole library) as files that import back to the same bytes."""
    with application(data_dir) as app:
        app.audit.record(OPERATOR, "library.exported", "all" if all_revisions else "served")
        if all_revisions:
            typer.echo(f"{library_files.write(app.library_copy, app.secrets.library, folder)} revisions in {folder}")
            return
        texts = {Path(f"{slug}.md"): revision.article.text for slug, revision in app.library.snapshot().revisions.items()}
        for name, text in texts.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(text.encode())
        typer.echo(f"{len(texts)} articles in {folder}")


@corpus.command("list")
def listing(data_dir: DataDir = None) -> None:
    """The articles served now: slug, revision, kind, next review, title."""
    with application(data_dir) as app:
        for slug, revision in app.library.snapshot().revisions.items():
            article = revision.article
            typer.echo(f"{slug}\t{revision.number}\t{article.kind}\t{revision.next_review}\t{article.title}")


@corpus.command("gaps")
def gaps(
    days: Annotated[int | None, typer.Option(min=1, max=730, help="Days to look back; CARELIGHT_GAP_DAYS where it is left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of lines.")] = False,
    demo: Annotated[bool, typer.Option("--demo", help="Of the made-up chats, instead of patients'.")] = False,
    data_dir: DataDir = None,
) -> None:
    """What patients asked and got no good answer to, masked and grouped: how many asked, why, the nearest articles, the question."""
    with application(data_dir, indexed=True) as app:
        report = app.missing.report(days, demo=demo)
    if as_json:
        typer.echo(json.dumps(gap_report.as_json(report, demo=demo), ensure_ascii=False, indent=1))
        return
    for line in gap_report.lines(report, demo=demo):
        typer.echo(line)


@corpus.command("due")
def due(
    days: Annotated[int, typer.Option(min=0, help="How far to look ahead.")] = 30,
    data_dir: DataDir = None,
) -> None:
    """Articles and texts whose review is overdue or due soon: date, slug, what patients see of it, title, rules that show it."""
    with application(data_dir) as app:
        found = review_cycle.due(app, days, now().date())
        for item in found:
            typer.echo("\t".join([str(item.due), item.slug, item.standing, item.title, " ".join(item.rules)]).rstrip())
        overdue = sum(item.standing != "due soon" for item in found)
        typer.echo(f"{overdue} overdue, {len(found) - overdue} due within {days} days")


@corpus.command("lint")
def check(
    files: Annotated[list[Path] | None, typer.Argument(help="Article files; none for those served.")] = None, data_dir: DataDir = None
) -> None:
    """Problems of articles; exit code 1 where one is an error."""
    with explained():
        if files:
            articles = [markdown.read_file(path) for path in files]
        else:
            with application(data_dir) as app:
                articles = [revision.article for revision in app.library.snapshot().revisions.values()]
        found = problems(articles, load_red_flags())
    for problem in found:
        typer.echo(str(problem))
    errors = sum(problem.severity == "error" for problem in found)
    typer.echo(f"{len(articles)} articles, {errors} errors, {len(found) - errors} warnings")
    if errors:
        raise typer.Exit(1)
