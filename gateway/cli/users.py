"""`gateway users`: who may sign in to the console; also the way back in when nobody can."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click

from gateway.accounts import Role, passwords, people
from gateway.accounts.names import RULE, clean_name
from gateway.accounts.people import By, NewPassword
from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, iso_time, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.store import Store
from gateway.store.audit import COMMAND_LINE
from gateway.store.users import Account, LastAdmin

BY = By(actor=COMMAND_LINE)
ROLES = click.Choice([role.value for role in Role])
_ONCE = (
    "This is the only time it is shown. It is good for {hours:.0f} hours and replaced at the first sign-in."
)
# Of everything else the list shows nothing: hashes, sealed secrets, who somebody is elsewhere.
_LISTED = ("id", "name", "role", "created_at", "changed_at", "seen_at", "disabled_at", "one_time_until")


@click.group()
def users() -> None:
    """See who may use the console, let people in, and out."""


@users.command()
@click.argument("name")
@click.option(
    "--role", type=ROLES, default=Role.VIEWER.value, show_default=True, help="What the person may do."
)
@as_json
@click.pass_context
def create(ctx: click.Context, name: str, role: str, *, as_json: bool) -> None:
    """Let NAME sign in, with a password that is shown once."""
    clean = clean_name(name)
    if not clean:
        raise click.BadParameter(f"has {RULE}", param_hint="NAME")
    with opened_store(read_settings(ctx)) as store:
        made = people.create(store, clean, Role(role), BY, now=time.time())
    if made is None:
        raise Failure(
            f"there is a person {clean} already.",
            next_step=f"choose another name, or give a new password with `gateway users password {clean}`.",
        )
    _show(made, as_json=as_json)


@users.command("list")
@as_json
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Everybody, without what lets them in."""
    with opened_store(read_settings(ctx)) as store:
        found = store.console.users.everybody()
    if as_json:
        print_json([_listed(account) for account in found])
        return
    if not found:
        click.echo("Nobody can sign in yet: begin with `gateway users create NAME --role admin`.")
        return
    columns = ("name", "role", "state", "signs in with", "last seen (UTC)", "id")
    console().print(table(columns, [_row(account) for account in found]))


@users.command()
@click.argument("name")
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Keep NAME out, and sign them out everywhere."""
    with _changing(ctx, name) as (store, account):
        people.disable(store, account, BY, now=time.time())
    click.echo(f"{account.name} cannot sign in any more, and is signed out.")


@users.command()
@click.argument("name")
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Let NAME in again, with the password and role of before."""
    with _changing(ctx, name) as (store, account):
        people.enable(store, account, BY, now=time.time())
    click.echo(f"{account.name} can sign in again.")


@users.command()
@click.argument("name")
@click.option("--remove-second-factor", is_flag=True, help="For a lost telephone.")
@as_json
@click.pass_context
def password(ctx: click.Context, name: str, *, remove_second_factor: bool, as_json: bool) -> None:
    """Give NAME a new password, shown once; the old one ends now."""
    with _changing(ctx, name) as (store, account):
        if account.subject is not None:
            raise Failure(
                f"{account.name} signs in elsewhere and has no password here.",
                next_step="give a new one at the company's own sign-in.",
            )
        made = people.reset_password(store, account, BY, now=time.time())
        if remove_second_factor:
            people.remove_second_factor(store, account, BY, now=time.time())
    _show(made, as_json=as_json)


@users.command()
@click.argument("name")
@click.argument("role", type=ROLES)
@click.pass_context
def role(ctx: click.Context, name: str, role: str) -> None:
    """Make NAME a viewer, an operator or an admin."""
    with _changing(ctx, name) as (store, account):
        people.give_role(store, account, Role(role), BY, now=time.time())
    click.echo(
        f"{account.name} is {'a' if role == Role.VIEWER else 'an'} {role} now, and has to sign in again."
    )


@users.command()
@click.argument("name")
@click.option("--revoke", is_flag=True, help="End all of them now.")
@as_json
@click.pass_context
def sessions(ctx: click.Context, name: str, *, revoke: bool, as_json: bool) -> None:
    """Where NAME is signed in."""
    with _changing(ctx, name) as (store, account):
        if revoke:
            ended = people.end_sessions(store, account, BY, now=time.time())
            click.echo(f"{account.name} is signed out everywhere: {count(ended, 'session')} ended.")
            return
        idle = read_config(ctx, read_settings(ctx)).console.idle
        found = store.console.sessions.of(account.id, now=time.time(), idle=idle)
    if as_json:
        facts = ("created_at", "seen_at", "expires_at", "address", "user_agent")
        print_json([{name: value for name, value in asdict(each).items() if name in facts} for each in found])
        return
    if not found:
        click.echo(f"{account.name} is not signed in anywhere.")
        return
    columns = ("signed in (UTC)", "last used (UTC)", "ends (UTC)", "from")
    rows = [
        (*(clock_time(at) for at in (each.created_at, each.seen_at, each.expires_at)), plain(each.address))
        for each in found
    ]
    console().print(table(columns, rows))


@contextmanager
def _changing(ctx: click.Context, name: str) -> Iterator[tuple[Store, Account]]:
    """The store and the person; says so when there is none, or when nobody would be left."""
    with opened_store(read_settings(ctx)) as store:
        account = store.console.users.named(clean_name(name))
        if account is None:
            raise Failure(
                f"there is no person {plain(name)}.", next_step="look the name up with `gateway users list`."
            )
        try:
            yield store, account
        except LastAdmin:
            raise Failure(
                f"{account.name} is the last admin who can sign in.",
                next_step="make somebody else one first: `gateway users role NAME admin`.",
            ) from None


def _show(made: NewPassword, *, as_json: bool) -> None:
    if as_json:
        print_json({"name": made.account.name, "role": made.account.role, "password": made.password})
        return
    click.echo(made.password)
    click.echo(_ONCE.format(hours=passwords.ONE_TIME_LASTS / 3600), err=True)


def _listed(account: Account) -> dict[str, object]:
    facts: dict[str, object] = {name: getattr(account, name) for name in _LISTED}
    for name in ("created_at", "changed_at", "seen_at", "disabled_at", "one_time_until"):
        facts[name] = iso_time(getattr(account, name))
    return facts | {
        "second_factor": account.totp_secret is not None,
        "elsewhere": account.subject is not None,
    }


def _row(account: Account) -> tuple[str, ...]:
    how = "elsewhere" if account.subject else "one-time password" if account.one_time_until else "password"
    return (
        account.name,
        account.role,
        "disabled" if account.disabled_at else "may sign in",
        f"{how} + second factor" if account.totp_secret else how,
        clock_time(account.seen_at) if account.seen_at else "never",
        account.id,
    )
