"""Stand-ins of the Graph API and of LinkedIn's on a loopback port, with the troubles that real ones have."""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, jsonify, request

from gateway.sources import signatures
from tests.running import serving

TOKEN = "platform-access-token-0123456789"
APP_SECRET = "app-secret-0123456789"
REFRESH_TOKEN = "refresh-token-0123456789"
CLIENT_ID = "86abcdefghij"
PATIENCE = 1.5  # seconds in which these tests want an answer


def graph_error(code: int, status: int = 400, **more: Any) -> Callable[[], Response]:
    """As the Graph API words it."""

    def answer() -> Response:
        error = {"message": "(#x) no", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
        response = jsonify({"error": error})
        response.status_code = status
        return response

    return answer


def linkedin_error(status: int, message: str = "no", **more: Any) -> Callable[[], Response]:
    """As LinkedIn words it."""

    def answer() -> Response:
        response = jsonify({"status": status, "message": message, **more})
        response.status_code = status
        return response

    return answer


def plain(body: bytes, status: int = 200, **headers: str) -> Callable[[], Response]:
    """Something that is no answer of a platform's kind."""
    return lambda: Response(
        body, status, headers={name.replace("_", "-"): each for name, each in headers.items()}
    )


def dripping() -> Response:
    """A byte now and then, and never silent for long."""
    wait = threading.Event()

    def body() -> Iterator[bytes]:
        for _ in range(60):
            yield b" "
            wait.wait(0.05)

    return Response(body(), 200)


@dataclass
class Platform:
    """One of them: what it knows, what it is asked, and what it does instead of answering."""

    url: str = ""
    leads: dict[str, Any] = field(default_factory=dict)
    forms: dict[str, Any] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    asked: list[str] = field(default_factory=list)
    troubles: deque[Callable[[], Response]] = field(default_factory=deque)  # the next answers
    always: Callable[[], Response] | None = None  # every answer, until it is taken away
    refused_fields: frozenset[str] = frozenset()

    def trouble(self) -> Response | None:
        if self.troubles:
            return self.troubles.popleft()()
        return self.always() if self.always is not None else None

    def times(self, lead_id: str) -> int:
        return self.asked.count(lead_id)


@contextmanager
def running_graph() -> Iterator[Platform]:
    """https://graph.facebook.com on this machine."""
    platform = Platform()
    app = Flask("graph")

    @app.get("/<version>/<lead_id>")
    def lead(version: str, lead_id: str) -> Response:
        platform.asked.append(lead_id)
        if trouble := platform.trouble():
            return trouble
        token = request.args.get("access_token", "")
        if token not in platform.tokens:
            return graph_error(190, 401, error_subcode=463)()
        if request.args.get("appsecret_proof") != signatures.hmac_hex(APP_SECRET, token.encode()):
            return graph_error(100)()
        wanted = set(request.args.get("fields", "").split(","))
        if wanted & platform.refused_fields:
            return graph_error(200, 403)()
        if version != "v26.0" or lead_id not in platform.leads:
            return graph_error(100, error_subcode=33)()
        return jsonify({name: value for name, value in platform.leads[lead_id].items() if name in wanted})

    with serving(app) as server:
        platform.url = server.url
        yield platform


OWNER = "urn:li:sponsoredAccount:123"
_LISTED = re.compile(
    r"q=owner&owner=\((?:sponsoredAccount|organization):(urn%3Ali%3A\w+%3A\d+)\)&leadType=\(leadType:([A-Z_]+)\)"
    r"&submittedAtTimeRange=\(start:(\d+),end:(\d+)\)&count=(\d+)&start=(\d+)"
)


@contextmanager
def running_linkedin() -> Iterator[Platform]:
    """https://api.linkedin.com on this machine."""
    platform = Platform()
    app = Flask("linkedin")

    def told(store: dict[str, Any], wanted: str) -> Response:
        platform.asked.append(wanted)
        return refusal() or (jsonify(store[wanted]) if wanted in store else linkedin_error(404)())

    def refusal() -> Response | None:
        if trouble := platform.trouble():
            return trouble
        if request.headers.get("Authorization", "").removeprefix("Bearer ") not in platform.tokens:
            return linkedin_error(401, "Invalid access token", serviceErrorCode=65600)()
        if request.headers.get("X-Restli-Protocol-Version") != "2.0.0":
            return linkedin_error(400)()
        if request.headers.get("LinkedIn-Version") != "202606":
            return linkedin_error(426, "Requested version is not active")()
        return None

    @app.get("/rest/leadFormResponses")
    def listed() -> Response:
        """Rest.li's own syntax: brackets and commas as they are, values quoted once more."""
        query = request.query_string.decode()
        platform.asked.append(query)
        found = _LISTED.fullmatch(query)
        if found is None:
            return linkedin_error(400, "Invalid query parameters")()
        owner, kind, begin, end, count, start = found.groups()
        rows = [
            lead
            for lead in platform.leads.values()
            if lead.get("owner", OWNER) == unquote(owner)
            and lead["leadType"] == kind
            and int(begin) <= lead["submittedAt"] < int(end)
        ]
        page = rows[int(start) : int(start) + int(count)]
        return refusal() or jsonify({"elements": page, "paging": {"start": int(start), "count": int(count)}})

    @app.get("/rest/leadFormResponses/<lead_id>")
    def lead(lead_id: str) -> Response:
        return told(platform.leads, lead_id)

    @app.post("/oauth/v2/accessToken")
    def renew() -> Response:
        platform.asked.append("token")
        form = request.form
        proof = (
            form.get("grant_type"),
            form.get("refresh_token"),
            form.get("client_id"),
            form.get("client_secret"),
        )
        if proof != ("refresh_token", REFRESH_TOKEN, CLIENT_ID, APP_SECRET):
            return linkedin_error(400, "invalid_grant")()
        token = f"renewed-token-{platform.times('token')}"
        platform.tokens.add(token)
        return jsonify({"access_token": token, "expires_in": 5184000})

    @app.get("/rest/leadForms/<form_id>")
    def form(form_id: str) -> Response:
        return told(platform.forms, form_id)

    with serving(app) as server:
        platform.url = server.url
        yield platform


def graph_lead(lead_id: str, phone: str = "+919876543210", **more: Any) -> dict[str, Any]:
    """As the Graph API tells it."""
    answers = {"full_name": "Asha Verma", "phone_number": phone, "email": "asha@example.com"}
    known: dict[str, Any] = {
        "id": lead_id,
        "created_time": "2026-10-06T08:49:14+0000",
        "ad_id": "120200000000000001",
        "ad_name": "Video A",
        "adset_name": "Pune 25-45",
        "campaign_name": "Diwali",
        "form_id": "12312312312",
        "is_organic": False,
        "platform": "ig",
        "field_data": [{"name": name, "values": [text]} for name, text in answers.items()],
    }
    return known | more


def linkedin_lead(lead_id: str, phone: str = "98765 43210", **more: Any) -> dict[str, Any]:
    """As LinkedIn tells it: answers by the number of their question."""
    known: dict[str, Any] = {
        "id": lead_id,
        "leadType": "SPONSORED",
        "testLead": False,
        "submittedAt": 1791299990000,
        "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:7234246,1)",
        "formResponse": {
            "answers": [
                {"questionId": 1, "answerDetails": {"textQuestionAnswer": {"answer": "Asha"}}},
                {"questionId": 2, "answerDetails": {"textQuestionAnswer": {"answer": "Verma"}}},
                {"questionId": 3, "answerDetails": {"textQuestionAnswer": {"answer": phone}}},
                {"questionId": 4, "answerDetails": {"multipleChoiceAnswer": {"options": [2]}}},
            ],
            "consentResponses": [{"consentId": 0, "accepted": True}],
        },
    }
    return known | more


def linkedin_form() -> dict[str, Any]:
    """The questions of that lead's form."""
    choices = [
        {"id": 1, "text": {"localized": {"en_US": "Basic"}}},
        {"id": 2, "text": {"localized": {"en_US": "Premium"}}},
    ]
    return {
        "id": 7234246,
        "name": "Term plans",
        "content": {
            "questions": [
                {"questionId": 1, "predefinedField": "FIRST_NAME"},
                {"questionId": 2, "predefinedField": "LAST_NAME"},
                {"questionId": 3, "predefinedField": "PHONE_NUMBER"},
                {
                    "questionId": 4,
                    "question": {"localized": {"en_US": "Which plan?"}},
                    "questionDetails": {"multipleChoiceQuestionDetails": {"options": choices}},
                },
            ]
        },
    }
