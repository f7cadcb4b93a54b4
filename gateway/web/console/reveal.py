"""Who has asked to see the number of which lead: a token in the address, good for one person and a short time."""

from __future__ import annotations

from flask import request
from itsdangerous import BadData, URLSafeSerializer

from gateway.accounts import Role
from gateway.web.console.rights import person
from gateway.web.context import secret_key, services

PARAMETER = "shown"
LIFETIME = 600  # seconds
MOST = 300  # characters


def token_for(lead_id: str) -> str:
    """What the page of this lead carries after its number was asked for."""
    return str(_serializer().dumps([lead_id, person().id, int(services().clock.now())]))


def shown(lead_id: str) -> str:
    """The token of this request, where it is good for this person and this lead; else nothing."""
    text = request.values.get(PARAMETER, "")
    if not text or len(text) > MOST or not person().role.covers(Role.OPERATOR):
        return ""
    try:
        lead, who, made = _serializer().loads(text)
    except (BadData, ValueError, TypeError):
        return ""
    good = lead == lead_id and who == person().id and isinstance(made, int)
    return text if good and 0 <= services().clock.now() - made <= LIFETIME else ""


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(secret_key(), salt="console.reveal")
