"""The scripts that pages load: one line for any website, and the proof of work of the hosted form."""

from __future__ import annotations

import hashlib

import orjson
from flask import Blueprint, Response, current_app, g, request

from gateway.config import SourceConfig
from gateway.config.spam_tables import ALTCHA
from gateway.config.words import ENGLISH, built_in
from gateway.sources.base import Door
from gateway.web import guards
from gateway.web.wording import words_in

blueprint = Blueprint("embed", __name__, url_prefix="/forms")

FRESH = "public, max-age=300"  # seconds until a page learns of a change; the question costs it no bytes
_PART = "embed."


def open_to_all() -> None:
    """The guard of this door: a script belongs to a form that exists, or to all forms."""
    if request.view_args:
        g.source, g.kind = guards.source_at(Door.FORM)


@blueprint.get("/<source_name>/embed.js", provide_automatic_options=False)
def script(source_name: str) -> Response:  # noqa: ARG001  the guard has looked it up
    """For a website: its form sent in the background, or the hosted one put into its page."""
    return _served(f"(()=>{{const settings={_settings(g.source)};{_code('embed')}}})();\n")


@blueprint.get("/proof.js", provide_automatic_options=False)
def proof() -> Response:
    """For the hosted form: solves the challenge while the visitor types."""
    return _served(f"(()=>{{{_code('proof')}}})();\n")


def _settings(source: SourceConfig) -> str:
    wants_proof = source.spam.captcha.provider == ALTCHA
    texts = {language: _texts(source, language) for language in _languages(source)}
    return orjson.dumps([source.name, source.allowed_origins, wants_proof, texts]).decode()


def _texts(source: SourceConfig, language: str) -> dict[str, str]:
    words = words_in(source, language)
    return {key.removeprefix(_PART): words.text(key) for key in built_in()[ENGLISH] if key.startswith(_PART)}


def _languages(source: SourceConfig) -> list[str]:
    """All that have words for the script: ours, and those the source brings along."""
    own = source.form.texts if source.form else {}
    every = [*built_in().items(), *own.items()]
    return sorted({name for name, texts in every if any(key.startswith(_PART) for key in texts)})


def _code(name: str) -> str:
    """The small copy, see tests/browser/minify.js; what is readable stands beside it."""
    environment = current_app.jinja_env
    if environment.loader is None:
        raise RuntimeError("templates are not registered")
    return environment.loader.get_source(environment, f"forms/{name}.min.js")[0].strip()


def _served(code: str) -> Response:
    """A script that any page may load, also one that shuts out what does not say so itself."""
    response = Response(code, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = FRESH
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.set_etag(hashlib.sha256(code.encode()).hexdigest()[:32])
    response.make_conditional(request)
    return response
