"""`gateway demo`: everything on this machine, and what to click and to paste."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType

import click
from rich.text import Text

from gateway.cli.failure import OutOfReach
from gateway.cli.output import console
from gateway.cli.session import refuse_a_busy_port
from gateway.demo import ADMIN, DemoError, Furnished, Place, Processes, furnish

LOG_LINES = 8


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The gateway's.")
@click.option(
    "--dialer-port",
    type=click.IntRange(1, 65535),
    default=8100,
    show_default=True,
    help="The stand-in dialer's.",
)
@click.option(
    "--site-port",
    type=click.IntRange(1, 65535),
    default=8200,
    show_default=True,
    help="The website's that uses the forms.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where it keeps its database, key and logs.",
)
@click.option("--empty", is_flag=True, help="Begin without the two weeks of made-up leads.")
def demo(port: int, dialer_port: int, site_port: int, host: str, directory: Path, *, empty: bool) -> None:
    """Everything on this machine: a stand-in dialer, the gateway with its console, a website.

    Nothing has to be configured, nothing leaves this machine. Ctrl-C stops all of it; the leads stay.
    """
    refuse_a_busy_port(host, port, "--port")
    refuse_a_busy_port("127.0.0.1", dialer_port, "--dialer-port")
    refuse_a_busy_port("127.0.0.1", site_port, "--site-port")
    place = Place(
        directory=directory.resolve(),
        host=host,
        port=port,
        dialer_port=dialer_port,
        site_port=site_port,
        empty=empty,
    )
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    out = console()
    try:
        furnished = furnish(place, os.environ)
        with Processes(place, furnished.environ) as processes:
            out.print("Starting the stand-in dialer, the gateway and a website …")
            processes.start()
            _welcome(place, furnished)
            processes.watch()
    except KeyboardInterrupt:
        out.print(f"Stopped. The leads are kept in {directory}.")
    except DemoError as error:
        raise OutOfReach(
            f"{error}.", lines=_end_of(error.log), next_step=f"read {error.log}." if error.log else ""
        ) from error


def _as_ctrl_c(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end_of(log: Path | None) -> tuple[str, ...]:
    if log is None or not log.exists():
        return ()
    return tuple(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:])


def _welcome(place: Place, furnished: Furnished) -> None:
    out = console()
    out.print(Text("\nReady. Nothing here leaves this machine.\n", style="bold green"))
    out.print(Text.assemble("  the console        ", (f"{place.url}/console/", "cyan")))
    out.print(f"    name               {ADMIN}", markup=False)
    out.print(f"    password           {furnished.admin_password}\n", markup=False)
    for what, url in (
        ("a website", f"{place.site_url}/"),
        ("our own form", f"{place.url}/forms/website"),
        ("code to copy", f"{place.url}/forms/website/install"),
        ("the dialer's side", f"{place.dialer_url}/"),
        ("health, numbers", f"{place.url}/readyz  {place.url}/metrics"),
    ):
        out.print(Text.assemble(f"  {what:<18} ", (url, "cyan")))
    out.print(Text("\nA partner sends a lead; paste this:\n", style="bold"))
    out.print(_partner_curl(place, furnished), markup=False)
    out.print(Text("\nA portal sends one:\n", style="bold"))
    out.print(_portal_curl(place, furnished), markup=False)
    out.print(Text("\nThen look at what became of them, from another terminal:\n", style="bold"))
    out.print(f"  GATEWAY_DATABASE_URL={place.database_url} \\\n    {_program()} leads list", markup=False)
    out.print(
        f"\nKeeps its leads, key, password and logs in {place.directory}. Ctrl-C stops everything.",
        markup=False,
    )


def _program() -> str:
    """How to call this program from here: by its name where the shell finds it, else by its path."""
    if shutil.which("gateway"):
        return "gateway"
    program = Path(sys.executable).with_name("gateway")
    return os.path.relpath(program) if program.exists() else f"{sys.executable} -m gateway"


def _partner_curl(place: Place, furnished: Furnished) -> str:
    return (
        f"  curl -s {place.url}/v1/leads -H 'Content-Type: application/json' \\\n"
        f"    -H 'Authorization: Bearer {furnished.api_key}' \\\n"
        """    -d '{"customer_name": "Asha Verma", "mobile_no": "+91 98765 43210"}'"""
    )


def _portal_curl(place: Place, furnished: Furnished) -> str:
    return (
        f"  curl -s {place.url}/webhooks/portal -H 'Content-Type: application/json' \\\n"
        f"    -H 'X-Gateway-Token: {furnished.portal_token}' \\\n"
        """    -d '{"contact": {"first": "Ravi", "last": "Rao", "phone": "098765 43211"}}'"""
    )
