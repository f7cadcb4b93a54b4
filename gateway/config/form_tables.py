"""Reads `[sources.NAME.form]`: what the hosted form asks for, in which languages, words and colours."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gateway.config.field_names import form_field
from gateway.config.model import Form
from gateway.config.table import Table, did_you_mean
from gateway.config.values import ValueProblemError, http_url
from gateway.config.words import ENGLISH, built_in, flattened, pages

PHONE = "MobileNo"
DEFAULT = Form()
LONGEST_CHOICE = 100  # characters; the dialer takes no more
MOST_BYTES = 200_000  # of a file of words
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
_OF_ONE_FIELD = ("form.labels.", "form.placeholders.", "form.hints.")
_FREE = frozenset({"form.consent", "form.business"})  # no words of ours stand behind these

Texts = dict[str, dict[str, str]]


def read_form(source: Table) -> Form | None:
    table = source.table("form")
    if table is None:
        return None
    fields = _fields(table)
    options = _options(table, fields)
    texts = _texts(table, fields, options)
    form = Form(
        fields=fields,
        required=_required(table, fields),
        options=options,
        languages=_languages(table, texts),
        texts=texts,
        accent=table.text("accent", None, _colour),
        logo_url=table.text("logo_url", None, _picture),
    )
    table.refuse_the_rest()
    return form


# -- fields --------------------------------------------------------------------------------------------------


def _fields(table: Table) -> tuple[str, ...]:
    fields = table.texts("fields", form_field) or DEFAULT.fields
    if PHONE not in fields and all(map(_stands_for_a_field, fields)):
        table.problem("fields", f"must hold {PHONE}: without a number nobody can be called")
    if len(set(fields)) < len(fields):
        table.problem("fields", "names a field twice")
    return fields


def _stands_for_a_field(name: str) -> bool:
    try:
        form_field(name)
    except ValueProblemError:
        return False
    return True


def _required(table: Table, fields: tuple[str, ...]) -> tuple[str, ...]:
    """Those that must be filled in; the number always is."""
    named = table.texts("required", lambda name: _asked_for(name, fields)) or DEFAULT.required
    return tuple(dict.fromkeys((*named, PHONE)))


def _asked_for(name: str, fields: tuple[str, ...]) -> str:
    if name not in fields:
        raise ValueProblemError(f"is not one of this form's fields{did_you_mean(name, fields)}")
    return name


def _options(table: Table, fields: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    inner = table.table("options")
    if inner is None:
        return {}
    return {name: choices for name in inner.names() if (choices := _choices(inner, name, fields))}


def _choices(table: Table, name: str, fields: tuple[str, ...]) -> tuple[str, ...]:
    choices = table.texts(name, _choice)
    if name not in fields:
        table.problem(name, f"is not one of this form's fields{did_you_mean(name, fields)}")
    elif name == PHONE:
        table.problem(name, "is a number that a visitor types: it has no options")
    elif not choices:
        table.problem(name, 'has no options: list them, such as ["Sales", "Service"]')
    elif len(set(choices)) < len(choices):
        table.problem(name, "has an option twice")
    return choices


def _choice(value: str) -> str:
    if value != value.strip() or len(value) > LONGEST_CHOICE:
        raise ValueProblemError(
            f"must be a text of at most {LONGEST_CHOICE} characters, without blanks at its ends"
        )
    return value


# -- words ---------------------------------------------------------------------------------------------------


def _languages(table: Table, texts: Texts) -> tuple[str, ...]:
    languages = table.texts("languages", lambda language: _spoken(language, texts)) or DEFAULT.languages
    if len(set(languages)) < len(languages):
        table.problem("languages", "names a language twice")
    for language in texts:
        if language not in languages:
            table.problem(
                f"texts.{language}", "is a language this form does not offer: add it to `languages`"
            )
    return languages


def _spoken(language: str, texts: Texts) -> str:
    if not _LANGUAGE.fullmatch(language):
        raise ValueProblemError('must be a language tag such as "en", "hi" or "mr"')
    if language not in texts and language.partition("-")[0] not in built_in():
        raise ValueProblemError(
            f"has no words: the built-in languages are {', '.join(built_in())}; "
            f"write those of another under texts.{language} or in texts_file"
        )
    return language


def _texts(table: Table, fields: tuple[str, ...], options: Mapping[str, tuple[str, ...]]) -> Texts:
    """Language → key → text. What stands in the configuration itself goes before the file."""
    choices = {choice for each in options.values() for choice in each}
    found: Texts = {}
    for place, language, words in (*_in_file(table), *_in_table(table)):
        for key, text in _worded(table, f"{place}.{language}", words):
            if problem := _not_a_text(key, text, fields, choices):
                table.problem(f"{place}.{language}", problem)
            else:
                found.setdefault(language, {})[key] = text
    return found


def _in_table(table: Table) -> Iterator[tuple[str, str, object]]:
    inner = table.table("texts")
    for language in inner.names() if inner else ():
        if inner and (words := inner.table(language)) is not None:
            yield "texts", language, words.content()


def _in_file(table: Table) -> Iterator[tuple[str, str, object]]:
    path = table.text("texts_file", None)
    if path is None:
        return
    try:
        for language, words in _loaded(Path(path)).items():
            yield "texts_file", language, words
    except ValueProblemError as error:
        table.problem("texts_file", str(error))


def _loaded(path: Path) -> Mapping[str, object]:
    if not path.is_absolute():
        raise ValueProblemError("must be an absolute path, such as /etc/lead-gateway/words.toml")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValueProblemError("is larger than a file of words can be: check the path")
        return tomllib.loads(content.decode("utf-8"))
    except OSError as error:
        raise ValueProblemError(
            f"cannot be read ({type(error).__name__}): check the path and its rights"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueProblemError(
            "is not TOML in UTF-8: texts stand in quotes, each key once per table"
        ) from error


def _worded(table: Table, place: str, words: object) -> Iterator[tuple[str, Any]]:
    """Each text under its whole key: those of the form's own page are written without `form.`."""
    if not isinstance(words, Mapping):
        table.problem(place, "must be a table of texts")
        return
    for key, text in flattened(words, ""):
        yield (key if key.partition(".")[0] in pages() else f"form.{key}"), text


def _not_a_text(key: str, text: object, fields: tuple[str, ...], choices: set[str]) -> str | None:
    """What is wrong with one text; None when nothing is."""
    shown = key.removeprefix("form.")
    if not isinstance(text, str) or not text.strip():
        return f"{shown} must be a text in quotes that is not empty"
    known = {*built_in()[ENGLISH], *_FREE, *(f"form.options.{choice}" for choice in choices)}
    known |= {f"{kind}{name}" for kind in _OF_ONE_FIELD for name in fields}
    if key in known:
        return None
    meant = did_you_mean(shown, {each.removeprefix("form.") for each in known})
    return f"{shown} is not a text of these pages{meant}"


# -- looks ---------------------------------------------------------------------------------------------------


def _colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueProblemError('must be a colour such as "#1d5fd0": # and six of 0-9 a-f')
    return value.lower()


def _picture(value: str) -> str:
    url = http_url(value)
    if not re.fullmatch(r"[a-z0-9.\-]+(:\d+)?|\[[0-9a-f:]+\](:\d+)?", urlsplit(url).netloc.lower()):
        raise ValueProblemError("must be the address of a picture, with a plain host name")
    return url
