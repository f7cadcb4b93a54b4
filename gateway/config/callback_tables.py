"""Reads where a source is told what became of its leads: callback_url, callback_secret, callback_networks."""

from __future__ import annotations

import base64
from functools import partial
from urllib.parse import urlsplit

from gateway.config.model import Callback
from gateway.config.public_addresses import is_allowed, written_address
from gateway.config.table import Table
from gateway.config.values import ValueProblemError, http_url, network, standard_webhooks_secret

PORTS = (443, 8443)  # others are seldom an HTTPS server's
SHORTEST, LONGEST = 24, 64  # bytes of a secret, says Standard Webhooks
LONGEST_URL = 1000
_INSIDE = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
_NAME_IT = "name its network in callback_networks if it is yours"


def read_callback(table: Table) -> Callback | None:
    """None where nobody is to be told."""
    networks = table.texts("callback_networks", network)
    secrets = table.secret_list("callback_secret", _secret)
    url = table.text("callback_url", None, partial(_url, networks=networks))
    if not table.has("callback_url"):
        for name in ("callback_secret", "callback_networks"):
            if table.has(name):
                table.problem(name, "is of no use without callback_url: add it, or take this out")
        return None
    if not table.has("callback_secret"):
        table.problem(
            "callback_secret",
            'is missing: add for example callback_secret = "env:NAME", with whsec_ and 32 random bytes in base64',
        )
    return Callback(url=url, secrets=secrets, networks=networks) if url else None


def _secret(value: str) -> str:
    secret = standard_webhooks_secret(value)
    text = secret.removeprefix("whsec_").rstrip("=")
    if not SHORTEST <= len(base64.b64decode(text + "=" * (-len(text) % 4))) <= LONGEST:
        raise ValueProblemError(
            f"must be {SHORTEST} to {LONGEST} bytes in base64, written whsec_…: "
            'make one with `echo "whsec_$(openssl rand -base64 32)"`'
        )
    return secret


def _url(value: str, *, networks: tuple[str, ...]) -> str:
    parts = urlsplit(http_url(value))
    host = (parts.hostname or "").rstrip(".")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueProblemError(
            "must be plain ASCII: write other letters of a host as xn--…, of a path as %…"
        )
    if len(value) > LONGEST_URL:
        raise ValueProblemError(f"must not be longer than {LONGEST_URL} characters")
    _refuse_ours(host, networks)
    if networks:
        return value
    if parts.scheme != "https":
        raise ValueProblemError(
            f"must begin with https://: it carries what became of people's leads; {_NAME_IT}"
        )
    if (parts.port or 443) not in PORTS:
        raise ValueProblemError(f"must use port {' or '.join(map(str, PORTS))}; {_NAME_IT}")
    return value


def _refuse_ours(host: str, networks: tuple[str, ...]) -> None:
    """A name is judged again, by its addresses, whenever something is sent there."""
    address = written_address(host)
    if address is not None and not is_allowed(address, networks):
        raise ValueProblemError(f"must not be an address of a private network; {_NAME_IT}")
    inside = f".{host}".endswith(_INSIDE) or (address is None and "." not in host)
    if inside and not networks:
        raise ValueProblemError(f"must be a host that everybody can reach; {_NAME_IT}")
