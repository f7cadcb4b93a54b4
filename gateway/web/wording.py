"""Chooses the language of a page and finds its words: the source's own texts first, English last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Request, g
from werkzeug.datastructures import LanguageAccept

from gateway.config import Form, SourceConfig
from gateway.config.words import ENGLISH, built_in

FIELD = "_language"  # the hidden field in which a form says the language it was shown in
PARAMETER = "lang"
_NAME = "form.language_name"
_RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ks", "ps", "sd", "ur"})
_PLACE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The texts of one page in one language."""

    language: str  # BCP 47
    texts: tuple[Mapping[str, str], ...]  # asked in this order

    @property
    def direction(self) -> str:
        return "rtl" if _base(self.language) in _RIGHT_TO_LEFT else "ltr"

    def text(self, key: str, **values: object) -> str:
        """The text of `key` with its {places} filled in; a key without any text is a slip in our own code."""
        found = self.find(key)
        if found is None:
            raise KeyError(key)
        # Not str.format: an operator's text may hold braces of its own.
        return _PLACE.sub(lambda place: str(values.get(place[1], place[0])), found)

    def find(self, key: str) -> str | None:
        """The text of a key that may have none, such as a placeholder."""
        return next((texts[key] for texts in self.texts if key in texts), None)


def words_of(source: SourceConfig | None, request: Request) -> Words:
    """What the address asks for, what the form was shown in, what the browser prefers, or the source's first."""
    languages = _languages(source)
    filled = g.get("filled")
    said = (request.args.get(PARAMETER, ""), str(filled.typed.get(FIELD, "")) if filled else "")
    chosen = next((language for wish in said for language in languages if _same(wish, language)), None)
    return words_in(source, chosen or _preferred(request.accept_languages, languages))


def words_in(source: SourceConfig | None, language: str) -> Words:
    """The words of one language, whether or not the source offers it."""
    own = source.form.texts if source and source.form else {}
    ours = built_in()
    order = dict.fromkeys((language, _base(language)))
    texts = [own.get(each, {}) for each in order] + [ours.get(each, {}) for each in order]
    return Words(language=language, texts=tuple(filter(None, (*texts, ours[ENGLISH]))))


def name_of(source: SourceConfig | None, language: str) -> str:
    """What a language calls itself; its tag where nobody has said it."""
    own = words_in(source, language).texts[:-1]  # the last is English, for what a language lacks
    return next((texts[_NAME] for texts in own if _NAME in texts), language)


def _languages(source: SourceConfig | None) -> tuple[str, ...]:
    if source is None:  # a page about an address that is nobody's
        return (ENGLISH, *(language for language in built_in() if language != ENGLISH))
    return (source.form or Form()).languages


def _preferred(accepted: LanguageAccept, languages: tuple[str, ...]) -> str:
    return accepted.best_match(languages, languages[0]) or languages[0]


def _same(wish: str, language: str) -> bool:
    return wish.casefold() == language.casefold()


def _base(language: str) -> str:
    return language.partition("-")[0]
