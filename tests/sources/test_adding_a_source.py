"""The handbook's way to add a source works as it is written: its file, its two lines, its configuration."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from gateway.config import Auth, SourceConfig
from gateway.config.kinds import KINDS, Access
from gateway.leads.lead import Lead
from gateway.sources.base import Door, Inbound, Kind, NotAuthentic
from gateway.sources.registry import SOURCES
from tests.sources.contract import made

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adding-a-source.md").read_text()
SECRET = "gharfinder-secret-0123456789"


def block(number: int, language: str = "python") -> str:
    found = re.findall(rf"^ +```{language}\n(.*?)^ +```", PAGE, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found[number])


@pytest.fixture(scope="module")
def module() -> ModuleType:
    """The file of step 2."""
    written = ModuleType("gateway.sources.gharfinder")
    exec(compile(block(0), "docs/adding-a-source.md", "exec"), written.__dict__)
    return written


@pytest.fixture(scope="module")
def kind(module: ModuleType) -> Kind:
    """The line of step 3."""
    entry: dict[str, Any] = eval(f"{{{block(1)}}}", {"Kind": Kind, "Door": Door, "gharfinder": module})
    assert set(entry) == {"gharfinder"}
    found: Kind = entry["gharfinder"]
    return found


@pytest.fixture
def source() -> SourceConfig:
    return SourceConfig(
        name="gharfinder",
        kind="gharfinder",
        dialer="main",
        list_id="25062018",
        auth=Auth(method="platform", secrets=(SECRET,)),
    )


def sample(kind: Kind, source: SourceConfig) -> Inbound:
    assert kind.sample is not None
    return kind.sample(source, 7)


def test_the_steps_are_numbered_and_name_places_that_exist() -> None:
    steps = [int(number) for number in re.findall(r"^(\d+)\. \*\*", PAGE, re.MULTILINE)]
    assert steps == list(range(1, len(steps) + 1))

    for path in re.findall(r"`((?:gateway|tests|docs)/[\w/.*]+)`", PAGE):
        assert "gharfinder" in path or list(ROOT.glob(path)), path
    assert "gharfinder" not in SOURCES


def test_its_sample_becomes_a_lead(kind: Kind, source: SourceConfig) -> None:
    inbound = sample(kind, source)
    kind.verify(source, inbound)
    (submission,) = kind.parse(source, inbound)
    lead = made(source, submission)

    assert isinstance(lead, Lead)
    assert lead.fields["MobileNo"] == "9876500007"
    assert lead.fields["CustomerName"] == "Asha Verma"
    assert (lead.fields["LeadSource"], lead.fields["LeadSubSource"]) == ("Gharfinder", "Green Acres, Pune")
    assert lead.fields["WebEnquiryNumber"] == submission.key == "sample-7"
    assert submission.extra["sent_at"] == "2026-10-06T18:00:00+05:30"


def test_one_byte_more_is_not_its_delivery(kind: Kind, source: SourceConfig) -> None:
    inbound = sample(kind, source)

    with pytest.raises(NotAuthentic):
        kind.verify(source, replace(inbound, body=inbound.body + b" "))
    with pytest.raises(NotAuthentic):
        kind.verify(replace(source, auth=Auth(method="platform", secrets=("another",))), inbound)


def test_an_odd_row_spoils_no_other(kind: Kind, source: SourceConfig) -> None:
    inbound = sample(kind, source)
    rows = [*orjson.loads(inbound.body), "no enquiry at all"]
    good, odd = kind.parse(source, replace(inbound, body=orjson.dumps(rows)))

    assert isinstance(made(source, good), Lead)
    assert odd.extra == {"row": "no enquiry at all"}


def test_its_line_of_access_is_one_of_the_known_ways() -> None:
    found = eval(f"{{{block(2)}}}", {"Access": Access})
    assert found == {"gharfinder": Access.PLATFORM}
    assert Access.PLATFORM in KINDS.values()


def test_five_lines_switch_it_on() -> None:
    assert len(block(0, "toml").strip().splitlines()) == 5
