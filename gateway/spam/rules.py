"""The checks that need nothing but the enquiry: hidden fields, addresses in names, the text that may come again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import category, normalize

from gateway.leads.vocabulary import squeeze

SHORTEST_TEXT = 20  # characters, folded; "Please call me" is what many people write
_UNTOUCHED = (None, False, "", "false")  # scripts send an unchecked box like this

# Not "Acme.com", which a company is called, and not "K.V.Rao/Pune": an address begins like one, or is of a domain
# that spam likes and goes on with a path.
_LINK = re.compile(
    r"[a-z]{2,10}[:;]/{2}|\bwww\.|\[url|\bhref\b"
    r"|\b[a-z0-9-]+\.(?:com|net|org|info|biz|ru|cn|top|xyz|site|online|shop|club|link|click|live|vip|me|ly|gl|gd|cc"
    r"|io|co|app|tk|ml|ga|cf|pw|su|page|website|space|store|pro)/\S",
    re.ASCII,
)


def is_trapped(typed: Mapping[str, Any], honeypots: Iterable[str]) -> bool:
    """Whether something stands in a field of the form that people never see."""
    hidden = {squeeze(name) for name in honeypots}
    return bool(hidden) and any(squeeze(name) in hidden and _is_touched(typed[name]) for name in typed)


def has_link(name: str) -> bool:
    """Whether a web address stands in what should be a name."""
    return _LINK.search(normalize("NFKC", name).casefold()) is not None


def folded_text(texts: Iterable[str]) -> str:
    """The longest text as it is compared, letters and digits alone; empty when it is too short to tell anything."""
    folded = max(map(_folded, texts), key=len, default="")
    return folded if len(folded) >= SHORTEST_TEXT else ""


def text_fingerprint(folded: str) -> str:
    """What stands for a text where it is remembered."""
    return hashlib.sha256(folded.encode("utf-8", "surrogatepass")).hexdigest()


def _is_touched(value: Any) -> bool:
    return (value.strip().lower() if isinstance(value, str) else value) not in _UNTOUCHED


def _folded(text: str) -> str:
    # Vowel signs of Indian scripts are marks, and two words may differ in nothing else.
    return "".join(char for char in normalize("NFKC", text).casefold() if category(char)[0] in "LMN")
