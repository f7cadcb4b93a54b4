"""What somebody at the console may be called."""

from __future__ import annotations

import re
import unicodedata

# They stand in the audit log for what no person did.
RESERVED = frozenset({"gateway", "command line", "nobody"})
RULE = "2 to 64 letters, digits and . _ - + @, beginning with a letter or digit"
_NAME = re.compile(r"\w[\w.+@-]{1,63}")


def clean_name(text: str) -> str:
    """As it is kept: one spelling for upper and lower case; empty when nobody can be called that."""
    name = unicodedata.normalize("NFKC", text).strip().casefold()
    return name if _NAME.fullmatch(name) and name not in RESERVED else ""
