"""Whatever is sent, the answer is a lead the dialer can take or a list of problems, never an exception."""

from __future__ import annotations

import re
import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Route
from gateway.leads.field_names import DIALER_FIELDS, PLACES, STRICT_NAMES, TEXT_LIMITS
from gateway.leads.lead import Lead
from gateway.leads.reasons import NOTES, PROBLEMS
from tests.leads.enquiries import a_source, judged, lead_of

PHONES = st.from_regex(r"(\+91|0)?[6-9][0-9]{9}", fullmatch=True)
TEXTS = st.text(max_size=250) | st.text(
    st.sampled_from("\\\";#<>+'!\n\x00\u202e\u200d😀अि \ud800"), max_size=250
)
VALUES = (
    PHONES
    | TEXTS
    | st.integers()
    | st.just(10**4000)
    | st.floats()
    | st.booleans()
    | st.none()
    | st.binary(max_size=3)
    | st.lists(st.text(max_size=3), max_size=3)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=3)
    | st.sampled_from(
        ["javascript:alert(1)", "https://example.com/?utm_source=%00fb&gclid=%", "{campaignid}"]
    )
)
KNOWN = [*STRICT_NAMES, *PLACES, "list_id", "source", "utm_source", "utm_medium", "gclid", "_url", "_next"]
NAMES = st.sampled_from(KNOWN) | st.text(max_size=30) | st.integers()
FIELDS = st.dictionaries(NAMES, VALUES, max_size=12)
SOURCES = st.builds(
    a_source,
    constants=st.dictionaries(st.sampled_from([*DIALER_FIELDS, "odd"]), TEXTS, max_size=3),
    trust=st.lists(st.sampled_from(DIALER_FIELDS), max_size=3).map(tuple),
    region=st.sampled_from([None, "US"]),
    phone_check=st.sampled_from(["valid", "possible"]),
    routes=st.just((Route(when={"EnquiryType": ("Sales",)}, list_id="777", dialer="other"),)),
)
FORBIDDEN = set('\\";#<>+')
PATTERNS = {
    "phone_number": r"[0-9]{6,16}",
    "MobileNo": r"[0-9]{10}",
    "list_id": r"[0-9]{3,12}",
    "prospects_id": r"[0-9A-Za-z-]{1,20}",
    "LeadfromURL": r"[!-~]{1,200}",
}


def assert_the_dialer_can_take(lead: Lead) -> None:
    assert list(lead.fields) == [name for name in DIALER_FIELDS if name in lead.fields]
    assert lead.phone == lead.fields["phone_number"]
    assert lead.list_id == lead.fields["list_id"]
    for name, value in lead.fields.items():
        assert not FORBIDDEN & set(value), name
        assert all(" " <= char <= "\uffff" and not "\x7f" <= char <= "\x9f" for char in value), name
        assert 1 <= len(value) <= TEXT_LIMITS.get(name, 200), name
        assert name not in PATTERNS or re.fullmatch(PATTERNS[name], value), name
    assert all(warning.message == NOTES[warning.code] for warning in lead.warnings)
    assert orjson.loads(orjson.dumps(lead.extra)) == lead.extra
    assert b"\\u0000" not in orjson.dumps(lead.extra)


@given(
    fields=FIELDS,
    phone=PHONES | st.none(),
    source=SOURCES,
    strict=st.booleans(),
    referrer=TEXTS,
    page_url=TEXTS,
    extra=st.dictionaries(st.text(max_size=5), VALUES, max_size=3),
)
def test_any_enquiry_is_a_lead_the_dialer_can_take_or_a_list_of_problems(
    fields, phone, source, strict, referrer, page_url, extra
):
    fields = fields if phone is None else {**fields, "MobileNo": phone}
    made = judged(fields, source=source, strict=strict, referrer=referrer, page_url=page_url, extra=extra)
    if isinstance(made, Lead):
        assert_the_dialer_can_take(made)
        return
    assert made
    for problem in made:
        assert problem.message.startswith(PROBLEMS[problem.code])


@given(
    st.dictionaries(
        st.sampled_from(sorted(TEXT_LIMITS)),
        st.text(max_size=250).map(lambda text: text.replace("\0", "")),
        min_size=1,
    )
)
def test_no_visitors_words_can_break_the_dialers_sql(fields):
    assert_the_dialer_can_take(lead_of(fields))


INJECTIONS = [
    "x\\",
    "x\\\\",
    "'; DROP TABLE vicidial_list; --",
    '" OR "1"="1',
    "1);INSERT INTO vicidial_users VALUES(1)#",
    "x\u037e y",
    "{{7*7}} ${7*7}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\u202e\u2066evil",
    "a\r\nSet-Cookie: x",
    "\x1b[31mred",
    "%00%27%22",
]


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize(
    "name", [name for name in DIALER_FIELDS if name not in {"phone_number", "MobileNo", "list_id"}]
)
def test_an_injection_in_any_field_is_only_text(name, text):
    assert_the_dialer_can_take(lead_of({name: text}))


@pytest.mark.parametrize(
    "name", ["MobileNo", "CustomerName", "LeadfromURL", "LeadSource", "prospects_id", "utm_source", "x"]
)
@pytest.mark.parametrize(
    "attack", ["a" * 50_000 + "!", "9" * 50_000, "{" * 50_000, "a@" * 25_000, "\u0301" * 20_000]
)
def test_no_field_takes_long(name, attack):
    started = time.perf_counter()
    judged({"phone": "9876543210", name: attack})
    assert time.perf_counter() - started < 0.05
