"""A small OpenID Connect provider on this machine: it can be honest, and wrong in every way that matters."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

from flask import Flask, Response, jsonify, request
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from tests.console.at_the_console import AtTheConsole
from tests.running import Serving

CLIENT, SECRET = "lead-gateway", "oidc-secret-0123456789"
ALGORITHM = "ES256"


@cache
def _key(name: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name})


@dataclass
class Company:
    """What the provider says, and what it was asked; `claims` go into the next ID token."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)  # instead of what is true
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    nonces: dict[str, tuple[str, str]] = field(default_factory=dict)  # code → nonce, challenge
    key: str = "first"
    published: tuple[str, ...] = ("first",)
    broken: str = ""  # the path that answers 500
    algorithm: str = ALGORITHM

    def toml(self, more: str = "") -> str:
        return f"""
[console.oidc]
issuer = "{self.url}"
client_id = "{CLIENT}"
client_secret = "env:OIDC_SECRET"
name = "Example Corp"
roles = {{ "call-centre" = "operator", "it" = "admin", "all" = "viewer" }}
{more}
"""

    def new_key(self) -> None:
        """It signs with another key from now on."""
        self.key, self.published = "second", ("first", "second")

    def signs_in(self, location: str, code: str = "the-code") -> dict[str, str]:
        """A person signs in there; the parameters of the way back."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert sent["response_type"] == "code"
        assert sent["code_challenge_method"] == "S256"
        assert sent["redirect_uri"] == "http://gateway.example/console/oidc/back"
        self.nonces[code] = (sent["nonce"], sent["code_challenge"])
        return {"code": code, "state": sent["state"]}

    def id_token(self, code: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "0815",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonces[code][0],
            "preferred_username": "Asha@example.com",
            **self.claims,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "HS256":
            return jwt.encode({"alg": "HS256"}, kept, OctKey.import_key(SECRET * 2))
        return jwt.encode({"alg": ALGORITHM, "kid": self.key}, kept, _key(self.key))


@contextmanager
def serving_company() -> Iterator[Company]:
    company = Company()
    serving = Serving(_app(company))
    serving.start()
    company.url = f"http://127.0.0.1:{serving.port}"
    try:
        yield company
    finally:
        serving.stop()


def comes_back(browser: AtTheConsole, company: Company, target: str = "") -> Any:
    """Press the button, sign in there, and come back; the gateway's answer."""
    there = browser.get("/console/oidc/begin", query_string={"next": target})
    assert there.status_code == 303, there.text
    return browser.get("/console/oidc/back", query_string=company.signs_in(there.headers["Location"]))


def _app(company: Company) -> Flask:
    app = Flask("company")

    @app.before_request
    def note() -> Response | None:
        company.asked.append((request.path, {**request.form, **dict(request.headers)}))
        return Response("broken", 500) if request.path == company.broken else None

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        return jsonify(
            {
                "issuer": company.url,
                "authorization_endpoint": f"{company.url}/authorize",
                "token_endpoint": f"{company.url}/token",
                "jwks_uri": f"{company.url}/keys",
                **company.discovery,
            }
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify({"keys": [_key(name).as_dict(private=False) for name in company.published]})

    @app.post("/token")
    def token() -> tuple[Response, int] | Response:
        code, verifier = request.form["code"], request.form["code_verifier"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        known = request.authorization and request.authorization.password == SECRET
        posted = request.form.get("client_secret") == SECRET
        if code not in company.nonces or company.nonces[code][1] != challenge or not (known or posted):
            return jsonify({"error": "invalid_grant"}), 400
        return jsonify({"access_token": "a", "token_type": "Bearer", "id_token": company.id_token(code)})

    return app
