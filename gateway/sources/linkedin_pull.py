"""LinkedIn lead gen forms, asked for account by account: the leads that no webhook has told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gateway.config import SourceConfig
from gateway.sources import pull
from gateway.sources.ad_form import text_of
from gateway.sources.fetch import FetchTrouble
from gateway.sources.linkedin import question, response_object

LEADS_OF_A_PAGE = 100
RESTING = pull.HOUR  # a day's questions are used up, and LinkedIn does not say until when
# What an account can have leads of; an ad account has one kind, a page three.
_LEAD_TYPES = {
    "sponsoredAccount": ("SPONSORED",),
    "organization": ("COMPANY", "EVENT", "ORGANIZATION_PRODUCT"),
}
NO_RIGHT = (
    "LinkedIn does not let us list the leads of this owner. Look at owner, and give the token's member a role on the ad"
    " account and on the page of its forms."
)
OLD_VERSION = (
    "LinkedIn no longer serves the version we ask for. Set a newer api_version, and restart or reload."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Which of the owners' lists we are at, and from where on."""

    list_number: int = 0
    start: int = 0

    def text(self) -> str:
        return f"{self.list_number} {self.start}"

    @classmethod
    def of(cls, text: str) -> _Place:
        number, _, start = text.partition(" ")
        return cls(list_number=int(number), start=int(start)) if text else cls()


def _lists(source: SourceConfig) -> list[tuple[str, str]]:
    """Each owner's URN with each type of lead it can have."""
    owners = [each.strip() for each in source.options["owner"].split(",")]
    return [(owner, lead_type) for owner in owners for lead_type in _LEAD_TYPES[owner.split(":")[2]]]


def _ask(source: SourceConfig, window: pull.Window, page: str, _now: float) -> pull.Question:
    place = _Place.of(page)
    owner, lead_type = _lists(source)[place.list_number]
    # Brackets and commas are LinkedIn's own syntax here and stay as they are; what is inside a value does not.
    wanted = (
        f"owner=({owner.split(':')[2]}:{quote(owner, safe='')})",
        f"leadType=(leadType:{lead_type})",
        f"submittedAtTimeRange=(start:{int(window.start * 1000)},end:{int(window.end * 1000)})",
        f"count={LEADS_OF_A_PAGE}",
        f"start={place.start}",
    )
    return question(source, f"leadFormResponses?q=owner&{'&'.join(wanted)}")


def _read(source: SourceConfig, page: str, answer: pull.Answer) -> pull.Page:
    place = _Place.of(page)
    try:
        value = response_object(answer)
    except FetchTrouble as trouble:
        raise _told(trouble) from None
    rows = value.get("elements")
    if not isinstance(rows, list):
        raise pull.unreadable()
    if len(rows) >= LEADS_OF_A_PAGE:
        following = _Place(list_number=place.list_number, start=place.start + len(rows))
    else:
        following = _Place(list_number=place.list_number + 1)
    more = following.list_number < len(_lists(source))
    return pull.Page(rows=rows, next_page=following.text() if more else None)


def _wrap(rows: Sequence[Any]) -> Any:
    """As the webhook would tell of them: the answers are asked for like any other lead's, with their form."""
    return [_event(row) for row in rows]


def _event(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {
        "type": "LEAD_ACTION",
        "leadGenFormResponse": f"urn:li:leadGenFormResponse:{text_of(row, 'id')}",
        "leadGenForm": text_of(row, "versionedLeadGenFormUrn"),
        "leadType": text_of(row, "leadType"),
        "leadAction": "CREATED",
        "occurredAt": text_of(row, "submittedAt"),
    }


def _told(trouble: FetchTrouble) -> pull.PullTrouble:
    match trouble.code:
        case "fetch.token":
            return pull.wrong_key()
        case "fetch.busy":
            return pull.too_many(trouble.pause or RESTING)
        case "fetch.failing":
            return pull.out_of_order(trouble.pause)
        case "fetch.version":
            return pull.PullTrouble("pull.refused", OLD_VERSION)
        case "fetch.unreadable":
            return pull.unreadable()
    return pull.PullTrouble("pull.refused", NO_RIGHT)


PULL = pull.Pull(
    needs=("owner", "access_token"),
    every=pull.HOUR,
    pace=1.0,
    longest=7 * pull.DAY,
    shortest=pull.HOUR,
    overlap=15 * pull.MINUTE,
    ask=_ask,
    read=_read,
    wrap=_wrap,
)
