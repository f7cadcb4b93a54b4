"""Lays a million plausible leads into an empty, migrated database: python -m bench.million DATABASE [LEADS].

Past the store on purpose: what is wanted is a large database soon, and the console reads what anybody wrote.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pysqlite3

from gateway.leads.identity import new_id

LEADS = 1_000_000
DAYS = 180
SOURCES = ("website", "google-ads", "meta", "indiamart", "justdial", "partner", "housing", "whatsapp")
DIALERS = ("main", "north")
LISTS = ("25062018", "25062019", "25062020")
FIRST = (
    "Asha",
    "Ravi",
    "Meena",
    "Suresh",
    "Kavita",
    "Imran",
    "Deepa",
    "Arjun",
    "Fatima",
    "Vikram",
    "Neha",
    "Manoj",
)
LAST = (
    "Verma",
    "Patel",
    "Reddy",
    "Khan",
    "Nair",
    "Gupta",
    "Das",
    "Iyer",
    "Singh",
    "Joshi",
    "Kulkarni",
    "Bose",
)
WISHES = ("Test drive", "Price list", "Site visit", "Call back", "Brochure", "Loan")
RARE_NAME = "Zubeida Quraishi"  # one in the whole database, near its beginning
BAD_ENDS = (
    # state, share in 10,000, reason, message
    ("duplicate", 500, "duplicate", None),
    (
        "rejected",
        80,
        "phone.invalid",
        "The dialer does not take this phone number. Correct it and send it again.",
    ),
    ("quarantined", 120, "phone.letters", "The phone number holds letters. Write it with digits only."),
    ("suppressed", 60, "suppressed", None),
    ("test", 40, None, None),
    ("dead", 5, "dialer.unreachable", "The dialer cannot be reached. Check that it runs."),
    (
        "held",
        10,
        "list.not_found",
        "The dialer has no such list. Create it there, or correct list_id in gateway.toml.",
    ),
    (
        "unconfirmed",
        15,
        "dialer.timeout",
        "The dialer did not answer in time. It may have the lead: look there first.",
    ),
)
QUEUED = 300  # the newest so many wait
_LEAD = (
    "INSERT INTO leads (id, enquiry_id, source, state, reason_code, message, duplicate_of, dialer, list_id, phone,"
    " fields, extra, warnings, problems, test, dialer_lead_id, dialer_list_id, dialer_status, received_at,"
    " updated_at, finished_at, sent_at, attempts, next_at) VALUES (" + ", ".join("?" * 24) + ")"
)
_ENQUIRY = (
    "INSERT INTO enquiries (id, source, received_at, method, path, query, content_type, headers, address, body)"
    " VALUES (?, ?, ?, 'POST', ?, '', 'application/json', '{\"User-Agent\":\"Mozilla/5.0\"}', '203.0.113.7', ?)"
)
_ATTEMPT = (
    "INSERT INTO attempts (lead_id, attempt_id, dialer, action, started_at, finished_at, http_status, told_by,"
    " response, outcome, state, reason_code, message) VALUES (?, ?, ?, 'add_lead', ?, ?, 200, ?, ?, ?, ?, ?, ?)"
)
_AT_ONCE = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """What is in the database that one may look for."""

    leads: int
    phones: list[str]
    ids: list[str]
    lead_ids: list[str]


def fill(database: Path, leads: int = LEADS, *, now: float | None = None, seed: int = 7) -> Filled:
    """The newest lead came just now, the oldest `DAYS` days ago."""
    connection = pysqlite3.connect(str(database), isolation_level=None)
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'leads' AND sql IS NOT NULL"
    ).fetchall()
    for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -262144"):
        connection.execute(f"PRAGMA {pragma}")
    for name, _sql in indexes:  # built once at the end, they cost a third
        connection.execute(f"DROP INDEX {name}")
    sample = Filled(leads=leads, phones=[], ids=[], lead_ids=[])
    rows = _rows(leads, time.time() if now is None else now, random.Random(seed), sample)
    done = False
    while not done:
        done = _portion(connection, rows)
    for _name, sql in indexes:
        connection.execute(sql)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return sample


def _portion(connection: Any, rows: Iterator[tuple[Any, ...]]) -> bool:
    enquiries, leads, attempts = [], [], []
    for enquiry, lead, tried in rows:
        enquiries.append(enquiry)
        leads.append(lead)
        attempts += tried
        if len(leads) == _AT_ONCE:
            break
    connection.execute("BEGIN")
    connection.executemany(_ENQUIRY, enquiries)
    connection.executemany(_LEAD, leads)
    connection.executemany(_ATTEMPT, attempts)
    connection.execute("COMMIT")
    return len(leads) < _AT_ONCE


def _rows(number: int, now: float, dice: random.Random, sample: Filled) -> Iterator[tuple[Any, ...]]:
    step = DAYS * 86400 / number
    states = _states()
    chance = os.urandom
    for n in range(number):
        at = now - (number - n) * step
        waits = n >= number - QUEUED
        state, reason, message = ("queued", None, None) if waits else states[dice.randrange(10_000)]
        lead_id, source = new_id(at, chance), SOURCES[dice.randrange(len(SOURCES))]
        phone = str(7_000_000_000 + n * 1_000_003 % 2_999_999_929) if state != "quarantined" else ""
        name = RARE_NAME if n == number // 50 else f"{FIRST[dice.randrange(12)]} {LAST[dice.randrange(12)]}"
        yield _one(lead_id, source, state, reason, message, phone, name, at, n, dice, waits=waits)
        if state == "delivered" and n % max(1, number // 200) == 0:
            sample.phones.append(phone)
            sample.ids.append(lead_id)
            sample.lead_ids.append(str(100_000 + n))


def _one(
    lead_id: str, source: str, state: str, reason: str | None, message: str | None, phone: str, name: str,
    at: float, n: int, dice: random.Random, *, waits: bool,
) -> tuple[Any, ...]:  # fmt: skip
    dialer, list_id = DIALERS[n % 10 == 0], LISTS[n % 3]
    fields = {
        "phone_number": phone, "list_id": list_id, "prospects_id": lead_id, "CustomerName": name, "MobileNo": phone,
        "EnquiryType": WISHES[n % 6], "LeadSource": source, "LeadfromURL": f"https://www.example.com/offer/{n % 97}",
    }  # fmt: skip
    body = orjson.dumps(
        {"name": name, "phone": phone, "wish": WISHES[n % 6], "form": f"form-{n % 31}", "page": n % 97}
    )
    delivered = state == "delivered"
    late = delivered and dice.randrange(50) == 0
    finished = None if waits else at + (dice.uniform(60, 4000) if late else dice.uniform(0.05, 3))
    lead = (
        lead_id, lead_id, source, state, reason, message, None, dialer, list_id, phone, orjson.dumps(fields).decode(),
        "{}", "[]", "[]", int(state == "test"), str(100_000 + n) if delivered else None, list_id if delivered else None,
        "NEW" if delivered else None, at, finished or at, finished, finished, 0 if waits else 1 + late, at,
    )  # fmt: skip
    tried = []
    if late:
        sentence = "The dialer cannot be reached. Check that it runs and that no firewall is between."
        tried.append(
            (
                lead_id,
                f"a{n}",
                dialer,
                at,
                at + 3,
                lead_id,
                None,
                "not_sent",
                "queued",
                "dialer.unreachable",
                sentence,
            )
        )
    if delivered and finished is not None:
        told = f"SUCCESS: add_lead LEAD HAS BEEN ADDED - {phone}|{list_id}|{100_000 + n}|gateway"
        tried.append(
            (
                lead_id,
                f"b{n}",
                dialer,
                finished - 0.05,
                finished,
                lead_id,
                told,
                "created",
                "delivered",
                None,
                None,
            )
        )
    return (lead_id, source, at, f"/webhooks/{source}", body), lead, tried


def _states() -> list[tuple[str, str | None, str | None]]:
    """Ten thousand ends, each as often as it happens."""
    found: list[tuple[str, str | None, str | None]] = []
    for state, share, reason, message in BAD_ENDS:
        found += [(state, reason, message)] * share
    return found + [("delivered", None, None)] * (10_000 - len(found))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else LEADS)
