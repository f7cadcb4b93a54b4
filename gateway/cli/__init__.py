"""The command line: each command stands in its own file and is loaded when it is asked for."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

import click

from gateway.cli.failure import explained
from gateway.settings import program_version

# Name → module and its one line of help; in the order a newcomer meets them.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": (
            "demo",
            "Everything on this machine: a stand-in dialer, the gateway with its console, a website.",
        ),
        "serve": ("serve", "Take leads over HTTP and deliver them."),
        "worker": ("worker", "Deliver leads without taking any in."),
        "emulator": ("emulator", "Run the stand-in dialer."),
        "check": ("check", "Say what is wrong: settings, configuration, database, dialer."),
        "send": ("send", "Send a lead through the running gateway and show each step."),
        "pull": ("pull", "Ask a platform for the leads its push may have lost."),
        "snippet": ("snippet", "Print the code that puts a form on a website."),
        "docs": ("docs", "Print what the sender of a source must know."),
        "leads": ("leads", "Look at leads, and decide what happens to them."),
        "sources": ("sources", "See who brings leads, who has fallen silent, and which fields changed."),
        "callbacks": ("callbacks", "See what sources were told about their leads, and tell it again."),
        "import": ("importing", "Make leads of the rows of a CSV file."),
        "export": ("exporting", "Write leads out, for a spreadsheet or a program."),
        "keys": ("keys", "Make, list and revoke API keys."),
        "users": ("users", "See who may use the console, let people in, and out."),
        "holds": ("holds", "See what holds leads back, and let them go."),
        "dialers": ("dialers", "See how the lines to the dialers stand; pause one, resume it."),
        "alerts": ("alerts", "See what is wrong, and try whether people can be told."),
        "suppressions": (
            "suppressions",
            "See, add and take off the numbers that are never sent to a dialer.",
        ),
        "verify": ("verify", "Prove that every lead is accounted for."),
        "migrate": ("migrate", "Bring the database to this version's tables."),
    }
)


class Commands(click.Group):
    """Loads a command when it is used, and turns expected errors into a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"gateway.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:
            failure = explained(error)
            if failure is None:
                raise
            raise failure from error


@click.command(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(program_version(), prog_name="gateway", message="%(prog)s %(version)s")
@click.option("--config", metavar="FILE", help="The configuration file, instead of GATEWAY_CONFIG.")
@click.pass_context
def group(ctx: click.Context, config: str | None) -> None:
    """Takes every enquiry, keeps it safely, puts it into the dialer.

    Settings come from the environment (docs/settings.md), what the gateway does from gateway.toml.

    Exit codes: 0 done, 1 a problem was found, 2 wrong usage, 3 something needed cannot be reached.
    """
    ctx.obj = {"GATEWAY_CONFIG": config} if config else {}


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point; ends the process with an exit code that means something."""
    group.main(args=None if arguments is None else list(arguments), prog_name="gateway")
