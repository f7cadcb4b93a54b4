"""Text that goes into other people's programs: what would be a command, a mention or a link there is only text."""

from __future__ import annotations

import re
import unicodedata

from gateway.logs import mask_email, mask_phone

LONGEST = 400  # characters
_CUT = "…"
_PHONE = re.compile(r"(?<!\d)\+?\d(?:[ ()\-]{0,2}\d){9,18}")  # longer than the numbers of most lists
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-.]{1,255}")
# What Slack, Telegram, Discord, Teams and mail programs read as markup, as characters that only look like it.
_HARMLESS = str.maketrans(
    {"<": "‹", ">": "›", "&": "+", "`": "'", "*": "∗", "[": "(", "]": ")", "|": "/", "~": "-", "\\": "/"}  # noqa: RUF001
    | {"@": "(at)", "#": "no. "}
)


def inert(text: str) -> str:
    """One line without control characters, markup, mentions and phone numbers."""
    plain = "".join(char if _is_seen(char) else " " for char in text[: 4 * LONGEST])
    folded = _PHONE.sub(lambda found: mask_phone(found.group()), " ".join(plain.split()))
    folded = _EMAIL.sub(lambda found: mask_email(found.group()), folded)
    folded = folded.translate(_HARMLESS).replace("://", ": //")
    return folded if len(folded) <= LONGEST else folded[: LONGEST - 1] + _CUT


def _is_seen(char: str) -> bool:
    # Control characters, directions of writing, halves of pairs and private ones; separators of lines too.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
