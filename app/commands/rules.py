"""`carelight rules`: read, test and try the red-flag rules."""

from typing import Annotated

import typer

from app import rulebook
from app.commands.shared import DataDir, application, explained, tell
from guardrails.red_flags import load as load_red_flags

rules = typer.Typer(no_args_is_help=True, help="The red-flag rules: read, test and try them.")


@rules.command("list")
def rules_list(data_dir: DataDir = None) -> None:
    """Every rule: level, pathway, id, reason; then the rule set in force and who signed it."""
    with application(data_dir) as app:
        for rule in app.red_flags.rules.rules:
            typer.echo(f"{rule.level}\t{rule.pathway}\t{rule.id}\t{rule.reason['en']}")
        typer.echo(f"{len(app.red_flags.rules.rules)} rules; {rulebook.status(app)}")


@rules.command("show")
def rules_show(rule_id: str, data_dir: DataDir = None) -> None:
    """One rule in full: condition, questions, examples, source."""
    with application(data_dir) as app:
        rule = app.red_flags.rules.rule(rule_id)
        if rule is None:
            tell(f"carelight: no rule is called {rule_id}; see 'carelight rules list'")
            raise typer.Exit(1)
        for line in rulebook.rule_lines(rule):
            typer.echo(line)


@rules.command("test")
def rules_test(rule_ids: Annotated[list[str] | None, typer.Argument(help="Rules to test; none for all.")] = None) -> None:
    """Hold rules to their own examples; exit code 1 where one does not do what it must."""
    with explained():
        layer = load_red_flags()
    chosen = [rule for rule in layer.rules.rules if not rule_ids or rule.id in rule_ids]
    wrong = list(rulebook.failing(layer, chosen))
    for line in wrong:
        typer.echo(line)
    typer.echo(f"{len(chosen)} rules, {len(wrong)} examples fail")
    if wrong or not chosen:
        raise typer.Exit(1)


@rules.command("try")
def rules_try(text: str, data_dir: DataDir = None) -> None:
    """What the whole screen makes of a text, and why; nothing is recorded."""
    with application(data_dir) as app:
        for line in rulebook.tried_lines(rulebook.try_text(app, text)):
            typer.echo(line)
