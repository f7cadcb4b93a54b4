"""Meta lead ads, asked for form by form: the leads that no webhook has told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from gateway.config import SourceConfig
from gateway.sources import pull
from gateway.sources.ad_form import text_of
from gateway.sources.fetch import FetchTrouble
from gateway.sources.meta import ALL_FIELDS, FEW_FIELDS, ID, graph_object, graph_question

FORMS_OF_A_PAGE, LEADS_OF_A_PAGE = "100", "100"
RESTING = 5 * pull.MINUTE
NO_RIGHT = (
    "Meta does not let us list the page's forms or their leads. Look at page_id, and give the token's owner the right"
    " to the page and its leads."
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where in a page's forms we are; what of it must be told between two questions goes by as text."""

    pages: tuple[str, ...] = ()  # those whose forms are still to be asked for
    forms: tuple[str, ...] = ()  # those whose leads are still to come
    after: str = ""  # Meta's cursor
    few: bool = False  # without the names of ads, which take a right of their own

    def text(self) -> str:
        return orjson.dumps([self.pages, self.forms, self.after, self.few]).decode()

    @classmethod
    def of(cls, source: SourceConfig, text: str) -> _Place:
        if not text:
            return cls(pages=tuple(source.options["page_id"].replace(" ", "").split(",")))
        pages, forms, after, few = orjson.loads(text)
        return cls(pages=tuple(pages), forms=tuple(forms), after=after, few=few)


def _ask(source: SourceConfig, window: pull.Window, page: str, _now: float) -> pull.Question:
    place = _Place.of(source, page)
    after = (("after", place.after),) if place.after else ()
    if place.pages:
        query = (("fields", "id"), ("limit", FORMS_OF_A_PAGE), *after)
        return graph_question(source, f"{place.pages[0]}/leadgen_forms", query)
    since = [{"field": "time_created", "operator": "GREATER_THAN", "value": int(window.start) - 1}]
    return graph_question(
        source,
        f"{place.forms[0]}/leads",
        (
            ("fields", FEW_FIELDS if place.few else ALL_FIELDS),
            ("filtering", orjson.dumps(since).decode()),
            ("limit", LEADS_OF_A_PAGE),
            *after,
        ),
    )


def _read(source: SourceConfig, page: str, answer: pull.Answer) -> pull.Page:
    place = _Place.of(source, page)
    try:
        value = graph_object(answer)
    except FetchTrouble as trouble:
        if trouble.less and not place.few and not place.pages:
            return pull.Page(rows=(), next_page=replace(place, few=True).text())
        raise _told(trouble) from None
    rows = value.get("data")
    if not isinstance(rows, list):
        raise pull.unreadable()
    after = _after(value)
    if place.pages:
        following = replace(
            place,
            pages=place.pages if after else place.pages[1:],
            forms=(*place.forms, *_ids(rows)),
            after=after,
        )
        return pull.Page(rows=(), next_page=following.text() if following.pages or following.forms else None)
    if after:
        return pull.Page(rows=rows, next_page=replace(place, after=after).text())
    rest = place.forms[1:]
    return pull.Page(rows=rows, next_page=replace(place, forms=rest, after="").text() if rest else None)


def _ids(rows: Sequence[Any]) -> list[str]:
    """They become part of an address."""
    found = (text_of(row, "id") for row in rows if isinstance(row, dict))
    return [form for form in found if ID.fullmatch(form)]


def _wrap(rows: Sequence[Any]) -> Any:
    """As the webhook would tell of them, with the answers inside."""
    return {
        "object": "page",
        "entry": [{"changes": [{"field": "leadgen", "value": _change(row)} for row in rows]}],
    }


def _change(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    return {"leadgen_id": row.get("id"), **{name: value for name, value in row.items() if name != "id"}}


def _after(value: dict[str, Any]) -> str:
    """The cursor of the next page; the last one has a cursor too, but no address of a next one."""
    paging = value.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return ""
    cursors = paging.get("cursors")
    return text_of(cursors, "after") if isinstance(cursors, dict) else ""


def _told(trouble: FetchTrouble) -> pull.PullTrouble:
    if trouble.code == "fetch.token":
        return pull.wrong_key()
    if trouble.code == "fetch.busy":
        return pull.too_many(trouble.pause or RESTING)
    if trouble.code == "fetch.failing":
        return pull.out_of_order(trouble.pause)
    if trouble.code == "fetch.unreadable":
        return pull.unreadable()
    return pull.PullTrouble("pull.refused", NO_RIGHT)


PULL = pull.Pull(
    needs=("page_id", "access_token"),
    every=pull.HOUR,
    pace=1.0,
    longest=pull.FARTHEST,  # one question has no end: a form's newest leads come with the older ones
    shortest=pull.DAY,
    overlap=15 * pull.MINUTE,
    ask=_ask,
    read=_read,
    wrap=_wrap,
)
