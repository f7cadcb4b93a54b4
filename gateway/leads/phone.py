"""Decides what the dialer dials: national digits at home, with country code abroad, MobileNo if mobile."""

from __future__ import annotations

import re
from dataclasses import dataclass

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberType, ValidationResult

from gateway.leads.phone_text import NumberText, read_number
from gateway.leads.reasons import FieldError

_INDIA = "IN"
_INDIA_CODE = 91
_NATIONAL_LENGTH = 10
_DIALABLE = range(6, 17)  # digits the dialer takes

_PLAIN_MOBILE = re.compile(r"[6-9]\d{9}", re.ASCII)
_REPEATED_CODE = re.compile(r"(?:91){2}(?=\d{10}$)", re.ASCII)
_TOLL_FREE = re.compile(r"18[06]0\d{6,9}", re.ASCII)

_MOBILE_KINDS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
# Somebody's own line; everything else that has a type belongs to a service and costs the caller.
_PERSONAL_KINDS = _MOBILE_KINDS | {
    PhoneNumberType.FIXED_LINE,
    PhoneNumberType.VOIP,
    PhoneNumberType.PERSONAL_NUMBER,
    PhoneNumberType.UNKNOWN,
}
# The dialer's document takes 6 to 16 digits and looks no closer; its samples dial six and seven.
_DOCUMENTED = re.compile(r"\d{6,16}", re.ASCII)
_OF_ITS_FORM = frozenset({"phone.too_short", "phone.too_long", "phone.invalid"})
# What people type to say "no number", and what the dialer's document dials in its samples.
_PLACEHOLDER = "1234567890"


@dataclass(frozen=True, kw_only=True, slots=True)
class PhoneRules:
    """How one source's numbers are read and judged."""

    region: str = _INDIA  # how numbers without a country code are read
    check: str = "possible"  # possible | valid | digits: whatever the dialer's document takes
    countries: tuple[str, ...] = ()  # regions whose numbers are taken; empty: any


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """A number that can be dialed."""

    digits: str  # what the dialer dials
    mobile: str | None = None  # the same ten digits, where it is a mobile or nobody can tell
    codes: tuple[str, ...] = ()  # warnings
    other: str | None = None  # a second number the field held, as written


def read_phone(text: str, rules: PhoneRules) -> Phone:
    """The number in `text`; raises FieldError with a code per cause."""
    try:
        return _read(text, rules)
    except FieldError as error:
        if rules.check == "digits" and error.code in _OF_ITS_FORM and _DOCUMENTED.fullmatch(text):
            return Phone(digits=text, codes=("phone.unverified",))
        raise


def _read(text: str, rules: PhoneRules) -> Phone:
    if rules.region == _INDIA and _PLAIN_MOBILE.fullmatch(text):
        return _home(text, rules, ())
    written = read_number(text)
    codes = _codes_of(written)
    if not written.digits.strip("0"):
        raise FieldError("phone.zeros" if written.digits else "phone.too_short")
    phone = (
        _read_indian(written, rules, codes) if rules.region == _INDIA else _read_any(written, rules, codes)
    )
    if len(phone.digits) not in _DIALABLE:
        raise FieldError("phone.too_short" if len(phone.digits) < _DIALABLE.start else "phone.too_long")
    return phone if written.other is None else _with_other(phone, written.other)


def _codes_of(written: NumberText) -> tuple[str, ...]:
    codes = ("phone.second_number",) if written.other else ()
    return (*codes, "phone.extension") if written.extension else codes


def _with_other(phone: Phone, other: str) -> Phone:
    return Phone(digits=phone.digits, mobile=phone.mobile, codes=phone.codes, other=other)


def _read_indian(written: NumberText, rules: PhoneRules, codes: tuple[str, ...]) -> Phone:
    """`+91`, `91`, `0091`, `091`, `0`, a repeated `+91` and `+91 0…` before ten digits all mean those ten."""
    bare = written.digits.lstrip("0")
    zeros = len(written.digits) - len(bare)
    abroad = written.international or zeros >= len("00")
    bare = _REPEATED_CODE.sub("91", bare)
    if bare.startswith("910") and len(bare) == len("910") + _NATIONAL_LENGTH:
        return _home(bare[3:], rules, codes)
    if bare.startswith("91") and (abroad or len(bare) == len("91") + _NATIONAL_LENGTH):
        return _home(bare[2:], rules, codes)
    if not abroad:
        return _home(bare, rules, codes)
    if _PLAIN_MOBILE.fullmatch(bare) and not _is_valid_abroad(bare):
        return _home(bare, rules, (*codes, "phone.guessed"))
    return _read_any(NumberText(digits=bare, international=True), rules, codes)


def _is_valid_abroad(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False


def _home(digits: str, rules: PhoneRules, codes: tuple[str, ...]) -> Phone:
    """Judge an Indian number without its country code."""
    if _TOLL_FREE.fullmatch(digits):
        raise FieldError("phone.service")
    if len(digits) != _NATIONAL_LENGTH:
        raise FieldError("phone.too_short" if len(digits) < _NATIONAL_LENGTH else "phone.too_long")
    if digits.startswith("0"):
        raise FieldError("phone.too_short" if digits.strip("0") else "phone.zeros")
    number = PhoneNumber(country_code=_INDIA_CODE, national_number=int(digits))
    _refuse_country(_INDIA, rules)
    kind = PhoneNumberType.UNKNOWN if digits == _PLACEHOLDER else phonenumbers.number_type(number)
    codes = _judge(kind, rules, codes)
    if kind in _MOBILE_KINDS or kind == PhoneNumberType.UNKNOWN:
        return Phone(digits=digits, mobile=digits, codes=codes)
    return Phone(digits=digits, codes=(*codes, "phone.landline"))


def _read_any(written: NumberText, rules: PhoneRules, codes: tuple[str, ...]) -> Phone:
    """Judge a number of any country by libphonenumber alone."""
    try:
        number = phonenumbers.parse(("+" if written.international else "") + written.digits, rules.region)
    except phonenumbers.NumberParseException as error:
        raise FieldError("phone.invalid") from error
    _refuse_length(number)
    region = phonenumbers.region_code_for_number(number)
    if (
        region == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
    ):  # satellites and shared costs: dear, nobody's home
        raise FieldError("phone.service")
    _refuse_country(region, rules)
    kind = phonenumbers.number_type(number)
    codes = _judge(kind, rules, codes)
    national = phonenumbers.national_significant_number(number)
    if number.country_code != phonenumbers.country_code_for_region(rules.region):
        return Phone(digits=f"{number.country_code}{national}", codes=(*codes, "phone.foreign"))
    if kind in _MOBILE_KINDS or kind == PhoneNumberType.UNKNOWN:
        return Phone(
            digits=national, mobile=national if len(national) == _NATIONAL_LENGTH else None, codes=codes
        )
    return Phone(digits=national, codes=(*codes, "phone.landline"))


def _refuse_length(number: PhoneNumber) -> None:
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.IS_POSSIBLE:
            return
        case ValidationResult.TOO_LONG:
            raise FieldError("phone.too_long")
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            raise FieldError("phone.too_short")
        case _:
            raise FieldError("phone.invalid")


def _refuse_country(region: str | None, rules: PhoneRules) -> None:
    if rules.countries and region not in rules.countries:
        raise FieldError("phone.country")


def _judge(kind: int, rules: PhoneRules, codes: tuple[str, ...]) -> tuple[str, ...]:
    """A number of no known series passes with a warning unless the source asks for valid ones."""
    if kind not in _PERSONAL_KINDS:
        raise FieldError("phone.service")
    if kind != PhoneNumberType.UNKNOWN:
        return codes
    if rules.check == "valid":
        raise FieldError("phone.invalid")
    return (*codes, "phone.unverified")
