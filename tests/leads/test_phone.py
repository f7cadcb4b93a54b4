"""Phone numbers are read as people and platforms write them; letters are judged before libphonenumber."""

from __future__ import annotations

import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.leads.phone import Phone, PhoneRules, read_phone
from gateway.leads.reasons import PROBLEMS, FieldError

INDIA = PhoneRules()


def refusal(text: str, rules: PhoneRules = INDIA) -> str:
    with pytest.raises(FieldError) as error:
        read_phone(text, rules)
    return error.value.code


@pytest.mark.parametrize(
    "text",
    [
        "9876543210",
        "+919876543210",
        "+91-9876543210",  # IndiaMART
        "91-9876543210",  # 99acres
        "919876543210",
        "0919876543210",
        "00919876543210",
        "0091 98765 43210",
        "09876543210",
        "0 98765-43210",
        "98765 43210",
        "98765-43210",
        "98765.43210",
        "(98765) 43210",
        "[+91] 98765 43210",
        "(+91) 98765-43210",
        "+91 (0) 98765 43210",
        "+9109876543210",
        "+091 98765 43210",
        "+91+919876543210",
        "+91 +91 98765 43210",
        "91919876543210",
        "91+9876543210",
        "+ 91 9876 543 210",
        "p:+919876543210",  # Meta's export
        "tel:+919876543210",
        "tel:+91-98765-43210",
        "Tel. 9876543210",
        "Mobile No: 9876543210",
        "Phone number 9876543210",
        "mob.9876543210",
        "WhatsApp: +91 98765 43210",
        "9876543210 (WhatsApp)",
        "98765 43210 (M)",
        "9876543210 office",
        "9876543210.0",  # a spreadsheet's float
        "9876543210.00",
        "9,876,543,210",
        "9,87,65,43,210",
        "98765,43210",
        "'9876543210",
        '="9876543210"',
        '"9876543210"',
        " 9876543210\n",
        "\t9876543210\r\n",
        "\u202a+91 98765 43210\u202c",  # copied from a contact list
        "\ufeff9876543210\u200e",
        "98765\u00a043210",
        "98765\u201143210",
        "98765–43210",
        "+91−9876543210",
        "९८७६५४३२१०",
        "٩٨٧٦٥٤٣٢١٠",
        "۹۸۷۶۵۴۳۲۱۰",
        "９８７６５４３２１０",
        "＋９１（９８７６５）４３２１０",
        "৯৮৭৬৫৪৩২১০",
        "௯௮௭௬௫௪௩௨௧௦",
        "+९१ ९८७६५ ४३२१०",
    ],
)
def test_every_spelling_of_a_mobile_is_the_same_ten_digits(text):
    assert read_phone(text, INDIA) == Phone(digits="9876543210", mobile="9876543210")


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("022-22355342", "2222355342"),  # JustDial
        ("022 - 22355342", "2222355342"),
        ("022/22355342", "2222355342"),
        ("+91 22 2235 5342", "2222355342"),
        ("+91-022-22355342", "2222355342"),
        ("080-41234567", "8041234567"),  # looks like a mobile, is Bengaluru
        ("8041234567", "8041234567"),
        ("01234-567891", "1234567891"),
    ],
)
def test_a_landline_is_dialed_and_is_no_mobile(text, digits):
    assert read_phone(text, INDIA) == Phone(digits=digits, codes=("phone.landline",))


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("+16505550123", "16505550123"),  # Google's test number
        ("+1 (650) 253-0000", "16502530000"),
        ("+44 (0)20 7946 0958", "442079460958"),
        ("0044 7911 123456", "447911123456"),
        ("+971 50 123 4567", "971501234567"),
        ("+9779841234567", "9779841234567"),
        ("+65 9123 4567", "6591234567"),
        ("+39 06 698 12345", "390669812345"),
    ],
)
def test_a_foreign_number_goes_with_its_country_code(text, digits):
    phone = read_phone(text, INDIA)
    assert (phone.digits, phone.mobile) == (digits, None)
    assert "phone.foreign" in phone.codes


@pytest.mark.parametrize("text", ["+9876543210", "009876543210"])
def test_a_plus_before_ten_national_digits_is_a_slip(text):
    assert read_phone(text, INDIA) == Phone(
        digits="9876543210", mobile="9876543210", codes=("phone.guessed",)
    )


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("9876543210 / 9123456789", "9123456789"),
        ("9876543210/9123456789", "9123456789"),
        ("9876543210, 9123456789", "9123456789"),
        ("9876543210;9123456789", "9123456789"),
        ("9876543210 or 9123456789", "9123456789"),
        ("9876543210 and 9123456789", "9123456789"),
        ("9876543210 & 9123456789", "9123456789"),
        ("9876543210\n9123456789", "9123456789"),
        ("9876543210 9123456789", "9123456789"),
        ("98765 43210 91234 56789", "91234 56789"),
        ("+91 98765 43210 +91 91234 56789", "+91 91234 56789"),
        ("+919876543210+919123456789", "+919123456789"),
        ("09876543210 09123456789", "09123456789"),
        ("Mob: 9876543210, Off: 022-22355342", "Off: 022-22355342"),
    ],
)
def test_of_two_numbers_the_first_goes_and_the_other_is_kept(text, other):
    assert read_phone(text, INDIA) == Phone(
        digits="9876543210", mobile="9876543210", codes=("phone.second_number",), other=other
    )


def test_the_same_number_twice_is_one_number():
    assert read_phone("9876543210, 98765 43210", INDIA) == Phone(digits="9876543210", mobile="9876543210")


@pytest.mark.parametrize(
    "text",
    [
        "9876543210 x5",
        "9876543210x55",
        "9876543210 ext. 5",
        "tel:+91-9876543210;ext=5",
        "9876543210 Extn: 12",
    ],
)
def test_an_extension_is_left_out_and_told(text):
    assert read_phone(text, INDIA) == Phone(
        digits="9876543210", mobile="9876543210", codes=("phone.extension",)
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("98765O3210", "phone.letters"),
        ("98765l3210", "phone.letters"),
        ("+1 (800) FLOWERS", "phone.letters"),
        ("N/A", "phone.letters"),
        ("asha@example.com", "phone.letters"),
        ("<test lead: dummy data for phone_number>", "phone.letters"),
        ("nine eight seven six", "phone.letters"),
        ("98765क3210", "phone.letters"),
        ("98765xxxxx", "phone.masked"),
        ("987XXXXX10", "phone.masked"),
        ("98765*****", "phone.masked"),
        ("•••••43210", "phone.masked"),
        ("98765x43210", "phone.masked"),
        ("9.88E+09", "phone.excel"),
        ("9.87654321E+09", "phone.excel"),
        ("9,88E+09", "phone.excel"),
        ("9.88e9", "phone.excel"),
        ("98.8E+08", "phone.excel"),
        ("9876543210 Asha", "phone.letters"),
        ("9876543210 miss", "phone.letters"),
        ("98765@43210", "phone.characters"),
        ("98765²43210", "phone.characters"),
        ("①②③④⑤⑥⑦⑧⑨⑩", "phone.characters"),
        ("9876543210😀", "phone.characters"),
        ("9876543210'; DROP TABLE x", "phone.characters"),
        ("0000000000", "phone.zeros"),
        ("000", "phone.zeros"),
        ("+91 0000000000", "phone.zeros"),
        ("-", "phone.too_short"),
        ("+", "phone.too_short"),
        ("12345", "phone.too_short"),
        ("987654321", "phone.too_short"),  # libphonenumber calls nine digits possible
        ("22355342", "phone.too_short"),
        ("0223456789", "phone.too_short"),
        ("+91 98765", "phone.too_short"),
        ("+1 650", "phone.too_short"),
        ("98765432101", "phone.too_long"),
        ("9198765432101", "phone.too_long"),
        ("447911123456", "phone.too_long"),
        ("98765432109123456789", "phone.too_long"),
        ("9" * 251, "phone.too_long"),
        ("+1 650 253 00000", "phone.too_long"),
        ("+999 123456789", "phone.invalid"),
        ("1800 123 4567", "phone.service"),
        ("+91 1800 123 4567", "phone.service"),
        ("1860-123-4567", "phone.service"),
        ("+1 900 234 5678", "phone.service"),
        ("+44 9098 790000", "phone.service"),
        ("+870 773 123456", "phone.service"),  # a satellite
    ],
)
def test_what_is_no_persons_number_is_refused_with_its_cause(text, code):
    assert refusal(text) == code


def test_the_documents_own_sample_passes_with_a_warning():
    assert read_phone("1234567890", INDIA) == Phone(
        digits="1234567890", mobile="1234567890", codes=("phone.unverified",)
    )


@pytest.mark.parametrize("text", ["1234567890", "1111111111", "5999999999"])
def test_a_source_may_ask_for_valid_numbers_only(text):
    assert "phone.unverified" in read_phone(text, INDIA).codes
    assert refusal(text, PhoneRules(check="valid")) == "phone.invalid"
    assert read_phone("9876543210", PhoneRules(check="valid")).codes == ()


def test_a_source_may_take_numbers_of_some_countries_only():
    at_home = PhoneRules(countries=("IN", "NP"))
    assert read_phone("+9779841234567", at_home).digits == "9779841234567"
    assert refusal("+44 7911 123456", at_home) == "phone.country"
    assert refusal("9876543210", PhoneRules(countries=("NP",))) == "phone.country"


def test_another_region_reads_national_numbers_as_its_own():
    america = PhoneRules(region="US")
    assert read_phone("(650) 253-0000", america) == Phone(digits="6502530000", mobile="6502530000")
    assert read_phone("+91 98765 43210", america) == Phone(digits="919876543210", codes=("phone.foreign",))
    assert refusal("12345", america) == "phone.too_short"


@pytest.mark.parametrize(
    "attack", ["9" * 50_000 + "!", "a" * 50_000 + "!", "9 " * 49, "+91" * 33, "x5" * 50, ", " * 50]
)
def test_no_text_takes_long_to_judge(attack):
    started = time.perf_counter()
    with suppress(FieldError):
        read_phone(attack, INDIA)
    assert time.perf_counter() - started < 0.05


PHONE_LIKE = st.text(
    st.sampled_from("0123456789+-() ./,;xXeE०९٩９²O\u202a\x00\n'=\""), max_size=40
) | st.text(max_size=40)
RULES = st.builds(
    PhoneRules,
    region=st.sampled_from(["IN", "US", "GB", "AE"]),
    check=st.sampled_from(["possible", "valid"]),
)


@given(PHONE_LIKE, RULES)
def test_whatever_is_dialed_is_six_to_sixteen_ascii_digits(text, rules):
    try:
        phone = read_phone(text, rules)
    except FieldError as error:
        refused_for = error.code
    else:
        assert re.fullmatch(r"[0-9]{6,16}", phone.digits)
        assert phone.mobile is None or re.fullmatch(r"[0-9]{10}", phone.mobile)
        return
    assert refused_for in PROBLEMS


@given(st.from_regex(r"[6-9][0-9]{9}", fullmatch=True))
def test_every_prefix_of_a_number_leads_to_the_same_person(number):
    try:
        plain = read_phone(number, INDIA).digits
    except FieldError:
        return
    for prefix in ("+91", "91", "0", "0091", "091", "+91-", "+91 0"):
        assert read_phone(prefix + number, INDIA).digits == plain
