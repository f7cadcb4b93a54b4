"""The submission page of one source: what its sender must know, as sections that become Markdown and HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.config import GatewayConfig, SourceConfig
from gateway.leads.reasons import PROBLEMS
from gateway.sources.base import Door
from gateway.web import snippets
from gateway.web.openapi import guide
from gateway.web.openapi.test_numbers import lead_rows
from gateway.web.prose import Block, Code, Items, Remark, Section, Table, Text, markdown
from gateway.web.reasons import REASONS
from gateway.web.submission import platforms
from gateway.web.submission.facts import Facts, facts_of, field_rows, is_platform, window
from gateway.web.submission.samples import samples_of, shared_machine_sample
from gateway.web.submission.sending import Proof, Sending, sending_of

ERRORS = (
    "lead.invalid",
    "lead.rejected",
    "lead.suppressed",
    "auth.required",
    "auth.refused",
    "rate.exceeded",
    "cap.daily",
    "idempotency.running",
    "idempotency.reused",
    "storage.locked",
    "gateway.error",
)
_SUMMARIES = {
    False: "What a program has to send, how it proves itself, and what it is answered.",
    True: "How the platform is connected, and what it is answered.",
}
_SNIPPETS = (snippets.Style.HTML, snippets.Style.EMBED, snippets.Style.FETCH, snippets.Style.CURL)


@dataclass(frozen=True, kw_only=True, slots=True)
class SubmissionPage:
    """One page for one sender; it holds no secret, so that it can be sent by mail."""

    title: str
    summary: str
    sections: tuple[Section, ...]


def page_of(source: SourceConfig, config: GatewayConfig) -> SubmissionPage:
    """From the configuration as it is now."""
    facts = facts_of(source, config)
    sending = sending_of(source, config.public_url)
    sections = (
        _at_a_glance(facts),
        *_first_steps(facts, config.public_url),
        *_fields(facts),
        *_samples(facts, sending, config.public_url),
        *_answers(facts),
        *_test_numbers(facts),
        *_callbacks(facts),
    )
    return SubmissionPage(
        title=f"Leads for {source.name}",
        summary=_SUMMARIES[is_platform(source)],
        sections=sections,
    )


def as_markdown(page: SubmissionPage) -> str:
    return f"# {page.title}\n\n{page.summary}\n\n{markdown(page.sections)}"


# -- what holds for every kind ----------------------------------------------------------------------------------


def _at_a_glance(facts: Facts) -> Section:
    source = facts.source
    rows = [
        ("Address", f"`{facts.url}`"),
        ("Method", f"`{facts.method}`"),
        ("Proof", facts.proof),
        ("Kind", f"`{source.kind}`"),
        ("Limits", "; ".join(facts.limits) or "none"),
    ]
    if source.daily_cap:
        rows.append(("A day", f"at most {source.daily_cap:,} leads, counted until midnight UTC"))
    rows.append(("The same person", _dedupe(source)))
    if facts.door is not Door.WEBHOOK:
        rows.append(("Waiting", _waiting(facts)))
    if len(facts.lists) > 1:
        rows.append(("Lists", ", ".join(f"`{each}`" for each in facts.lists)))
    if source.countries:
        rows.append(("Numbers of", ", ".join(source.countries)))
    blocks: list[Block] = [Table(head=("", ""), rows=tuple(rows))]
    if facts.fixed:
        fixed = tuple(
            (
                f"`{each.field}`",
                each.value,
                "yours, if you send one" if each.sender_wins else "always this one",
            )
            for each in facts.fixed
        )
        blocks += [
            Text(text="These are set for this source:"),
            Table(head=("field", "value", "which one counts"), rows=fixed),
        ]
    return Section(id="at-a-glance", title="At a glance", blocks=tuple(blocks))


def _dedupe(source: SourceConfig) -> str:
    if not source.dedupe:
        return "is a new lead every time"
    where = f", also from other sources of the group {source.dedupe_group}" if source.dedupe_group else ""
    return f"within {window(source.dedupe)} is a duplicate{where}: kept, answered with the first Lead ID, not dialed"


def _waiting(facts: Facts) -> str:
    wait = facts.source.wait
    usual = (
        f"up to {wait:g} seconds for the dialer"
        if wait
        else "not at all: the answer is 202 once it is on disk"
    )
    return f"{usual}; `Prefer: wait=N` asks for another time, 0 to 25"


# -- what depends on the kind -----------------------------------------------------------------------------------


def _first_steps(facts: Facts, public_url: str) -> Iterator[Section]:
    if facts.has_keys:
        items = (
            (
                "**Get a test key** from the operator of the gateway (`gateway keys create "
                f"{facts.source.name} --test`, or the console). It begins with `gw_test_` and reaches no dialer."
            ),
            "**Run a sample** below with it in `LEADS_KEY`, and one of the [test numbers](#test-numbers).",
            "**Ask for a live key**, put it in the test key's place, and send a lead of your own number first.",
        )
        about = Text(
            text=f"The whole API stands at [{public_url.rstrip('/')}/docs]({public_url.rstrip('/')}/docs)."
        )
        yield Section(
            id="first-steps", title="First steps", blocks=(Items(entries=items, numbered=True), about)
        )
    elif is_platform(facts.source):
        yield platforms.section(facts.source, facts.url)


def _fields(facts: Facts) -> Iterator[Section]:
    source = facts.source
    if facts.door is Door.PARTNER:
        rows = field_rows(source)
        blocks: tuple[Block, ...] = (
            Text(text="One of `mobile_no` and `phone_number` is needed. Any other name is refused."),
            Table(head=("name", "or", "rule"), rows=rows),
        )
        yield Section(id="fields", title="Fields", blocks=blocks)
    elif facts.door is Door.DROP_IN:
        yield Section(id="fields", title="Fields", blocks=(Text(text=_DROP_IN_FIELDS),))
    elif source.fields:
        places = tuple((f"`{name}`", f"`{place}`") for name, place in source.fields.items())
        more = f"The leads of one delivery stand in `{source.records}`. " if source.records else ""
        key = (
            f"`{source.key}` is your own number of a lead, by which a second delivery is known."
            if source.key
            else ""
        )
        yield Section(
            id="fields",
            title="Fields",
            blocks=(
                Text(text=f"Where each field is looked for in what you send (JMESPath). {more}{key}".strip()),
                Table(head=("field", "where"), rows=places),
            ),
        )
    elif facts.door is Door.FORM:
        form = source.form
        required = form.required if form else ("MobileNo",)
        asked = form.fields if form else ("CustomerName", "MobileNo")
        asked_for = tuple((f"`{name}`", "needed" if name in required else "") for name in asked)
        yield Section(
            id="fields",
            title="Fields",
            blocks=(
                Text(
                    text="A form of your own may use other spellings (`phone`, `name`, `message`, …) and more fields."
                ),
                Table(head=("field of the hosted form", ""), rows=asked_for),
            ),
        )


_DROP_IN_FIELDS = (
    "Those of the dialer's own document, with its actions `add_lead`, `add_multi_lead` and `manual_dial`. An "
    "existing program changes the host name and adds its key; everything else stays."
)


def _samples(facts: Facts, sending: Sending | None, public_url: str) -> Iterator[Section]:
    if facts.door is Door.FORM:
        found = {each.style: each for each in snippets.snippets(facts.source, public_url)}
        code = tuple(
            Code(
                language="bash" if style is snippets.Style.CURL else "html",
                title=found[style].title,
                text=found[style].code,
            )
            for style in _SNIPPETS
            if style in found
        )
        yield Section(id="samples", title="Code to copy", blocks=code)
    if sending is None:
        return
    blocks: list[Block] = [
        Text(text=f"Each reads its secret from the environment, here `{sending.secret_name}`.")
    ]
    if sending.proof is Proof.NONE:
        blocks = []
    for sample in samples_of(sending):
        title = f"{sample.title}: {sample.file_name}, run by {sample.run}"
        blocks.append(Code(language=sample.highlight, title=title, text=sample.code))
        if (shared := shared_machine_sample(sending)) and sample.language == "curl":
            blocks.append(Remark(text=guide.SEEN_BY_OTHERS))
            blocks.append(Code(language="bash", title="curl, on a machine with other users", text=shared))
    yield Section(id="samples", title="Samples", blocks=tuple(blocks))


def _answers(facts: Facts) -> Iterator[Section]:
    if facts.door is Door.WEBHOOK:
        text = (
            "Any 2xx means: everything is on disk, do not send it again. What cannot be read, or has no usable "
            "number, is kept for a person to mend. 401: the proof is wrong. 429 and 5xx: send it again after "
            "`Retry-After`."
        )
        yield Section(id="answers", title="Answers", blocks=(Text(text=text),))
        return
    if facts.door is Door.DROP_IN:
        pending = facts.source.options.get("when_pending") or "error"
        text = f"The dialer's own, byte for byte. A kept lead that is not confirmed in time is answered as {pending}."
        yield Section(id="answers", title="Answers", blocks=(Text(text=text),))
        return
    codes = tuple((f"`{code}`", str(REASONS[code].status), REASONS[code].sentence) for code in ERRORS)
    fields = tuple((f"`{code}`", sentence) for code, sentence in sorted(PROBLEMS.items()))
    yield Section(
        id="answers",
        title="Answers",
        blocks=(
            Table(
                head=("HTTP", "`lead.status`", "what it means"),
                rows=(
                    ("201", "`delivered`", "the dialer has it: `dialer.lead_id`"),
                    ("202", "`queued`, `held`, `unconfirmed`", "kept, and on its way: do not send it again"),
                    ("200", "`duplicate`", "the same person again: the first Lead ID"),
                    ("200", "`test`", "a test key: kept, never dialed"),
                    ("422", "", "not valid: one entry for each field under `errors`"),
                ),
            ),
            Table(head=("`reason_code`", "HTTP", "what to do"), rows=codes),
            Table(head=("`code` of a field", "what to do"), rows=fields),
        ),
    )


def _test_numbers(facts: Facts) -> Iterator[Section]:
    if not facts.has_keys:
        return
    text = "With a test key (`gw_test_…`) these numbers get the answer beside them every time; nothing is dialed."
    rows = lead_rows()
    table = Table(head=("number", "HTTP of `POST /v1/leads`", "what it is"), rows=rows)
    yield Section(id="test-numbers", title="Test numbers", blocks=(Text(text=text), table))


def _callbacks(facts: Facts) -> Iterator[Section]:
    if facts.callback:
        yield guide.callbacks()
