"""The try-it box: what would become of a pasted enquiry, through the mapping of the file or one that is only tried."""

from __future__ import annotations

import re
from dataclasses import replace

from flask import Response, request

from gateway.accounts import Role
from gateway.config import SourceConfig
from gateway.config.as_toml import line
from gateway.config.mapping_table import mapping_lines, with_mapping
from gateway.config.problems import ConfigProblem
from gateway.leads.lead import Problem
from gateway.operating import mapping_advice
from gateway.operating.mapping_advice import Advice
from gateway.operating.pasted import MOST_BYTES, inbound_of_text, text_of_enquiry
from gateway.operating.trial import Trial, try_reading
from gateway.sources.base import Unreadable
from gateway.store.audit import Deed
from gateway.web.console.page import see_other
from gateway.web.console.rights import needs, person, takes_bytes
from gateway.web.console.said import say
from gateway.web.console.source_frame import configured, source_page
from gateway.web.console.sources import blueprint, lines_of_advice
from gateway.web.context import client_address, services

MOST_LINES = 16 * 1024  # characters of a mapping
# Three bytes for each in a form, in the worst case, and the mapping beside it.
MOST_SENT = 4 * MOST_BYTES
_LINE = re.compile(r"(\w{1,64}) = .{1,500}", re.ASCII)


@blueprint.get("/<source_name>/try")
@needs(Role.OPERATOR)
def try_it(source_name: str) -> Response:
    """The empty box; `field` names one whose suggested line shall be tried."""
    source = configured(source_name)
    known = services().store.shapes.fields(source.name).get(request.args.get("field", ""))
    mapping, _ = _with_lines(source, mapping_lines(source), lines_of_advice(known) if known else "")
    return _page(source, mapping=mapping)


@blueprint.post("/<source_name>/try")
@needs(Role.OPERATOR)
@takes_bytes(MOST_SENT)
def try_reading_it(source_name: str) -> Response:
    """Read it; nothing is stored and nothing is sent."""
    source = configured(source_name)
    lead_id = request.form.get("lead", "")
    if request.form.get("fill"):
        return _with_the_last_quarantined(source)
    payload = request.form.get("payload", "")
    asked = request.form.get("mapping", "")[: MOST_LINES + 1]
    mapping, problems = _with_lines(source, asked or mapping_lines(source), request.form.get("add", ""))
    if problems:
        return _page(source, payload=payload, mapping=mapping, lead_id=lead_id, problems=problems)
    tried = with_mapping(source, mapping)
    if not isinstance(tried, SourceConfig):
        return _page(source, payload=payload, mapping=mapping, lead_id=lead_id, problems=tried)
    now = services().clock.now()
    try:
        inbound = inbound_of_text(payload, tried, now=now)
    except Unreadable as error:
        problem = Problem(field="", code=error.code, message=error.message)
        return _page(source, payload=payload, mapping=mapping, lead_id=lead_id, trial=Trial(problem=problem))
    trial = try_reading(services().store, services().config, tried, inbound, now=now)
    advice: tuple[Advice, ...] = ()
    if trial.leads:
        advice = mapping_advice.advise(services().config, tried, inbound, trial.leads[0])
    return _page(
        source,
        payload=payload,
        mapping=mapping,
        lead_id=lead_id,
        trial=trial,
        advice=advice,
        lines=mapping_lines(tried) if _is_another(source, tried) else "",
    )


def _with_the_last_quarantined(source: SourceConfig) -> Response:
    """The newest enquiry that waits for a person, in the box: whoever does this sees its number, so it is noted."""
    store, now = services().store, services().clock.now()
    lead_id = store.console.sources.last_quarantined(source.name)
    story = store.story(lead_id) if lead_id else None
    if story is None or story.enquiry is None:
        answer = see_other(f"/console/sources/{source.name}/try")
        return say(answer, "Nothing of this source is in quarantine.", "quiet")
    deed = Deed(
        actor=person().name,
        action="lead.revealed",
        subject="lead",
        subject_id=story.lead.id,
        detail={"where": "try-it box"},
        address=client_address(),
    )
    store.console.audit.add(deed, now=now)
    mapping = request.form.get("mapping", "")[:MOST_LINES] or mapping_lines(source)
    return _page(source, payload=text_of_enquiry(story.enquiry), mapping=mapping, lead_id=story.lead.id)


def _with_lines(source: SourceConfig, mapping: str, added: str) -> tuple[str, tuple[ConfigProblem, ...]]:
    """The lines of a mapping with those that were suggested; they replace what reads the same field."""
    if len(mapping) > MOST_LINES:
        message = f"are more than {MOST_LINES // 1024} KB: try the part that matters"
        return "", (ConfigProblem(key="the lines", message=message),)
    if not added:
        return mapping, ()
    base = with_mapping(source, mapping)
    lines = "\n".join(each for each in added.splitlines() if _LINE.fullmatch(each))
    more = with_mapping(replace(source, fields={}), lines)
    if not isinstance(base, SourceConfig):
        return mapping, base
    if not isinstance(more, SourceConfig):
        return mapping, more
    return mapping_lines(replace(base, fields={**base.fields, **more.fields})), ()


def _is_another(source: SourceConfig, tried: SourceConfig) -> bool:
    return (source.fields, source.records, source.key) != (tried.fields, tried.records, tried.key)


def _page(
    source: SourceConfig,
    *,
    payload: str = "",
    mapping: str = "",
    lead_id: str = "",
    problems: tuple[ConfigProblem, ...] = (),
    trial: Trial | None = None,
    advice: tuple[Advice, ...] = (),
    lines: str = "",
) -> Response:
    waiting = services().store.console.sources.in_quarantine().get(source.name, 0)
    return source_page(
        "try.html",
        source,
        status=422 if problems else 200,
        payload=payload,
        mapping=mapping,
        mapping_problems=problems,
        trial=trial,
        advice=advice,
        lines=lines,
        lead_id=lead_id,
        waiting=waiting,
        as_line=line,
    )
