"""Names the platform as a lead's source where nothing tells where its visitor came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.config import SourceConfig
from gateway.leads.attribution import says_something
from gateway.leads.field_names import REFERRER, place_of, tracking_name
from gateway.leads.landing_url import clean_url
from gateway.leads.lead import Submission
from gateway.leads.vocabulary import CLICK_IDS, squeeze

_TELLING = frozenset({"utm_source", "utm_medium", "mtm_source", "pk_source", *CLICK_IDS})


def named_after(source: SourceConfig, submission: Submission, platform: str) -> Submission:
    """`submission` with `platform` as its LeadSource, unless it or the configuration knows better."""
    if not platform or "LeadSource" in source.constants or is_attributed(submission):
        return submission
    return replace(submission, fields={**submission.fields, "LeadSource": platform})


def is_attributed(submission: Submission) -> bool:
    """Whether a field, a tracking parameter, a click id or a referrer tells where the visitor came from."""
    if submission.referrer:
        return True
    for name, value in submission.fields.items():
        place = place_of(name)
        if place is not None and place.field in ("LeadSource", REFERRER) and value:
            return True
    return any(name in _TELLING and says_something(value) for name, value in _tracking(submission))


def _tracking(submission: Submission) -> Iterator[tuple[str, str]]:
    addresses = [submission.page_url]
    for name, value in submission.fields.items():
        if tracked := tracking_name(name, squeeze(name)):
            yield tracked, str(value)
        elif (place := place_of(name)) is not None and place.field == "LeadfromURL":
            addresses.append(str(value))
    for address in addresses:
        yield from clean_url(address).parameters.items()
