"""USE CASE: somebody corrects the values of a lead and sends it, judged by the rules of every enquiry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from gateway.config import GatewayConfig, SourceConfig
from gateway.leads.field_names import DIALER_FIELDS
from gateway.leads.lead import Lead, Problem, State, Submission
from gateway.leads.make import make_lead
from gateway.leads.reading import read_liberally
from gateway.leads.schema import scalar_text
from gateway.operating.decisions import Decisions, Result, What
from gateway.store.editing import EDITABLE, Edit
from gateway.store.records import Story

# In the order of the form. The reference stays: the dialer may know the lead by it already.
FIELDS = (
    "MobileNo",
    "CustomerName",
    "EnquiryType",
    "EnquirySource",
    "LeadSource",
    "LeadSubSource",
    "LeadfromURL",
    "WebEnquiryNumber",
    "CreateEnquiryID",
    "CustomField1",
    "CustomField2",
)
BY_THE_RULES = ""  # the choice of a list that leaves it to the source's routes
_GUESSED = "channel"  # worked out anew each time a lead is made
_FOREIGN = "phone.foreign"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What can be changed of a lead, and what stands there now."""

    values: Mapping[str, str]
    fixed: Mapping[str, str]  # the source's constants: gateway.toml decides these
    lists: tuple[str, ...]  # the dialer's lists that gateway.toml knows
    list_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edited:
    """What came of an edit: problems by field, none of which was sent, or a result."""

    problems: tuple[Problem, ...] = ()
    result: Result | None = None
    changed: tuple[str, ...] = field(default=())


def draft_of(story: Story, config: GatewayConfig) -> Draft | None:
    """The lead as a form shows it; None when it cannot be changed any more, or its source is gone."""
    source = config.sources.get(story.lead.source)
    if source is None or story.lead.state not in EDITABLE:
        return None
    fixed = _fixed(source)
    values = {name: value for name, value in _values(story).items() if name not in fixed}
    return Draft(
        values={name: values.get(name, "") for name in FIELDS if name not in fixed},
        fixed={name: fixed[name] for name in FIELDS if name in fixed},
        lists=_lists(config, story),
        list_id=story.lead.list_id or "",
    )


def send_edited(
    decisions: Decisions, story: Story, values: Mapping[str, str], *, list_id: str, seen: State
) -> Edited:
    """Send the lead with these values; whatever is no field of the form is not looked at."""
    source = decisions.config.sources.get(story.lead.source)
    if source is None:
        return Edited(result=Result(what=What.MOVED_ON, lead=story.lead))
    made = _judged(decisions.config, source, story, values, list_id)
    if not isinstance(made, Lead):
        return Edited(problems=made)
    changes = _changes(story.fields, made.fields)
    if not changes and story.lead.dialer == made.dialer:
        return Edited(problems=(_problem("", "edit.nothing"),))
    deed = decisions.who.did("lead.edited", story.lead.id, fields=", ".join(changes))
    edit = Edit(lead=made, changes=changes)
    done = decisions.store.console.editing.resend(edit, deed, seen=seen, now=decisions.now())
    if done is None:
        return Edited(problems=(_problem("MobileNo", "edit.suppressed"),))
    what = What.EDITED if done else What.MOVED_ON
    result = Result(what=what, lead=decisions.store.status(story.lead.id))
    return Edited(result=result, changed=tuple(changes))


_PROBLEMS = {
    "edit.nothing": "Nothing was changed. To send it as it is, go back and use the button for that.",
    "edit.suppressed": "This number is on the do-not-call list. Take it off there first, if it may be called.",
    "edit.list": "This list is not in gateway.toml. Choose one of those that are.",
}


def _problem(name: str, code: str) -> Problem:
    return Problem(field=name, code=code, message=_PROBLEMS[code])


def _judged(
    config: GatewayConfig, source: SourceConfig, story: Story, values: Mapping[str, str], list_id: str
) -> Lead | tuple[Problem, ...]:
    fixed = _fixed(source)
    fields = {name: values.get(name, "") for name in FIELDS if name not in fixed}
    if "prospects_id" in story.fields:
        fields["prospects_id"] = story.fields["prospects_id"]
    extra = {name: value for name, value in story.extra.items() if name != _GUESSED}
    submission = Submission(fields=fields, extra=extra)
    made = make_lead(submission, source, config, lead_id=story.lead.id, strict=True)
    wrong_list = list_id != BY_THE_RULES and list_id not in _lists(config, story)
    if wrong_list:
        return (*(() if isinstance(made, Lead) else made), _problem("list_id", "edit.list"))
    if not isinstance(made, Lead) or list_id == BY_THE_RULES:
        return made
    fields = {**made.fields, "list_id": list_id}
    return replace(made, list_id=list_id, dialer=story.lead.dialer or made.dialer, fields=fields)


def _fixed(source: SourceConfig) -> dict[str, str]:
    return {name: value for name, value in source.constants.items() if name not in source.trust}


def _values(story: Story) -> dict[str, str]:
    """The lead's fields; of a lead that could not be made, what its sender wrote."""
    if not story.fields:
        sent = read_liberally(story.extra).sent
        return {name: _text(sent[name].value) for name in FIELDS if name in sent}
    values = {name: story.fields.get(name, "") for name in FIELDS}
    foreign = any(note.code == _FOREIGN for note in story.lead.warnings)
    values["MobileNo"] = f"+{story.phone}" if foreign else story.phone
    return values


def _text(value: object) -> str:
    try:
        return scalar_text(value)
    except ValueError:
        return ""


def _lists(config: GatewayConfig, story: Story) -> tuple[str, ...]:
    """Every list of this dialer that gateway.toml names, and the lead's own."""
    dialer = story.lead.dialer
    found = {story.lead.list_id or ""}
    for source in config.sources.values():
        if source.dialer == dialer:
            found.update((source.list_id, *source.lists))
        for route in source.routes:
            if (route.dialer or source.dialer) == dialer:
                found.add(route.list_id or source.list_id)
    return tuple(sorted(filter(None, found)))


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    names = (name for name in DIALER_FIELDS if old.get(name, "") != new.get(name, ""))
    return {name: (old.get(name, ""), new.get(name, "")) for name in names}
