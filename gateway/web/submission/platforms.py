"""How a platform that sends in its own words is pointed at a source: its address, and what to set there."""

from __future__ import annotations

from gateway.config import SourceConfig
from gateway.config.kinds import KINDS, OPTIONS, Access, Option
from gateway.sources.registry import SOURCES
from gateway.web.prose import Block, Items, Section, Text


def section(source: SourceConfig, url: str) -> Section:
    """The steps for whoever has the platform's settings open."""
    items = [f"In {source.kind}, set the address of its webhook to `{url}`.", _secret(source)]
    if any(option.name == "verify_token" for option in OPTIONS.get(source.kind, ())):
        items.append("Give it the verify token the operator has configured; it asks for it once.")
    items.append(
        "Send the platform's own test lead. It is kept, and never dialed where the platform marks it as one."
    )
    items.append(f"The operator sees it with `gateway leads list --source {source.name}`, or in the console.")
    blocks: list[Block] = [Items(entries=tuple(items), numbered=True)]
    kind = SOURCES[source.kind]
    if kind.pull is not None and any(
        option.pulls and source.options.get(option.name) for option in _options(source)
    ):
        blocks.append(Text(text="The platform is also asked for leads that its webhook may have lost."))
    blocks.append(
        Text(
            text=f"Every step, its fields and its codes: `docs/sources/{source.kind}.md` of the gateway. "
            f"`gateway send {source.name} --sample` posts what the platform would send."
        )
    )
    return Section(id="first-steps", title="Connect the platform", blocks=tuple(blocks))


def _options(source: SourceConfig) -> tuple[Option, ...]:
    return OPTIONS.get(source.kind, ())


def _secret(source: SourceConfig) -> str:
    if KINDS[source.kind] is Access.PLATFORM:
        return "Its secret or signing key goes to the operator, who puts it into the gateway's environment."
    match source.auth.method:
        case "token":
            return "Add `?token=…` with the token the operator gives you, or send it as `X-Gateway-Token`."
        case "basic":
            return "Set the name and password the operator gives you."
        case "ip":
            return "Nothing else: the platform is known by its addresses."
        case "none":
            return "Nothing else: whoever knows the address may send, so keep it to yourself."
        case _:
            return "Set the secret the operator gives you; each delivery is signed with it."
