"""The short-lived token behind our own thank-you page: it names one lead to its visitor and opens no other."""

from __future__ import annotations

from itsdangerous import BadData, URLSafeSerializer

LIFETIME = 900  # seconds
SHOWN = 6  # characters of the reference: enough to tell on the phone, too few to find anything with


def make(secret_key: str, source: str, lead_id: str, *, now: float) -> str:
    """The token of a lead that was sent `now`, in seconds since the epoch."""
    return str(_serializer(secret_key).dumps([source, lead_id, int(now)]))


def lead_of(secret_key: str, source: str, token: str, *, now: float) -> str:
    """The id of the lead; empty when the token is old, another form's, or not ours."""
    try:
        named, lead_id, made = _serializer(secret_key).loads(token)
    except (BadData, ValueError, TypeError):
        return ""
    good = named == source and isinstance(made, int) and now - made <= LIFETIME
    return str(lead_id) if good else ""


def reference_of(lead_id: str) -> str:
    """What a visitor may mention on the phone; the agent sees it at the end of the lead's own reference."""
    return lead_id[-SHOWN:]


def _serializer(secret_key: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret_key, salt="forms.thanks")
