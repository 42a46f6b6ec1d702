"""`carelight corpus submit` and its sisters: the steps of the editor desk from the command line, by the same rules."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app import file_work
from app.commands.impact_report import show_impact
from app.commands.shared import DataDir, application, explained, progress, tell
from app.content import article_words, changes, publishing, text_changes
from app.content.impact import Watching
from app.errors import NotAllowedError
from app.records.article_files import ArticleFile, KeptGate
from app.records.library_store import sha256_of
from app.wiring import Application

steps = typer.Typer()
Login = Annotated[str, typer.Option("--as", help="Your login at the desk; the password is asked for, or read from standard input.")]
Slug = Annotated[str, typer.Argument(help="Name of the article, such as gout.")]


@contextmanager
def _signed_in(data_dir: Path | None, login: str, *, indexed: bool = False) -> Iterator[tuple[Application, str]]:
    """The application and who acts: nobody takes a step here that they could not take at the desk."""
    password = _asked("Password")
    with application(data_dir, indexed=indexed) as app:
        code = _asked("Code") if app.staff.needs_code(login) else ""
        member = app.staff.act(login, password, code)
        if member is None:
            raise NotAllowedError("the login or the password is wrong" + (", or the code" if code else ""))
        yield app, member.id


def _asked(what: str) -> str:
    """A secret, asked for or read as a line of standard input."""
    return typer.prompt(what, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


@steps.command("submit")
def submit(
    file: Annotated[Path, typer.Argument(help="Article file.")],
    login: Login,
    note: Annotated[str, typer.Option(help="What was changed and why, for the reviewer.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Hand a file in for clinical review; nothing with errors is taken."""
    with explained():
        document = file_work.read(file)
    with _signed_in(data_dir, login) as (app, who):
        number = file_work.submit(app, document, who, note)
        typer.echo(f"{document.slug}, revision {number}, waits for a clinical reviewer.")


@steps.command("approve")
def approve(
    slug: Slug,
    login: Login,
    file: Annotated[Path | None, typer.Option(help="The file that you read; refused unless exactly that is in review.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Sign the revision in review, as a clinical reviewer who wrote none of it."""
    with explained():
        read = file_work.read(file) if file else None
    with _signed_in(data_dir, login) as (app, who):
        review = _file(app, slug).review
        if review is None:
            raise NotAllowedError("no revision of this article is in review")
        sha256 = sha256_of(read) if read else review.submission.sha256
        becomes = app.submissions.sign(slug, sha256, who)
        signed = f"{slug}, revision {becomes.revision} (by {', '.join(review.authors)}), is signed."
        left = becomes.needed - len(becomes.signers)
        typer.echo(f"{signed} {f'{left} more must sign.' if becomes.state == 'in_review' else 'It may be published.'}")


@steps.command("ask-changes")
def ask_changes(
    slug: Slug,
    login: Login,
    reason: Annotated[str, typer.Option(help="What has to change.")],
    data_dir: DataDir = None,
) -> None:
    """Send the revision in review back to its writers."""
    with _signed_in(data_dir, login) as (app, who):
        app.submissions.ask_changes(slug, who, reason)
        typer.echo(f"{slug} is back with its writers.")


@steps.command("publish")
def publish(
    slug: Slug,
    login: Login,
    accept: Annotated[bool, typer.Option("--accept-changes", help="Let the changes that are shown pass, by your name.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Show what the approved revision changes for patients, and serve it; exit code 1 where that may not be."""
    with _signed_in(data_dir, login, indexed=True) as (app, who):
        review = _file(app, slug).review
        if review is None or review.submission.state != "approved":
            raise NotAllowedError("only an approved revision is published; see 'carelight corpus status'")
        with progress("Asking stored questions") as advance:
            kept = publishing.check(app, slug, review.submission.revision, Watching(advance))
        _show(kept)
        if kept.changes and not kept.acknowledged_by and not kept.blocks:
            if not accept:
                raise NotAllowedError("look at what changes for patients, then publish with --accept-changes")
            app.publishing.acknowledge(kept.id, who)
        typer.echo(
            f"{slug}, revision {app.publishing.publish(slug, who)}, is what patients get. A running server serves it within seconds."
        )


def _show(kept: KeptGate) -> None:
    if not text_changes.is_of_texts(kept.result):
        show_impact(changes.read(kept.result))
        return
    found = text_changes.read(kept.result)
    for sentence in found.sentences:
        typer.echo(f"{sentence.where}\n  now:  {sentence.before}\n  then: {sentence.after}")
    typer.echo(f"{len(found.sentences)} sentences and {len(found.cards)} care cards change")
    for problem in found.problems:
        tell(problem)


@steps.command("withdraw")
def withdraw(
    slug: Slug,
    login: Login,
    reason: Annotated[str, typer.Option(help="Why; it stays in the article's history.")],
    data_dir: DataDir = None,
) -> None:
    """Take an article out of answers from the next question on."""
    with _signed_in(data_dir, login) as (app, who):
        publishing.withdraw(app, slug, who, reason)
        typer.echo(f"Patients no longer get {slug}. A running server follows within seconds.")


@steps.command("history")
def history(slug: Slug, data_dir: DataDir = None) -> None:
    """Who did what to which revision, when and why; the newest first."""
    with application(data_dir) as app:
        for event in _file(app, slug).history:
            revision = f"revision {event.revision}" if event.revision else ""
            typer.echo("\t".join((f"{event.at:%Y-%m-%d %H:%M}", event.by, event.verb.replace("_", " "), revision, event.reason)).rstrip())


@steps.command("status")
def status(data_dir: DataDir = None) -> None:
    """Everything that is being worked on or waits: slug, state, what more there is to say, owner, title."""
    with application(data_dir) as app:
        lists = app.article_board.look()
        working = [line for line in (*lists.articles, *lists.texts) if line.state != "published"]
        for line in working:
            typer.echo(
                "\t".join((line.slug, article_words.STATES[article_words.shown(line)], article_words.more(line), line.owner, line.title))
            )
        unsigned = sum(line.state == "published" and not line.signed for line in (*lists.articles, *lists.texts))
        typer.echo(f"{len(working)} not published as they stand, {unsigned} published that nobody here signed")


def _file(app: Application, slug: str) -> ArticleFile:
    file = app.article_files.open(slug)
    if file is None:
        raise NotAllowedError(f"there is no article called {slug}; see 'carelight corpus list'")
    return file
