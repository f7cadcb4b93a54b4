"""What WordPress form plugins post alike: fields under names an administrator chose, an entry's id, a form's name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import squeeze
from gateway.sources.base import Inbound
from gateway.sources.mapping import NotScalar, as_text
from gateway.sources.php_body import read_records
from gateway.sources.questionnaire import Answer, Filled, submission_of, unreadable_row

Record = Mapping[str, Any]

# How administrators call what the plugins offer as "Entry ID" and "Form Name"; squeezed. A bare `id` is not among
# them: as the constant of a hidden field it would make one lead of all.
_ENTRY_IDS = ("entryid", "submissionid", "seqnum")
_FORM_NAMES = ("formname", "formtitle")


def submissions(
    source: SourceConfig, inbound: Inbound, filled: Callable[[Record], Filled]
) -> list[Submission]:
    """Every lead in the body; a row that is no object is kept alone."""
    return [
        submission_of(source, filled(record)) if isinstance(record, dict) else unreadable_row(record)
        for record in read_records(inbound)
    ]


def filled_by_names(record: Record) -> Filled:
    """An entry whose names the administrator chose, such as `mobile`, `entry_id` and `page_url`."""
    return Filled(
        payload=record,
        answers=list(answers_of(record)),
        key=entry_id(record),
        form_name=form_name(record),
    )


def answers_of(record: Record, outer: str = "") -> Iterator[Answer]:
    """Each value by its own name, also inside a part such as `names` or `address`."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from answers_of(value, f"{outer}{name}.")
        elif squeeze(name) not in _FORM_NAMES:
            yield Answer(label=name, name=f"{outer}{name}" if outer else "", value=value)


def entry_id(record: Record) -> str:
    return _first(record, _ENTRY_IDS)


def form_name(record: Record) -> str:
    return _first(record, _FORM_NAMES)


def text_of(value: Any) -> str:
    """A scalar as text; empty for everything else."""
    try:
        return as_text(value) or ""
    except NotScalar:
        return ""


def _first(record: Record, names: tuple[str, ...]) -> str:
    by_name = {squeeze(name): value for name, value in record.items()}
    return next((text for name in names if (text := text_of(by_name.get(name)))), "")
