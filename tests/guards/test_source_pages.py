"""Every kind of webhook has its page, whose lines of configuration work as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.config import SourceConfig, parse_config
from gateway.config.kinds import KINDS, OPTIONS, Access
from gateway.leads.lead import Lead
from gateway.sources.base import Door
from gateway.sources.registry import SOURCES
from tests.sources.contract import FETCHED, made, read, sample_of

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "sources"
WEBHOOKS = sorted(name for name, kind in SOURCES.items() if kind.door is Door.WEBHOOK)
DIALER = '[dialers.main]\nurl = "http://dialer.example/"\n\n'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # good wherever a secret is wanted
KEY = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"
HOW_TO_SEE_A_LEAD = ("gateway send ", "--sample", "gateway leads list", "/webhooks/")
CONFIGURATION = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def page_of(kind: str) -> str:
    path = PAGES / f"{kind}.md"
    assert path.exists(), f"write docs/sources/{kind}.md"
    return path.read_text()


def sources_of(block: str) -> list[SourceConfig]:
    """The sources in one block of a page; its secrets are in an environment of their own."""
    environ = {name: KEY if "PUBLIC_KEY" in name else SECRET for name in re.findall(r"env:(\w+)", block)}
    return list(parse_config(DIALER + block, environ).sources.values())


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_a_kind_has_a_page_with_all_that_must_be_known(kind: str) -> None:
    page = page_of(kind)

    assert page.startswith("# ")
    assert [words for words in HOW_TO_SEE_A_LEAD if words not in page] == []
    assert [option.name for option in OPTIONS.get(kind, ()) if f"`{option.name}`" not in page] == []


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_the_configuration_of_a_page_works_as_it_stands(kind: str) -> None:
    blocks = [block for block in CONFIGURATION.findall(page_of(kind)) if f'kind = "{kind}"' in block]
    assert blocks, f'show the lines with kind = "{kind}" in a ```toml block'

    for block in blocks:
        assert all(source.kind == kind for source in sources_of(block))
    (first, *_) = sources_of(blocks[0])
    assert len(blocks[0].strip().splitlines()) <= 8, "a source is switched on by a few lines"
    assert KINDS[kind] is Access.API_KEY or first.auth.method != "none", "the first example proves its sender"


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_the_first_lines_of_a_page_let_the_platform_in_and_make_a_lead(kind: str) -> None:
    block = next(block for block in CONFIGURATION.findall(page_of(kind)) if f'kind = "{kind}"' in block)
    (source, *_) = sources_of(block)
    inbound = sample_of(source)

    if any(source.auth.secrets):  # a source that is only pulled lets nobody in
        SOURCES[kind].verify(source, inbound)
    leads = [made(source, each) for each in read(source, inbound)]

    assert leads
    assert kind in FETCHED or all(isinstance(lead, Lead) for lead in leads)


def test_no_page_is_about_a_kind_that_does_not_exist() -> None:
    assert {path.stem for path in PAGES.glob("*.md")} - {"README"} <= set(WEBHOOKS)


@pytest.mark.parametrize("kind", WEBHOOKS)
def test_the_list_of_pages_has_every_kind(kind: str) -> None:
    assert f"]({kind}.md)" in (PAGES / "README.md").read_text()
