"""`carelight staff`: accounts for the desks. Each change is recorded as done by the operator."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer

from app import passwords
from app.audit_trail import OPERATOR
from app.commands.shared import DataDir, application, tell
from app.content import editorial
from app.wiring import Application

staff = typer.Typer(no_args_is_help=True, help="People who work at the desks.")
Login = Annotated[str, typer.Argument(help="The login of somebody with an account.")]
Lead = Annotated[
    bool | None,
    typer.Option("--lead/--no-lead", help="Answers for the clinic's content: withdraws what care cards show.", show_default=False),
]


@staff.command("add")
def staff_add(
    login: str,
    role: Annotated[str, typer.Option(help="care, editor, reviewer or administrator.")] = "care",
    name: Annotated[str, typer.Option(help="Name as colleagues and patients read it.")] = "",
    title: Annotated[str, typer.Option(help="What patients read beside the name, such as nurse.")] = "",
    *,
    lead: Lead = None,
    data_dir: DataDir = None,
) -> None:
    """Add a member of staff; the password is asked for (or read from standard input)."""
    password = _password()
    with application(data_dir) as app, _told():
        app.staff.add(login, name or login, role, password, title, lead=bool(lead), by=OPERATOR)
        typer.echo(f"{login} may sign in at {_desk(role)} as {role}.")


@staff.command("list")
def staff_list(data_dir: DataDir = None) -> None:
    """Everybody with an account: login, role, name, second factor, open desks, when last active."""
    with application(data_dir) as app:
        for each in app.staff_admin.accounts():
            state = "disabled" if each.disabled else f"{each.sessions} open {'desk' if each.sessions == 1 else 'desks'}"
            active = f"{each.last_active:%Y-%m-%d %H:%M} UTC" if each.last_active else "-"
            role = f"{each.role}, lead" if each.lead else each.role
            typer.echo(f"{each.login}\t{role}\t{each.name}\t{each.proof}\t{state}\t{active}")


@staff.command("disable")
def staff_disable(login: Login, data_dir: DataDir = None) -> None:
    """They can sign in no more, and every open desk of theirs ends within seconds."""
    with application(data_dir) as app:
        _change(app, login, lambda who: app.staff_admin.disable(who, OPERATOR), "can sign in no more")


@staff.command("enable")
def staff_enable(login: Login, data_dir: DataDir = None) -> None:
    """They can sign in again."""
    with application(data_dir) as app:
        _change(app, login, lambda who: app.staff_admin.enable(who, OPERATOR), "can sign in again")


@staff.command("open")
def staff_open(login: Login, data_dir: DataDir = None) -> None:
    """End a lock-out after failed sign-ins now, wherever they came from; by itself it ends in minutes."""
    with application(data_dir) as app:
        _change(app, login, lambda who: app.staff_admin.open_sign_in(who, OPERATOR), "may try to sign in again")


@staff.command("role")
def staff_role(
    login: Login,
    role: Annotated[str, typer.Argument(help="care, editor, reviewer or administrator.")],
    lead: Lead = None,
    data_dir: DataDir = None,
) -> None:
    """Another role from now on."""
    with application(data_dir) as app:
        _change(app, login, lambda who: app.staff_admin.give_role(who, role, OPERATOR, lead=lead), f"is {role} now, at {_desk(role)}")


@staff.command("password")
def staff_password(login: Login, data_dir: DataDir = None) -> None:
    """Another password, asked for or read from standard input; their open desks end."""
    password = _password()
    with application(data_dir) as app, _told():
        _change(app, login, lambda who: app.staff_admin.set_password(who, password, OPERATOR), "has another password")


@staff.command("join")
def staff_join(
    login: Login,
    name: Annotated[str, typer.Argument(help="What the clinic's accounts call them, where that is not their login.")] = "",
    data_dir: DataDir = None,
) -> None:
    """Whoever next signs in with that clinic account takes this account over; its password and second factor end then."""
    with application(data_dir) as app:
        step = partial(app.clinic_accounts.join, name=name or login, by=OPERATOR)
        _change(app, login, step, f"waits for the clinic account {name or login}")


@staff.command("reset-totp")
def staff_reset_totp(login: Login, data_dir: DataDir = None) -> None:
    """For a lost phone: they set up a new second factor at their next sign-in."""
    with application(data_dir) as app:
        _change(app, login, lambda who: app.staff_admin.reset_second_factor(who, OPERATOR), "has no second factor now")


@staff.command("sessions")
def staff_sessions(
    login: Login, end: Annotated[bool, typer.Option("--end", help="End all of them.")] = False, data_dir: DataDir = None
) -> None:
    """Desks on which somebody is signed in, or their end."""
    with application(data_dir) as app:
        who = app.staff_admin.account(login).id
        if end:
            app.staff_admin.end_sessions(who, OPERATOR)
            typer.echo(f"{login} is signed out everywhere.")
            return
        for each in app.staff_admin.sessions(who):
            typer.echo(f"{each.id}\t{each.browser}\t{each.began:%Y-%m-%d %H:%M} UTC\t{each.last_active:%Y-%m-%d %H:%M} UTC")


def _password() -> str:
    asks = sys.stdin.isatty()
    return str(typer.prompt(f"Password ({passwords.SHORTEST} characters or more)", hide_input=asks, confirmation_prompt=asks))


def _desk(role: str) -> str:
    return {"administrator": "/admin", **dict.fromkeys(editorial.WRITERS, "/editor")}.get(role, "/care")


def _change(app: Application, login: str, step: Callable[[str], None], told: str) -> None:
    step(app.staff_admin.account(login).id)
    typer.echo(f"{login} {told}.")


@contextmanager
def _told() -> Iterator[None]:
    """What is wrong with a name, a role or a password becomes one line."""
    try:
        yield
    except ValueError as error:
        tell(f"carelight: {error}")
        raise typer.Exit(1) from None
