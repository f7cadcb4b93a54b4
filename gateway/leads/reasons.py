"""Every code an enquiry or a lead can carry, and its sentence for people (docs/reason-codes.md)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.leads.lead import Note, Problem

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "field.not_allowed": "This field is set by the gateway's configuration. Leave it out.",
        "field.repeated": "This field was sent twice under two names with different values. Send it once.",
        "field.unknown": "This field is not known here. The posting specification lists every field.",
        "phone.characters": "The phone number holds characters that do not belong in one. Send digits only.",
        "phone.country": "Numbers of this country are not taken here. Give a number of a country that is.",
        "phone.excel": (
            "A spreadsheet shortened the phone number (9.88E+09). "
            "Format the column as text and send the whole number."
        ),
        "phone.invalid": "There is no such phone number. Check the digits and send it again.",
        "phone.letters": "The phone number holds letters. Write it with digits only.",
        "phone.masked": "Part of the phone number is hidden. Send the whole number.",
        "phone.required": "A phone number is needed. Give a mobile number, or a landline with its area code.",
        "phone.service": "This is a toll-free, premium or service number. Give the number of a person.",
        "phone.too_long": (
            "The phone number has too many digits. Write a foreign number with + and its country code."
        ),
        "phone.too_short": (
            "The phone number has too few digits. Write all ten digits, a landline with its area code."
        ),
        "phone.zeros": "The phone number is all zeros. Give a number that can be called.",
        "text.invalid": "The text holds a NUL or half a character. Send valid UTF-8 text.",
        "type.invalid": "This value is not text or a whole number. Send it as text.",
    }
)

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "attribution.macro": "A tracking value still held its placeholder ({campaignid}); it was ignored.",
        "field.fixed": "This source always sends its own value for this field; the one sent was set aside.",
        "field.repeated": "This field was sent under two names; the first counts, the other was set aside.",
        "phone.extension": "The extension was left out: the dialer cannot dial one.",
        "phone.foreign": "The number is of another country; it goes with its country code, without MobileNo.",
        "phone.guessed": "The number was written like a foreign one but is only valid as a national one.",
        "phone.landline": "The number is not a mobile number; it is dialed, and MobileNo is left empty.",
        "phone.not_used": "This second phone number cannot be dialed and was set aside; the other one goes.",
        "phone.second_number": "The field held two numbers; the first goes, the other was set aside.",
        "phone.unverified": "The number is of no series known here; check it if nobody answers.",
        "prospects_id.replaced": (
            "The dialer cannot hold this prospects_id (letters, digits and -, 20 at most); "
            "the gateway's own reference goes instead."
        ),
        "text.cleaned": "Characters the dialer cannot take were removed.",
        "text.cut": "The text was longer than the dialer takes and was cut.",
        "text.emptied": "Nothing was left once the characters the dialer cannot take were removed.",
        "text.plus": "Each + was replaced by a space, as the dialer itself would have done.",
        "url.cut": "The address was longer than the dialer takes and was cut.",
        "url.dropped": "This is not a web address (http or https); it was left out.",
    }
)


class FieldError(ValueError):
    """A value that cannot be taken; `code` says why and is one of PROBLEMS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def problem(field: str, code: str, hint: str = "") -> Problem:
    """The problem `code` of `field`; `hint` is one more sentence, never the value."""
    sentence = PROBLEMS[code]
    return Problem(field=field, code=code, message=f"{sentence} {hint}" if hint else sentence)


def note(field: str, code: str) -> Note:
    """The warning `code` on `field`."""
    return Note(field=field, code=code, message=NOTES[code])
