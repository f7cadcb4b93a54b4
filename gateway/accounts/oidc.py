"""The company's own sign-in, by OpenID Connect: where to go, and who has come back (code flow with PKCE)."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

import orjson
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.accounts.person import Role
from gateway.config.console_table import Oidc
from gateway.sources.pull import Answer, Question

SCOPES = "openid profile email"
# Signed by the provider's own key. With HS256 whoever knows the client's secret, and with none anybody, could sign.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
_SIGNING = ("RSA", "EC", "OKP")  # kinds of keys; a provider may have others for other purposes
KEPT = 3600.0  # seconds the provider's addresses and keys are believed
ASKED_AGAIN = 30.0  # seconds before a key that nobody knows makes us ask again
LEEWAY = 60  # seconds the provider's clock may be wrong
MOST_TOKEN = 64 * 1024  # characters


class Unanswered(Exception):  # noqa: N818  reads as what happened
    """No answer came; the text says how, and nothing of what was asked."""


class Asker(Protocol):
    """Whoever can ask over the network, within a time and a size."""

    def ask(self, question: Question) -> Answer:
        """Raises Unanswered."""


class OidcTrouble(Exception):  # noqa: N818  reads as what it is
    """Nobody was let in. `why` is for the log, the text for the person: it says the next step and no value."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(text)
        self.why = why
        self.text = text


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One way there and back; what it holds stays in the browser that set out."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def new(cls) -> Attempt:
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(state=state, nonce=nonce, verifier=verifier)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    subject: str  # issuer and subject: nobody else anywhere has these two
    names: tuple[str, ...]  # what the person is called there, the best first
    role: Role | None  # None: nothing there lets them in here


@dataclass(frozen=True, kw_only=True, slots=True)
class Provider:
    """What the provider says about itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    wants_secret_in_form: bool


class CompanySignIn:
    """Reached by the sign-in page; asks the provider as seldom as it can."""

    def __init__(self, oidc: Oidc, asker: Asker) -> None:
        self._oidc = oidc
        self._asker = asker
        self._provider: tuple[float, Provider] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def address(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to sign in."""
        endpoint = self.provider().authorization_endpoint
        parameters = {
            "response_type": "code",
            "client_id": self._oidc.client_id,
            "redirect_uri": back,
            "scope": SCOPES,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(parameters)}"

    def identity(self, code: str, attempt: Attempt, back: str, *, now: float) -> Identity:
        """Who has come back with this code; raises OidcTrouble."""
        token = self._exchange(code, attempt, back)
        claims = self._verified(str(token.get("id_token") or ""), attempt, token, now)
        names = (claims.get(name) for name in ("preferred_username", "email", "upn", "name"))
        return Identity(
            subject=f"{claims['iss']} {claims['sub']}",
            names=tuple(name for name in names if isinstance(name, str) and name),
            role=role_of(claims, self._oidc),
        )

    def provider(self) -> Provider:
        """Its addresses, by its own word; an hour old at most."""
        now = time.monotonic()
        if self._provider is None or now - self._provider[0] > KEPT:
            document = self._get(f"{self._oidc.issuer}/.well-known/openid-configuration")
            self._provider = (now, _provider(document, self._oidc.issuer))
        return self._provider[1]

    # -- the way back ----------------------------------------------------------------------------------------

    def _exchange(self, code: str, attempt: Attempt, back: str) -> Mapping[str, Any]:
        provider = self.provider()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
            "client_id": self._oidc.client_id,
        }
        headers = {"Accept": "application/json"}
        if provider.wants_secret_in_form:
            form["client_secret"] = self._oidc.client_secret
        else:
            headers["Authorization"] = _basic(self._oidc)
        answer = self._ask(Question(url=provider.token_endpoint, headers=headers, form=form))
        if answer.status != 200:
            raise OidcTrouble(
                f"token endpoint answered {answer.status}",
                "The company's sign-in refused the gateway. Begin again; if it stays so, an admin compares client_id,"
                " client_secret and the redirect address with what is registered there.",
            )
        return _object(answer.body)

    def _verified(
        self, text: str, attempt: Attempt, token: Mapping[str, Any], now: float
    ) -> Mapping[str, Any]:
        issuer, client = self.provider().issuer, self._oidc.client_id
        try:
            decoded = self._decoded(text)
            claims = CodeIDToken(
                decoded.claims,
                decoded.header,
                options={
                    "iss": {"essential": True, "value": issuer},
                    "aud": {"essential": True, "value": client},
                    "sub": {"essential": True},
                    "nonce": {"essential": True, "value": attempt.nonce},
                },
                params={
                    "nonce": attempt.nonce,
                    "client_id": client,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise OidcTrouble(
                f"ID token: {type(error).__name__} {getattr(error, 'claim', '')}".strip(),
                "What the company's sign-in sent cannot be trusted, so nobody was let in. Begin again; if it stays so,"
                " an admin reads the log (oidc.refused) and compares issuer, client_id and the machine's clock.",
            ) from error
        found: Mapping[str, Any] = claims
        return found

    def _decoded(self, text: str) -> jwt.Token:
        if not 0 < len(text) <= MOST_TOKEN:
            raise ValueError("no ID token")
        try:
            return jwt.decode(text, self._key_set(KEPT), algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            # The provider may have new keys: they are asked for once, and not by everybody who sends nonsense.
            return jwt.decode(text, self._key_set(ASKED_AGAIN), algorithms=ALGORITHMS)

    def _key_set(self, oldest: float) -> KeySet:
        now = time.monotonic()
        if self._keys is None or now - self._keys[0] > oldest:
            document = self._get(self.provider().jwks_uri)
            try:
                keys = [key for key in document["keys"] if key.get("kty") in _SIGNING]
                self._keys = (now, KeySet.import_key_set({"keys": keys}))
            except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
                raise OidcTrouble("its keys cannot be read", _NOT_UNDERSTOOD) from error
        return self._keys[1]

    # -- asking ----------------------------------------------------------------------------------------------

    def _get(self, url: str) -> Mapping[str, Any]:
        answer = self._ask(Question(url=url, headers={"Accept": "application/json"}))
        if answer.status != 200:
            raise OidcTrouble(f"{urlsplit(url).path} answered {answer.status}", _UNREACHABLE)
        return _object(answer.body)

    def _ask(self, question: Question) -> Answer:
        try:
            return self._asker.ask(question)
        except Unanswered as error:
            raise OidcTrouble(f"{urlsplit(question.url).path}: {error}", _UNREACHABLE) from error


_UNREACHABLE = (
    "The company's sign-in cannot be reached. Try again in a minute, or sign in with a password; if it stays so, an"
    " admin looks at issuer under [console.oidc] and at this machine's way out."
)
_NOT_UNDERSTOOD = (
    "The company's sign-in answers with something that is not OpenID Connect. An admin looks at issuer under"
    " [console.oidc]: behind it stands /.well-known/openid-configuration."
)


def role_of(claims: Mapping[str, Any], oidc: Oidc) -> Role | None:
    """The role that may most among those the claim's values stand for; else the default, if there is one."""
    value: Any = claims
    for step in oidc.role_claim.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if oidc.role_claim in claims:  # a name with dots in it, as namespaced claims have
        value = claims[oidc.role_claim]
    values = value if isinstance(value, list) else [value]
    roles = [Role(oidc.roles[each]) for each in values if isinstance(each, str) and each in oidc.roles]
    if roles:
        return max(roles, key=list(Role).index)
    return Role(oidc.default_role) if oidc.default_role else None


def _provider(document: Mapping[str, Any], issuer: str) -> Provider:
    named = str(document.get("issuer", ""))
    if named.rstrip("/") != issuer:
        raise OidcTrouble(
            "the provider names another issuer",
            "The company's sign-in says it is another issuer than the configured one. An admin writes issuer under"
            " [console.oidc] as the provider does.",
        )
    found = {name: document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")}
    if not all(isinstance(url, str) and _is_safe(url, issuer) for url in found.values()):
        raise OidcTrouble("its addresses are missing or not https", _NOT_UNDERSTOOD)
    ways = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    in_form = "client_secret_basic" not in ways and "client_secret_post" in ways
    return Provider(
        issuer=named, wants_secret_in_form=in_form, **{name: str(url) for name, url in found.items()}
    )


def _is_safe(url: str, issuer: str) -> bool:
    """An issuer with https does not send us or our people to an address without."""
    return url.startswith("https://") or (issuer.startswith("http://") and url.startswith("http://"))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise OidcTrouble("an answer is not JSON", _NOT_UNDERSTOOD)
    return found


def _basic(oidc: Oidc) -> str:
    pair = f"{quote(oidc.client_id, safe='')}:{quote(oidc.client_secret, safe='')}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
