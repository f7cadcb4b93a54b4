"""What a pull brings, what it leaves out, and how far it counts as done; on every platform and both engines."""

from __future__ import annotations

import itertools

import pytest

from gateway.asking import HttpAsker
from gateway.capture import capture_all
from gateway.leads.lead import State
from gateway.pulling.feed import LEASE, Outcome
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.pull import DAY, FARTHEST, HOUR, MINUTE, Answer, Question
from gateway.sources.registry import SOURCES
from tests.pulling.platforms import told
from tests.pulling.world import World, row_of

TROUBLES = {
    "500": "pull.status",
    "503": "pull.status",
    "429": "pull.too_many",
    "key": "pull.key",
    "redirect": "pull.refused",
    "html": "pull.unreadable",
    "half": "pull.unreadable",
    "cut_off": "pull.unreachable",
    "closed": "pull.unreachable",
    "silent": "pull.timeout",
    "drip": "pull.timeout",
}
# What is no JSON of the Graph API's kind does not come from it.
TROUBLES_OF_META = {**TROUBLES, "key": "pull.unreadable", "redirect": "pull.unreadable"}


def push(world: World, number: int) -> None:
    """The same enquiry, as the platform pushes it."""
    source, kind = world.source, SOURCES[world.kind]
    now = world.clock.now()
    inbound = Inbound(
        method="POST", path="/webhooks/x", body=told(row_of(world.kind, number, now))[1], received_at=now
    )
    capture_all(
        world.services, source, keep(source, kind, inbound, f"P{number}"), kind.parse(source, inbound)
    )


def test_a_lead_that_was_only_filed_is_brought(world: World) -> None:
    world.file(1)
    began = world.clock.now()

    turn = world.feed().turn()

    assert (turn.outcome, turn.kept.fresh) == (Outcome.DONE, 1)
    assert world.phones() == ["9800000001"]
    assert world.leads()[0].state is State.QUEUED
    assert world.covered() == began - world.feed().pull.overlap


def test_the_overlap_brings_nothing_twice(world: World) -> None:
    world.file(1)
    feed = world.feed()
    feed.turn()
    world.later()
    world.file(2)

    turn = feed.turn()

    assert (turn.kept.fresh, turn.kept.known) == (1, 1)
    assert world.phones() == ["9800000001", "9800000002"]
    assert world.services.store.verify() == []


def test_a_lead_filed_late_is_found_by_the_overlap(world: World) -> None:
    feed = world.feed()
    feed.turn()
    late = world.clock.now() - 60
    world.later()
    world.file(1, at=late)

    assert feed.turn().kept.fresh == 1


@pytest.mark.parametrize("fault", sorted(TROUBLES))
def test_whatever_goes_wrong_the_lead_is_brought_in_the_end(world: World, fault: str) -> None:
    feed = world.feed()
    feed.turn()
    hasty = world.feed(HttpAsker(silence=0.3, patience=0.5))
    covered = world.covered()
    world.later()
    world.file(1)
    world.platform.faults = [fault]

    failed = hasty.turn()

    assert failed.word == (TROUBLES_OF_META if world.kind == "meta" else TROUBLES)[fault]
    assert world.covered() == covered
    world.later()
    assert feed.turn().outcome is Outcome.DONE
    assert world.phones() == ["9800000001"]


@pytest.mark.parametrize("manner", ["packed", "chunked"])
def test_answers_come_in_any_wrapping(world: World, manner: str) -> None:
    world.file(1)
    world.platform.faults = [manner]

    assert world.feed().turn().kept.fresh == 1


def test_a_wrong_key_is_told_as_such(world: World) -> None:
    name = {"housing": "encryption_key", "meta": "access_token"}.get(world.kind, "pull_key")

    turn = world.feed(**{name: "another-key-0123456789"}).turn()

    assert turn.word in ("pull.key", "pull.unreadable")  # TradeIndia shows a page to log in


def test_what_comes_while_the_first_pulls_fail_is_brought_too(world: World) -> None:
    feed = world.feed()
    world.platform.faults = ["key", "500", "closed"]
    for number in range(3):
        feed.turn()
        world.file(number)
        world.later()

    feed.turn()

    assert world.phones() == ["9800000000", "9800000001", "9800000002"]


def test_a_lead_that_was_pushed_is_not_called_again(indiamart: World) -> None:
    push(indiamart, 1)
    indiamart.file(1)
    indiamart.file(2)

    turn = indiamart.feed().turn()

    assert (turn.kept.fresh, turn.kept.known) == (1, 1)
    assert indiamart.phones() == ["9800000001", "9800000002"]


def test_a_lead_that_is_pushed_after_it_was_pulled_is_a_duplicate(indiamart: World) -> None:
    indiamart.file(1)
    indiamart.feed().turn()

    push(indiamart, 1)

    assert sorted(lead.state for lead in indiamart.leads()) == [State.DUPLICATE, State.QUEUED]


def test_a_push_and_a_pull_of_housing_are_one_call_though_it_gives_no_ids(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("housing", f"sqlite:///{sqlite_path}")
    source, kind = world.source, SOURCES["housing"]
    pushed = {"name": "Asha Verma", "mobile_number": "9800000001", "project_name": "Green Acres"}
    inbound = Inbound(method="POST", path="/webhooks/x", body=told(pushed)[1], received_at=world.clock.now())
    capture_all(world.services, source, keep(source, kind, inbound, "P1"), kind.parse(source, inbound))
    world.file(1)

    world.feed().turn()

    assert sorted(lead.state for lead in world.leads()) == [State.DUPLICATE, State.QUEUED]


def test_one_bad_row_spoils_no_other_and_is_kept_once(indiamart: World) -> None:
    indiamart.file(1)
    indiamart.file(2, SENDER_MOBILE="none")
    indiamart.platform.file("no enquiry", indiamart.clock.now())  # type: ignore[arg-type]
    indiamart.file(3, SENDER_NAME="half a \ud83d")
    indiamart.file(4)
    feed = indiamart.feed()

    feed.turn()
    indiamart.clock.turn(1)
    indiamart.later()
    feed.turn()

    states = sorted(lead.state for lead in indiamart.leads())
    assert states == [*[State.QUARANTINED] * 3, *[State.QUEUED] * 2]
    assert indiamart.services.store.verify() == []


def test_a_pulled_enquiry_can_be_read_again_from_the_store(indiamart: World) -> None:
    indiamart.file(1)
    indiamart.file(2)
    indiamart.feed().turn()

    story = indiamart.services.store.story(indiamart.leads()[0].id)

    assert story is not None
    again = SOURCES["indiamart"].parse(
        indiamart.source, Inbound(method=story.enquiry.method, path="", body=story.enquiry.body)
    )
    assert [submission.key for submission in again] == ["Q1", "Q2"]


def test_two_processes_never_pull_at_once(indiamart: World) -> None:
    second = indiamart.feed()
    outcomes = []
    indiamart.platform.before_answer = lambda: outcomes.append(second.turn().outcome)

    indiamart.feed().turn()

    assert outcomes == [Outcome.NOT_NOW]
    assert len(indiamart.platform.asked) == 1


def test_the_turn_of_a_process_that_died_goes_to_another(indiamart: World) -> None:
    class Dies(Exception):
        pass

    class Dying:
        def ask(self, question: Question) -> Answer:
            raise Dies

    indiamart.file(1)
    with pytest.raises(Dies):
        indiamart.feed(Dying()).turn()
    assert indiamart.feed().turn().outcome is Outcome.NOT_NOW

    indiamart.clock.turn(LEASE + indiamart.feed().pull.pace)

    indiamart.feed().turn(since=indiamart.clock.now() - HOUR)
    assert indiamart.phones() == ["9800000001"]


def test_who_lost_its_turn_changes_nothing_any_more(indiamart: World) -> None:
    """A process that stood still past its lease comes back while another has gone on."""
    indiamart.file(1)
    slow, quick = indiamart.feed(), indiamart.feed()

    def stand_still() -> None:
        indiamart.platform.before_answer = lambda: None
        indiamart.clock.turn(max(LEASE, slow.pull.pace) + 1)
        assert quick.turn().outcome is Outcome.DONE

    indiamart.platform.before_answer = stand_still
    slow.turn()

    checkpoint = slow.checkpoint()
    assert checkpoint is not None
    assert checkpoint.covered == indiamart.clock.now() - slow.pull.overlap
    assert indiamart.phones() == ["9800000001"]


def test_the_platform_is_never_asked_sooner_than_it_wants(indiamart: World) -> None:
    """Whatever happens in between: failures, new processes, pulls by hand."""
    indiamart.platform.faults = ["well", "500", "well", "429", "closed"]
    for step in range(80):
        indiamart.feed().turn(since=indiamart.clock.now() - HOUR if step % 3 else None)
        indiamart.clock.turn(47)

    moments = [at for at, _ in indiamart.platform.asked]
    assert len(moments) > 6
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= 300


def test_after_days_off_every_window_is_asked_for_in_turn(world: World) -> None:
    feed = world.feed()
    feed.turn()
    began = world.clock.now()
    for number in range(16):
        world.file(number, at=began + (number + 1) * 15 * HOUR)
    world.clock.turn(11 * DAY)

    turns = 0
    while world.covered() < began + 11 * DAY - HOUR:
        world.later()
        assert feed.turn().outcome is Outcome.DONE
        turns += 1

    assert turns >= 11 * DAY / feed.pull.longest
    assert world.phones() == [f"98{number:08d}" for number in range(16)]


def test_the_checkpoint_never_passes_leads_that_the_platform_held_back(indiamart: World) -> None:
    began = indiamart.clock.now()
    feed = indiamart.feed()
    feed.turn()
    for number in range(40):
        indiamart.file(number, at=began + 60 + number * 61)
    indiamart.platform.most = 7
    indiamart.clock.turn(2 * HOUR)

    for _ in range(60):
        indiamart.later()
        feed.turn()
        covered = indiamart.covered()
        kept = set(indiamart.phones())
        due = {f"98{number:08d}" for number in range(40) if began + 60 + number * 61 < covered}
        assert due <= kept

    assert len(indiamart.phones()) == 40


def test_more_leads_in_a_minute_than_the_platform_gives_stop_the_pull_and_are_told(indiamart: World) -> None:
    indiamart.platform.most = 2
    feed = indiamart.feed()
    feed.turn()
    covered = indiamart.covered()
    indiamart.clock.turn(90)
    for number in range(5):
        indiamart.file(number)
    words = set()
    for _ in range(12):
        indiamart.later()
        words.add(feed.turn().word)

    assert words >= {"cut", "pull.cut"}
    assert indiamart.covered() < covered + 15 * MINUTE


def test_an_answer_that_is_too_large_is_asked_for_in_parts(indiamart: World) -> None:
    indiamart.file(1)
    indiamart.platform.faults = ["endless"]
    feed = indiamart.feed()

    assert feed.turn().outcome is Outcome.CUT
    indiamart.later()
    for _ in range(3):
        feed.turn()
        indiamart.later()
    assert indiamart.phones() == ["9800000001"]


def test_pages_are_asked_for_until_the_last(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("tradeindia", f"sqlite:///{sqlite_path}")
    for number in range(230):
        world.file(number)

    turn = world.feed().turn()

    assert turn.kept.fresh == 230
    assert [query["page_no"] for _, query in world.platform.asked] == ["1", "2", "3"]
    assert world.waited == [2.0, 2.0]


def test_a_page_that_fails_leaves_the_window_open(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("tradeindia", f"sqlite:///{sqlite_path}")
    feed = world.feed()
    feed.turn()
    covered = world.covered()
    world.later()
    for number in range(120):
        world.file(number)
    world.platform.faults = ["well", "500"]

    assert feed.turn().word == "pull.status"
    assert world.covered() == covered
    world.later()
    assert (feed.turn().kept.fresh, len(world.leads())) == (20, 120)


def test_notices_in_front_of_the_leads_do_no_harm(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("tradeindia", f"sqlite:///{sqlite_path}")
    world.file(1)
    world.platform.faults = ["noisy"]

    assert world.feed().turn().kept.fresh == 1


def test_a_database_that_goes_away_between_answer_and_commit_loses_nothing(indiamart: World) -> None:
    indiamart.file(1)
    feed = indiamart.feed()
    store = indiamart.services.store
    kept_back = store.write
    indiamart.platform.before_answer = lambda: store.write(
        lambda transaction: transaction.run("ALTER TABLE leads RENAME TO leads_away")
    )

    with pytest.raises(Exception, match="leads"):
        feed.turn()

    kept_back(lambda transaction: transaction.run("ALTER TABLE leads_away RENAME TO leads"))
    indiamart.platform.before_answer = lambda: None
    indiamart.clock.turn(LEASE + feed.pull.pace)
    feed.turn(since=indiamart.clock.now() - HOUR)
    assert indiamart.phones() == ["9800000001"]


def test_a_source_that_was_off_for_months_goes_on_after_the_gap(indiamart: World) -> None:
    feed = indiamart.feed()
    feed.turn()
    indiamart.clock.turn(90 * DAY)
    indiamart.file(1, at=indiamart.clock.now() - FARTHEST + HOUR)

    while indiamart.covered() < indiamart.clock.now() - HOUR:
        indiamart.later()
        feed.turn()

    assert indiamart.phones() == ["9800000001"]


def test_by_hand_a_planned_pause_is_not_waited_for_but_a_refusal_is(indiamart: World) -> None:
    feed = indiamart.feed()
    indiamart.platform.faults = ["key", "429"]
    assert feed.turn().word == "pull.key"
    indiamart.clock.turn(feed.pull.pace)

    assert feed.turn().outcome is Outcome.NOT_NOW
    assert feed.turn(since=indiamart.clock.now() - HOUR).word == "pull.too_many"
    indiamart.clock.turn(feed.pull.pace)
    assert feed.turn(since=indiamart.clock.now() - HOUR).outcome is Outcome.NOT_NOW


def test_a_pull_by_hand_never_moves_the_checkpoint_over_a_gap(indiamart: World) -> None:
    feed = indiamart.feed()
    feed.turn()
    covered = indiamart.covered()
    indiamart.clock.turn(2 * DAY)

    feed.turn(since=indiamart.clock.now() - HOUR)

    assert indiamart.covered() == covered


def test_pauses_grow_while_the_platform_is_out_of_order(indiamart: World) -> None:
    feed = indiamart.feed()
    indiamart.platform.faults = ["500"] * 6
    pauses = []
    for _ in range(6):
        feed.turn()
        checkpoint = feed.checkpoint()
        assert checkpoint is not None
        pauses.append(round(checkpoint.next_at - indiamart.clock.now()))
        indiamart.later()

    assert pauses == [305, 305, 305, 480, 960, 1800]


def test_every_form_of_a_page_is_asked_for_all_its_leads(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("meta", f"sqlite:///{sqlite_path}")
    for number in range(13):
        world.file(number)

    turn = world.feed().turn()

    assert turn.kept.fresh == 13
    assert world.phones() == [f"98{number:08d}" for number in range(13)]


def test_without_the_right_to_name_ads_the_leads_come_all_the_same(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("meta", f"sqlite:///{sqlite_path}")
    world.platform.may_name_ads = False  # type: ignore[attr-defined]
    for number in range(5):
        world.file(number)

    assert world.feed().turn().kept.fresh == 5


def test_a_lead_that_meta_has_told_of_is_not_pulled_again(open_world, sqlite_path) -> None:  # type: ignore[no-untyped-def]
    world: World = open_world("meta", f"sqlite:///{sqlite_path}")
    source, kind = world.source, SOURCES["meta"]
    row = world.file(1)
    world.file(2)
    change = {"field": "leadgen", "value": {"leadgen_id": row["id"], "form_id": row["form_id"]}}
    body = told({"object": "page", "entry": [{"changes": [change]}]})[1]
    inbound = Inbound(method="POST", path="/webhooks/x", body=body, received_at=world.clock.now())
    capture_all(world.services, source, keep(source, kind, inbound, "P1"), kind.parse(source, inbound))

    turn = world.feed().turn()

    assert (turn.kept.fresh, turn.kept.known) == (1, 1)
    assert sorted(lead.state for lead in world.leads()) == [State.QUARANTINED, State.QUEUED]
