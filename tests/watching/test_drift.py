"""Fields that come, go or change their kind are told once, each by its root, and with the line that reads them."""

from __future__ import annotations

import tomllib

import pytest

from gateway.config import SourceConfig
from gateway.store.shapes import KnownField
from gateway.watching.advice import last_name, line_for
from gateway.watching.drift import LEARNED, MOST_FIELDS, Change, Learning, What
from gateway.watching.shape import Shape, shape_of

NOW = 1_795_000_000.0
PLAIN = {"mobile": "9876543210", "name": "Asha", "city": "Pune"}


def a_source(**changes: object) -> SourceConfig:
    values = {"name": "portal", "kind": "generic", "dialer": "main", "list_id": "25062018"}
    return SourceConfig(**values | changes)  # type: ignore[arg-type]


def learned(value: object = PLAIN, deliveries: int = LEARNED + 10) -> Learning:
    learning = Learning(fields={}, samples=0)
    learning.learn([shape_of(value)] * deliveries, now=NOW)
    assert learning.changes == []
    return learning


def told(learning: Learning, *values: object) -> list[Change]:
    """What these deliveries tell; what was told before is left out."""
    learning.changes = []
    learning.learn(map(shape_of, values), now=NOW + 60)
    return learning.changes


# -- new -----------------------------------------------------------------------------------------------------


def test_a_new_field_is_told_once() -> None:
    learning = learned()

    assert told(learning, PLAIN | {"budget": 40}) == [Change(path="budget", what=What.NEW, after="number")]
    assert told(learning, PLAIN | {"budget": 50}, PLAIN | {"budget": 60}) == []
    assert (learning.fields["budget"].change, learning.fields["budget"].seen) == ("new", 3)


def test_while_a_source_is_learned_nothing_is_new() -> None:
    learning = Learning(fields={}, samples=0)
    learning.learn([shape_of({f"field{number}": "x"}) for number in range(LEARNED)], now=NOW)

    assert learning.changes == []
    assert len(told(learning, {"another": "x"})) == 1


def test_a_new_branch_is_told_by_its_root() -> None:
    assert told(learned(), PLAIN | {"plot": {"id": 1, "size": {"x": 1}}}) == [
        Change(path="plot", what=What.NEW, after="object")
    ]


def test_senders_that_make_up_names_fill_no_memory() -> None:
    learning = learned()
    told(learning, *({f"name{number}": "x"} for number in range(2 * MOST_FIELDS)))

    assert len(learning.fields) == MOST_FIELDS


# -- missing -------------------------------------------------------------------------------------------------


def test_a_field_that_was_always_there_is_soon_missed_and_told_once() -> None:
    learning = learned()
    without = {"mobile": "x", "name": "x"}

    assert told(learning, *[without] * 4) == []
    assert told(learning, without) == [Change(path="city", what=What.MISSING, before="text")]
    assert told(learning, *[without] * 50) == []


def test_an_empty_field_is_there() -> None:
    assert told(learned(), *[PLAIN | {"city": ""}] * 50, *[PLAIN | {"city": None}] * 50) == []


def test_a_field_that_comes_now_and_then_is_not_missed_early() -> None:
    learning = Learning(fields={}, samples=0)
    now_and_then = [PLAIN | ({"budget": "x"} if number % 2 else {}) for number in range(60)]
    learning.learn(map(shape_of, now_and_then), now=NOW)

    assert told(learning, *[PLAIN] * 15) == []
    assert [change.path for change in told(learning, *[PLAIN] * 10)] == ["budget"]


def test_a_field_seen_a_few_times_is_never_missed() -> None:
    learning = learned()
    told(learning, *[PLAIN | {"voucher": "x"}] * 5)

    assert told(learning, *[PLAIN] * 200) == []


def test_a_missing_field_that_comes_back_is_told_and_may_go_again() -> None:
    learning = learned()
    without = {"mobile": "x", "name": "x"}
    told(learning, *[without] * 6)

    assert told(learning, PLAIN) == [Change(path="city", what=What.BACK)]
    assert learning.fields["city"].change is None
    assert [change.what for change in told(learning, *[without] * 10)] == [What.MISSING]


def test_a_renamed_field_is_told_with_its_new_name() -> None:
    learning = learned()
    renamed = {"mobile": "x", "name": "x", "town": "Pune"}

    first, second = told(learning, *[renamed] * 6)

    assert first == Change(path="town", what=What.NEW, after="text")
    assert second == Change(path="city", what=What.MISSING, before="text", instead="town")


# -- retyped -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind"), [(9876543210, "number"), (["x"], "list"), (True, "flag"), ({"number": "x"}, "object")]
)
def test_another_kind_of_value_is_told_once(value: object, kind: str) -> None:
    learning = learned()

    assert told(learning, PLAIN | {"mobile": value}) == [
        Change(path="mobile", what=What.RETYPED, before="text", after=kind)
    ]
    assert told(learning, PLAIN | {"mobile": value}, PLAIN, PLAIN | {"mobile": value}) == []


def test_the_parts_of_an_object_that_became_a_text_go_with_it() -> None:
    learning = learned({"phone": {"code": "91", "number": "98"}, "name": "Asha"})

    assert told(learning, *[{"phone": "9876543210", "name": "x"}] * 60) == [
        Change(path="phone", what=What.RETYPED, before="object", after="text")
    ]


def test_the_first_value_of_a_field_that_was_always_empty_is_no_news() -> None:
    assert told(learned(PLAIN | {"note": ""}), PLAIN | {"note": "Call after six"}) == []


# -- advice --------------------------------------------------------------------------------------------------


def line(change: Change, *inside: str, **source: object) -> str:
    return line_for(change, a_source(**source), inside=inside)


@pytest.mark.parametrize(
    ("path", "source", "expected"),
    [
        ("budget", {}, 'CustomField1 = "budget"'),
        ("budget", {"fields": {"CustomField1": "note"}}, 'CustomField2 = "budget"'),
        ("budget", {"constants": {"CustomField1": "x"}}, 'CustomField2 = "budget"'),
        ("lead.mobile_no", {}, 'MobileNo = "lead.mobile_no"'),
        ("lead.mobile_no", {"fields": {"MobileNo": "phone"}}, 'CustomField1 = "lead.mobile_no"'),
        ('answer."Your name"', {}, "CustomerName = 'answer.\"Your name\"'"),
        ('answer."What\'s up?"', {}, 'CustomField1 = "answer.\\"What\'s up?\\""'),
        ("list_id", {}, 'CustomField1 = "list_id"'),
    ],
)
def test_a_new_field_goes_where_its_name_says_or_where_there_is_room(path, source, expected) -> None:
    assert line(Change(path=path, what=What.NEW, after="text"), **source) == expected


def test_a_renamed_field_is_read_by_who_read_the_old_one() -> None:
    change = Change(path="phone", what=What.MISSING, instead="mobile")
    fields = {"MobileNo": "phone", "CustomField1": "phone2", "CustomerName": "name || phone"}

    assert line(change, fields=fields) == 'MobileNo = "mobile"; CustomerName = "name || mobile"'
    assert line(Change(path="phone", what=What.MISSING), fields=fields) == ""


def test_of_an_object_the_part_that_means_the_same_is_read() -> None:
    change = Change(path="phone", what=What.RETYPED, before="text", after="object")

    assert (
        line(change, "phone.label", "phone.number", "phone.mobile", fields={"MobileNo": "phone"})
        == 'MobileNo = "phone.mobile"'
    )
    assert (
        line(change, "phone.label", "phone.number", fields={"MobileNo": "phone"})
        == 'MobileNo = "phone.number"'
    )
    assert line(change, "phone.label", fields={"MobileNo": "phone"}) == 'MobileNo = "phone.label"'
    list_change = Change(path="phone", what=What.RETYPED, before="text", after="list")
    assert line(list_change, fields={"MobileNo": "phone"}) == 'MobileNo = "phone[0]"'


def test_every_line_is_toml() -> None:
    for name in ("plain", "two words", 'with "quotes"', "it's", 'it\'s "both"', "back\\slash", "नाम", "a\nb"):
        (path,) = shape_of({name: "x"})
        assert tomllib.loads(line(Change(path=path, what=What.NEW, after="text")))
        assert last_name(path)


def test_a_field_that_is_known_from_the_store_is_learned_on() -> None:
    known = KnownField(
        path="city", kinds=frozenset({"text"}), born=0, seen=500, absent=4, first_at=NOW, last_at=NOW
    )
    learning = Learning(fields={"city": known}, samples=504)
    shape: Shape = {}
    learning.learn([shape], now=NOW)

    assert [change.what for change in learning.changes] == [What.MISSING]
