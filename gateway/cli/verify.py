"""`gateway verify`: the proof that every lead is accounted for."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click
from rich.text import Text

from gateway.cli.failure import Exit
from gateway.cli.output import as_json, console, count, print_json
from gateway.cli.session import opened_store, read_settings


@click.command()
@as_json
@click.pass_context
def verify(ctx: click.Context, *, as_json: bool) -> None:
    """Prove that every lead is accounted for.

    Per source and day, what was received equals what stands in the states of a
    lead's life. Ends with 1 when it does not.
    """
    with opened_store(read_settings(ctx)) as store:
        findings = store.verify()
    if as_json:
        print_json({"ok": not findings, "findings": [asdict(finding) for finding in findings]})
    elif not findings:
        click.echo("Every lead is accounted for.")
    else:
        out = console()
        for finding in findings:
            cases = f" ({count(finding.count, 'case')}): {finding.message}"
            out.print(Text(finding.code, style="bold red") + Text(cases))
            if finding.examples:
                out.print(f"  for example {', '.join(finding.examples[:5])}")
            out.print(f"  → {finding.next_step}")
    sys.exit(Exit.PROBLEM if findings else Exit.DONE)
