"""A short expression can make more than a memory holds; those that find a value do not."""

from __future__ import annotations

import pytest

from gateway.config.expression_growth import MOST, growth_of


@pytest.mark.parametrize(
    "expression",
    [
        "phone",
        "contact.phones[0].number || mobile || 'not given'",
        "join(' ', [first_name, middle_name, last_name])",
        "answers[?question=='What is your mobile number?' && type=='phone'].value | [0]",
        "a[?b=='a long label of a field'].c[?d=='another long label'].e[?f=='and one more'] | [0]",
        "leads[*].{phone: contact.mobile, name: contact.name, city: address.city}",
        "to_string(answers)",
        "not_null(a.b, c.d, e)[-1:]",
        "max_by(calls, &to_number(at)).caller",
        "answers[?contains(label, 'Phone')].value[]",
    ],
)
def test_what_finds_a_value_makes_little_of_it(expression: str) -> None:
    assert growth_of(expression) <= MOST


@pytest.mark.parametrize(
    "expression",
    [
        "[@,@]" + "|[@,@]" * 60,
        "[@,@][]" + "|[@,@][]" * 40,
        "{a:@,b:@,c:@}" + ".{a:@,b:@,c:@}" * 20,
        "[?" + "to_string([" * 9 + "@" + "])" * 9 + "=='x']",
        "to_string([" * 9 + "@" + "])" * 9,
        "join(@[0], @)",
        "[*].['" + "x" * 1000 + "']",
        "!" * 5000 + "a",
    ],
)
def test_what_multiplies_what_it_reads_is_known(expression: str) -> None:
    assert growth_of(expression) > MOST
