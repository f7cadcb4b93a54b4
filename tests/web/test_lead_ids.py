"""Whatever stands where an id is due, the answer is that there is no such lead, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.gateway_under_test import Gateway, opened


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Gateway]:
    settings = {}
    if request.param == "postgresql":
        settings["database_url"] = request.getfixturevalue("postgres_database")
    with opened(tmp_path, deliver=False, **settings) as gateway:
        yield gateway


def test_no_text_in_place_of_an_id_is_an_error(either: Gateway) -> None:
    bearer = {"Authorization": f"Bearer {either.key()}"}
    kept = either.lead(headers={"Prefer": "wait=0"}).json["lead"]["id"]

    for text in (
        "%00",
        f"{kept}%00",
        f"{kept}%0a",
        "%ff",
        "%ed%a0%80",
        "%25",
        "'%20OR%201=1--",
        "x" * 5000,
        kept.lower(),
    ):
        answer = either.ask("GET", f"/v1/leads/{text}", headers=bearer)
        assert (answer.status_code, answer.json["reason_code"]) == (404, "lead.not_found")
    assert either.ask("GET", f"/v1/leads/{kept}", headers=bearer).status_code == 200
