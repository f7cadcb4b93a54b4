"""One search on one connection: portion by portion where leads may have to be looked at that do not fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from gateway.store import spelling
from gateway.store.found import COLUMNS, FoundLead, FoundPage, Walked, found_lead
from gateway.store.wanted import OPEN, Look, Wanted, Way, look

_FIRST_PORTION = 1000  # leads of one look; the next are as large as the time that is left allows
_LEAST_PORTION = 250
_MOST_PORTION = 20_000  # more at once, and PostgreSQL might rather read every enquiry there is
_FEW = 5000  # open leads that are quicker sorted than looked for
_WALKED = 5000  # leads that one step of a walk looks at, at most
_MOST_NUMBERS = 300
_PATIENCE = 1.5  # all numbers of an ending are worth more than the newest leads with it
_NUMBERS = text(
    "SELECT DISTINCT phone FROM leads WHERE phone >= :first AND phone < :beyond AND phone LIKE :ending ESCAPE '!'"
    " LIMIT :most"
)
_NEXT_CODE = "SELECT min(reason_code) FROM leads WHERE reason_code IS NOT NULL"
_CODES = text(
    f"WITH RECURSIVE codes(code) AS ({_NEXT_CODE} UNION ALL"  # noqa: S608 - no value stands in it
    f" SELECT ({_NEXT_CODE} AND reason_code > codes.code) FROM codes WHERE codes.code IS NOT NULL)"
    " SELECT code FROM codes WHERE code IS NOT NULL"
)


class OneSearch:
    """One search on one connection."""

    def __init__(
        self, connection: Connection, wanted: Wanted, monotonic: Callable[[], float], budget: float
    ) -> None:
        self._connection = connection
        self._monotonic = monotonic
        self._budget = budget
        self._began = monotonic()
        self._off = spelling.without_index(connection.dialect.name)
        self._wanted = wanted
        self._look = self._planned()

    def _planned(self, numbers: tuple[str, ...] | None = None) -> Look:
        wanted, connection = self._wanted, self._connection
        codes = codes_in_use(connection) if wanted.reason and wanted.reason.endswith(".") else []
        few_open = bool(set(wanted.states) & set(OPEN)) and _few_open(connection)
        return look(wanted, connection.dialect.name, codes=codes, few_open=few_open, numbers=numbers)

    # -- a page, newest first --------------------------------------------------------------------------------

    def page(self, *, after: str | None, newer_than: str | None, limit: int) -> FoundPage:
        if self._wanted.phone_end and self._look.in_portions and newer_than is None:
            self._look = self._planned(self._numbers(self._wanted.phone_end))
        floor = max(self._look.floor or "", _behind(newer_than) if newer_than else "")
        high = min((each for each in (after, self._look.ceiling) if each is not None), default=None)
        found: list[FoundLead] = []
        portion = _FIRST_PORTION
        while True:
            began = self._monotonic()
            low = self._end_of_portion(floor, high, portion)
            found += self._between(low or floor, high, limit + 1 - len(found))
            if len(found) > limit:
                return FoundPage(leads=tuple(found[:limit]), after=found[limit - 1].id)
            if low is None:
                return FoundPage(leads=tuple(found))
            high = low
            portion = self._next_portion(portion, began)
            if not portion:
                return FoundPage(leads=tuple(found), after=low, looked_back_to=self._received_at(low))

    def _numbers(self, ending: str) -> tuple[str, ...] | None:
        """All numbers with these last digits, from their index alone; None: there are too many, of one or the other."""
        found: list[str] = []
        pattern = spelling.pattern(ending, after="")
        for beginning in range(100):
            first, beyond = f"{beginning:02d}", f"{beginning + 1:02d}" if beginning < 99 else ":"
            found += self._connection.execute(
                _NUMBERS, {"first": first, "beyond": beyond, "ending": pattern, "most": _MOST_NUMBERS + 1}
            ).scalars()
            if len(found) > _MOST_NUMBERS or self._monotonic() - self._began > self._budget * _PATIENCE:
                self._began = self._monotonic()  # what is left to do has time of its own
                return None
        return tuple(found)

    def _next_portion(self, portion: int, began: float) -> int:
        """As many leads as half of the time that is left allows; 0: the time is over."""
        now = self._monotonic()
        left = self._budget - (now - self._began)
        if left <= 0:
            return 0
        speed = portion / max(now - began, 0.000_1)
        affordable = int(speed * left / 2)
        return min(portion * 4, affordable, _MOST_PORTION) if affordable >= _LEAST_PORTION else 0

    def _end_of_portion(self, floor: str, high: str | None, portion: int) -> str | None:
        """The id down to which one look goes; None: down to the floor."""
        return max(self._ends(floor, high, portion, "DESC"), default=None)

    def _ends(self, floor: str, high: str | None, portion: int, order: str) -> list[str]:
        """Where each way's share of a portion ends, if it does."""
        if not self._look.in_portions:
            return []
        values = {"floor": floor, "high": high, "share": max(1, portion // len(self._look.ways))}
        ends = [
            self._scalar(
                f"SELECT id {self._from(way, floor, high)} ORDER BY id {order} LIMIT 1 OFFSET :share",
                **values,
            )
            for way in self._look.ways
        ]
        return [end for end in ends if end is not None]

    def _between(self, floor: str, high: str | None, room: int) -> list[FoundLead]:
        rows: list[Mapping[Any, Any]] = []
        for way in self._look.ways:
            found = self._from(way, floor, high, filtered=True)
            statement = f"SELECT {COLUMNS} {found} ORDER BY {self._id(way)} DESC LIMIT :room"
            rows += self._rows(statement, floor=floor, high=high, room=room)
        if len(self._look.ways) > 1:
            rows.sort(key=lambda row: str(row["id"]), reverse=True)
        return [found_lead(row) for row in rows[:room]]

    def _received_at(self, lead_id: str) -> float:
        return float(self._scalar("SELECT received_at FROM leads WHERE id = :id", id=lead_id))

    # -- all of it, oldest first -----------------------------------------------------------------------------

    def walk(self, *, position: str, upto: str | None, limit: int) -> Walked:
        floor = max(self._look.floor or "", position)
        bounds = [each for each in (_behind(upto) if upto else None, self._look.ceiling) if each is not None]
        high = min(bounds, default=None)
        end = min(self._ends(floor, high, _WALKED, "ASC"), default=None)
        ids: list[str] = []
        for way in self._look.ways:
            found = self._from(way, floor, end or high, filtered=True)
            statement = f"SELECT id {found} ORDER BY {self._id(way)} LIMIT :limit"
            ids += [row["id"] for row in self._rows(statement, floor=floor, high=end or high, limit=limit)]
        ids = sorted(ids)[:limit]
        if len(ids) == limit:
            return Walked(ids=tuple(ids), position=_behind(ids[-1]))
        return Walked(ids=tuple(ids), position=end)

    def number(self, most: int) -> int | None:
        floor, high = self._look.floor or "", self._look.ceiling
        if not self._look.in_portions:
            return min(most, sum(self._count(way, floor, high, most) for way in self._look.ways))
        number, portion = 0, _FIRST_PORTION
        while number < most:
            began = self._monotonic()
            low = self._end_of_portion(floor, high, portion)
            number += sum(self._count(way, low or floor, high, most - number) for way in self._look.ways)
            if low is None:
                return min(most, number)
            high = low
            portion = self._next_portion(portion, began)
            if not portion:
                return None
        return most

    def _count(self, way: Way, floor: str, high: str | None, most: int) -> int:
        inner = f"SELECT 1 AS one {self._from(way, floor, high, filtered=True)} LIMIT :most"
        return int(
            self._scalar(f"SELECT count(*) FROM ({inner}) AS bounded", floor=floor, high=high, most=most)  # noqa: S608
        )

    # -- the statements --------------------------------------------------------------------------------------

    def _from(self, way: Way, floor: str, high: str | None, *, filtered: bool = False) -> str:
        """Only conditions of our own stand in it; every value is bound."""
        conditions = [way.condition] if way.condition else []
        conditions += [f"{self._id(way)} >= :floor"] if floor else []
        conditions += [f"{self._id(way)} < :high"] if high is not None else []
        conditions += self._look.filters if filtered else ()
        return f"FROM leads WHERE {' AND '.join(conditions) or '1 = 1'}"

    def _id(self, way: Way) -> str:
        """Few leads are found and then sorted: their index is read, and not all leads in their order."""
        return "leads.id" if way.ordered else f"{self._off}leads.id"

    def _rows(self, statement: str, **values: Any) -> Sequence[Mapping[Any, Any]]:
        return self._connection.execute(text(statement), {**self._look.values, **values}).mappings().all()

    def _scalar(self, statement: str, **values: Any) -> Any:
        return self._connection.execute(text(statement), {**self._look.values, **values}).scalar()


def _behind(lead_id: str) -> str:
    """Where the ids after this one begin: they are all of one length."""
    return f"{lead_id}0"


def _few_open(connection: Connection) -> bool:
    counted = "SELECT count(*) FROM (SELECT 1 AS one FROM leads WHERE state = '{}' LIMIT {}) AS bounded"
    return all(
        (connection.execute(text(counted.format(state.value, _FEW + 1))).scalar() or 0) <= _FEW
        for state in OPEN
    )


def codes_in_use(connection: Connection) -> list[str]:
    """Every reason code that some lead has, without looking at every lead."""
    return [str(code) for code in connection.execute(_CODES).scalars()]
