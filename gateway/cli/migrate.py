"""`gateway migrate`: bring the database to this version's tables."""

from __future__ import annotations

import click

from gateway.cli.session import read_settings
from gateway.store import Store


@click.command()
@click.pass_context
def migrate(ctx: click.Context) -> None:
    """Bring the database to this version's tables.

    Creates them in an empty database. Harmless when there is nothing to do,
    and when several start it at once.
    """
    Store.migrate(read_settings(ctx).database_url)
    click.echo("The database fits this version.")
