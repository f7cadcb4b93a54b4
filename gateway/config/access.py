"""Reads how a source is let in: its `auth` and the secrets that go with it."""

from __future__ import annotations

import re

from gateway.config.kinds import KINDS, OPTIONS, Access
from gateway.config.model import Auth
from gateway.config.table import Table
from gateway.config.values import ValueProblemError, network, standard_webhooks_secret

METHODS = ("token", "hmac", "github", "stripe", "basic", "standard-webhooks", "ip", "none")
SIGNED = ("standard-webhooks",)  # in place of an API key
ENCODINGS = ("hex", "base64")
DEFAULT = Auth()
_SECRET_KEY = {
    "token": "token",
    "hmac": "secret",
    "github": "secret",
    "stripe": "secret",
    "basic": "password",
    "standard-webhooks": "secret",
}
_AUTH_KEYS = ("auth", "token", "secret", "user", "password", "networks")
_SIGNATURE_KEYS = ("signature_header", "signature_prefix", "signature_encoding")
# Which of them a method reads: the others know how their sender writes it.
_SIGNATURE_KEYS_OF = {"hmac": _SIGNATURE_KEYS, "stripe": ("signature_header",)}
_STRIPES_HEADER = "Stripe-Signature"


def read_auth(table: Table, kind: str) -> Auth:
    access = KINDS.get(kind)
    if access is None:  # the unknown kind is told already; its keys cannot be judged
        return _skip(table)
    if access is Access.OPEN:
        _refuse_auth(table, access)
        return Auth()
    if access is Access.CHOSEN and not table.has("auth"):
        table.problem("auth", f"is missing: say how the sender proves itself, one of {', '.join(METHODS)}")
        _read(table, _guess(table))  # so that its keys are known
        return Auth()
    if known := _READERS.get(access):
        return known(table)
    method = table.choice("auth", _guess(table), METHODS)
    if access is Access.ADDRESS and method == "none" and not table.has("auth"):
        if any(table.has(option.name) for option in OPTIONS.get(kind, ()) if option.pulls):
            return Auth(method="token")  # only pulled: without a token its address lets nobody in
        table.problem("token", 'is missing: add for example token = "env:NAME", and put it into the address')
    return _read(table, method)


def _addresses(table: Table) -> Auth:
    """Its senders use API keys, which nothing here can replace but an address of theirs."""
    for name in _AUTH_KEYS:
        if table.has(name) and name != "networks":
            table.skip(name)
            table.problem(
                name,
                "is not read for this kind: its senders use API keys of `gateway keys create`, or `networks`",
            )
    return Auth(method="keys", networks=table.texts("networks", network))


def _platform(table: Table) -> Auth:
    """The kind knows how its platform signs; the file only gives the secret it shares with it."""
    for name in ("auth", "token", "user", "password", "networks"):
        if table.has(name):
            table.skip(name)
            table.problem(name, "is not read for this kind: its platform proves itself with `secret`")
    if not table.has("secret"):
        table.problem("secret", 'is missing: add secret = "env:NAME", as the platform has it')
    return Auth(method="platform", secrets=table.secret_list("secret"))


def _keys_or_signatures(table: Table) -> Auth:
    if table.has("auth"):
        return _read(table, table.choice("auth", SIGNED[0], SIGNED))
    _refuse_auth(table, Access.API_KEY)
    return Auth()


_READERS = {
    Access.API_KEY: _keys_or_signatures,
    Access.PLATFORM: _platform,
    Access.KEY_OR_ADDRESS: _addresses,
}


def _read(table: Table, method: str) -> Auth:
    _refuse_signature_keys(table, method)
    header = _STRIPES_HEADER if method == "stripe" else DEFAULT.signature_header
    auth = Auth(
        method="hmac" if method == "github" else method,  # which is how an hmac is written unless it is told
        secrets=_secrets(table, method),
        user=table.text("user", "") if method == "basic" else "",
        networks=table.texts("networks", network),
        signature_header=table.text("signature_header", header, _header_name),
        signature_prefix=table.value("signature_prefix", DEFAULT.signature_prefix, _prefix),
        signature_encoding=table.choice("signature_encoding", DEFAULT.signature_encoding, ENCODINGS),
    )
    if method == "basic" and not auth.user:
        table.problem("user", 'is missing: add user = "the name the sender uses"')
    if method == "ip" and not auth.networks:
        table.problem("networks", 'is missing: add for example networks = ["192.0.2.0/24"]')
    if method not in ("ip", "none") and auth.networks:
        table.problem("networks", f'is only read with auth = "ip", not with "{method}": remove one of them')
    return auth


def _refuse_signature_keys(table: Table, method: str) -> None:
    for name in _SIGNATURE_KEYS:
        if table.has(name) and name not in _SIGNATURE_KEYS_OF.get(method, ()):
            table.problem(name, f'is not read with auth = "{method}": remove it, or use auth = "hmac"')


def _secrets(table: Table, method: str) -> tuple[str, ...]:
    name = _SECRET_KEY.get(method)
    if name is None:
        return ()
    if not table.has(name):
        table.problem(name, f'is missing: auth = "{method}" needs {name} = "env:NAME" or "file:/path"')
        return ()
    return table.secret_list(name, standard_webhooks_secret if method == "standard-webhooks" else str)


def _guess(table: Table) -> str:
    return next((method for method, key in _SECRET_KEY.items() if table.has(key)), "none")


def _skip(table: Table) -> Auth:
    table.skip(*_AUTH_KEYS, *_SIGNATURE_KEYS)
    return Auth()


def _refuse_auth(table: Table, access: Access) -> None:
    why = (
        "a form is open to every visitor; use limits and allowed_origins"
        if access is Access.OPEN
        else 'its senders use API keys of `gateway keys create`, unless they sign: auth = "standard-webhooks"'
    )
    for name in _AUTH_KEYS:
        if table.has(name):
            table.skip(name)
            table.problem(name, f"is not read for this kind: {why}")


def _header_name(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z-]{1,64}", value):
        raise ValueProblemError("must be the name of an HTTP header: letters, digits and hyphens")
    return value


def _prefix(value: object) -> str:
    if not isinstance(value, str):
        raise ValueProblemError('must be a text in quotes; "" when the signature stands alone')
    return value
