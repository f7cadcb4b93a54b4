"""`gateway snippet`: the code that puts a form on a website, ready to be pasted."""

from __future__ import annotations

import click

from gateway.cli.failure import Failure
from gateway.cli.output import console, plain
from gateway.cli.session import read_config, read_settings
from gateway.config import GatewayConfig, SourceConfig
from gateway.web import snippets
from gateway.web.snippets import Snippet, Style


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--as",
    "style",
    type=click.Choice([style.value for style in Style]),
    help="Only this way, nothing but the code.",
)
@click.pass_context
def snippet(ctx: click.Context, source: str, style: str | None) -> None:
    """Print the code that puts a form on a website.

    Without --as every way is shown, the simplest first. The address in it is
    public_url of the configuration.
    """
    config = read_config(ctx, read_settings(ctx))
    form = _form(config, source)
    if style:
        click.echo(snippets.snippet(form, config.public_url, Style(style)).code, nl=False)
        return
    for each in snippets.snippets(form, config.public_url):
        _show(each)
    for remark in snippets.remarks(form):
        console().print(f"Note: {remark}", markup=False)


def _form(config: GatewayConfig, name: str) -> SourceConfig:
    source = config.sources.get(name)
    if source is not None and source.kind == "form":
        return source
    forms = ", ".join(each.name for each in config.sources.values() if each.kind == "form")
    raise Failure(
        f"{plain(name)} is no form of this configuration.",
        next_step=f"choose one of {forms}." if forms else 'add a source with kind = "form" to it.',
    )


def _show(each: Snippet) -> None:
    out = console()
    out.print(f"\n{each.title}  (--as {each.style})", style="bold", markup=False)
    out.print(f"{each.where}\n", markup=False)
    click.echo("".join(f"    {line}".rstrip() + "\n" for line in each.code.splitlines()))
