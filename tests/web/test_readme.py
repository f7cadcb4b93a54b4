"""The first lead of the README is a lead, and its answer looks as the README says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.web.gateway_under_test import Gateway

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def test_what_a_newcomer_pastes_is_answered_with_a_lead_id(gateway: Gateway) -> None:
    pasted = re.search(r"-d '(\{.*?\})'", README)
    assert pasted is not None
    answer = gateway.lead(json.loads(pasted[1]))

    assert answer.status_code == 201
    assert answer.json["dialer"]["lead_id"]


def test_the_answer_has_the_members_that_are_shown(gateway: Gateway) -> None:
    shown = set(re.findall(r'"(\w+)":', README.split('{"outcome"')[1].split("```")[0])) | {"outcome"}
    answer = gateway.lead({"customer_name": "Asha Verma", "mobile_no": "+91 98765 43210"})

    assert shown <= set(re.findall(r'"(\w+)":', answer.text))
