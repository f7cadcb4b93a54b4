"""What a developer reads before the operations: from no key to the first Lead ID, and what holds everywhere."""

from __future__ import annotations

from functools import cache

from gateway.dialer import messages
from gateway.leads.reasons import PROBLEMS
from gateway.web import lead_batches
from gateway.web.openapi.call_operation import field_codes
from gateway.web.openapi.callback_messages import ENDS
from gateway.web.openapi.lead_fields import example_lead
from gateway.web.openapi.replies import codes_of_partners
from gateway.web.openapi.test_numbers import call_rows, lead_rows
from gateway.web.preferences import LONGEST
from gateway.web.prose import Code, Items, Remark, Section, Table, Text
from gateway.web.reasons import REASONS
from gateway.web.submission.samples import Language, samples_of
from gateway.web.submission.sending import Proof, Sending
from gateway.web.templates import place_of

FIRST_NUMBER = "9999900201"  # of a test key: delivered, every time


SEEN_BY_OTHERS = (
    "A key or secret on a command line can be seen by other users of that machine while the command runs. "
    "On a machine that is not yours alone, let it come from a file or a pipe."
)
_FROM_A_PIPE = "curl -H @<(printf 'Authorization: Bearer %s' \"$LEADS_KEY\") …"


def guide(base: str) -> tuple[Section, ...]:
    """All of it, for a gateway that is reached at `base`."""
    return (
        start(base),
        _proof(),
        _idempotency(),
        _waiting(),
        _limits(),
        _test_keys(),
        _errors(),
        callbacks(),
        _versions(),
    )


def start(base: str) -> Section:
    lead = example_lead() | {"mobile_no": FIRST_NUMBER}
    body = "{" + ", ".join(f'"{name}": "{value}"' for name, value in lead.items()) + "}"
    send = (
        f"curl -sS {base}/v1/leads \\\n"
        '  -H "Authorization: Bearer $LEADS_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        '  -H "Idempotency-Key: $(uuidgen)" \\\n'
        f"  -d '{body}'"
    )
    ask = f'curl -sS {base}/v1/leads/LEAD_ID -H "Authorization: Bearer $LEADS_KEY"'
    return Section(
        id="start",
        title="Quick start",
        blocks=(
            Items(
                numbered=True,
                entries=(
                    (
                        "**Get a test key.** The gateway's operator makes one in the console, under Sources, or with "
                        "`gateway keys create SOURCE --test`. It begins with `gw_test_`, runs everything, and reaches "
                        "no dialer. It is shown once: keep it where your program keeps its secrets."
                    ),
                    (
                        f"**Send a lead** with the number `{FIRST_NUMBER}`, as below. With a test key it is delivered "
                        "every time: 201, and `dialer.lead_id` is the Lead ID `1764`."
                    ),
                    "**Try the bad days.** The [test numbers](#test-numbers) bring every other answer.",
                    "**Ask later** with `lead.id`, or be told at an address of yours: [callbacks](#callbacks).",
                    (
                        "**Go live.** Take a `gw_live_` key in its place; nothing else changes. From then on people "
                        "are called."
                    ),
                ),
            ),
            Code(language="bash", title="The first lead", text=f"export LEADS_KEY=gw_test_…\n{send}"),
            Code(language="bash", title="What became of it", text=ask),
            *_in_other_languages(base, lead),
            Text(
                text="A lead is on disk before you get a 2xx: never send it again then. After a 5xx, or no answer, "
                "send the same request again with the same `Idempotency-Key`."
            ),
        ),
    )


def _in_other_languages(base: str, lead: dict[str, str]) -> tuple[Code, ...]:
    sending = Sending(
        url=f"{base}/v1/leads", value=lead, is_json=True, proof=Proof.KEY, has_idempotency_key=True
    )
    return tuple(
        Code(language=each.highlight, title=f"The first lead in {each.title}", text=each.code)
        for each in samples_of(sending)
        if each.language is not Language.CURL
    )


def _proof() -> Section:
    return Section(
        id="authentication",
        title="Authentication",
        blocks=(
            Text(
                text="Send the key as `Authorization: Bearer …` or `X-Api-Key: …`. It is for one source. Never put it "
                "into an address: that is refused, because addresses end up in logs. Several keys may be good at "
                "once, so ask for the new one before you give up the old. A key may end at an hour, and may be bound "
                "to your addresses."
            ),
            Text(
                text="**Or sign.** With a secret (`whsec_…`) in a key's place, sign each request after "
                "[Standard Webhooks](https://www.standardwebhooks.com): `X-Gateway-Source` names your source, "
                "`webhook-id` the message, `webhook-timestamp` the second, and `webhook-signature` is `v1,` with the "
                "base64 of HMAC-SHA256 over `id.timestamp.body`. Of a GET, which has no body, the path is signed. "
                "Five minutes are allowed. Keep the id when you send again: it is the `Idempotency-Key`."
            ),
            Remark(text=SEEN_BY_OTHERS),
            Code(language="bash", text=_FROM_A_PIPE),
        ),
    )


def _idempotency() -> Section:
    return Section(
        id="idempotency",
        title="Send again without sending twice",
        blocks=(
            Text(
                text="Give every lead its own `Idempotency-Key`: 1 to 255 characters, a quoted string or letters, "
                "digits and `. _ : -`; a UUID is best. It is remembered for 30 days, per source."
            ),
            Table(
                head=("you send", "you get"),
                rows=(
                    ("the same key and request", "the first answer, with `Idempotent-Replayed: true`"),
                    ("the same key while the first runs", "409 `idempotency.running`, `Retry-After: 1`"),
                    ("the same key with another body", "422 `idempotency.reused`"),
                    ("a malformed key", "400 `idempotency.invalid`"),
                ),
            ),
            Text(
                text="A request that was refused (422) or not kept (503) uses up no key. "
                f"In a batch each row may have an `{lead_batches.ROW_KEY}` of its own."
            ),
        ),
    )


def _waiting() -> Section:
    return Section(
        id="waiting",
        title="How long to wait",
        blocks=(
            Text(
                text=f"`Prefer: wait=10` waits up to ten seconds for the dialer (0 to {LONGEST}); what was granted "
                "stands in `Preference-Applied`. Without it your source decides, usually 5. `wait=0` answers as soon "
                "as the lead is on disk. A 202 says that the lead is kept and on its way: ask `status_url` later, or "
                "take [callbacks](#callbacks)."
            ),
        ),
    )


def _limits() -> Section:
    return Section(
        id="limits",
        title="Limits",
        blocks=(
            Text(
                text="Every answer names the limits that count for you and what is left of each: `q` in `w` seconds, "
                "`r` left, more in `t` seconds."
            ),
            Code(
                language="http",
                text='RateLimit-Policy: "key-1s";q=50;w=1, "key-60s";q=600;w=60\n'
                'RateLimit: "key-1s";r=49;t=2, "key-60s";r=571;t=74',
            ),
            Text(
                text="A 429 `rate.exceeded` names the full one in `violated-policies`, and in `Retry-After` the "
                "seconds to wait. A batch counts once for seconds and minutes, and each row for a day. A source "
                "may have a daily cap: 429 `cap.daily`, until midnight UTC. Nothing of a 429 was kept. A body may have "
                f"64 KiB, that of a batch {lead_batches.MOST_BYTES >> 20} MiB and {lead_batches.MOST_ROWS:,} rows."
            ),
        ),
    )


def _test_keys() -> Section:
    return Section(
        id="test-numbers",
        title="Test numbers",
        blocks=(
            Text(
                text="With a key that begins with `gw_test_` these numbers, in any spelling, get the answer beside "
                "them every time. Nothing is dialed. Any other number is kept as `test`: 200. With a live key they are "
                "ordinary numbers."
            ),
            Table(title="Numbers of a lead", head=("`mobile_no`", "HTTP", "what it is"), rows=lead_rows()),
            Text(
                text="In a batch each row gets its own; one that stands for an error refuses the whole. An invalid "
                "lead needs no number: leave out `mobile_no`, or misspell a name."
            ),
            Table(title="Numbers of a call", head=("`value`", "HTTP", "what it is"), rows=call_rows()),
        ),
    )


def _errors() -> Section:
    said = tuple(
        (
            f"`{code}`",
            str(REASONS[code].status),
            "yes" if REASONS[code].retryable else "no",
            REASONS[code].sentence,
        )
        for code in sorted(codes_of_partners(), key=lambda code: (REASONS[code].status, code))
    )
    fields = tuple(
        (f"`{code}`", sentence) for code, sentence in sorted({**PROBLEMS, **field_codes()}.items())
    )
    dialer = tuple((f"`{code}`", sentence) for code, sentence in sorted(messages.REASONS.items()))
    return Section(
        id="errors",
        title="Errors",
        blocks=(
            Text(
                text="Every error is a problem document (RFC 9457, `application/problem+json`). It never repeats a "
                "value you sent. Decide by the status, `outcome` and `reason_code`: `failure` means that what was sent "
                "is at fault, `error` everything else. `retryable` says whether the same request may be sent again. "
                "`instance`, also in `X-Request-Id`, is this request's number: tell it to the operator."
            ),
            Table(
                title="Every reason code",
                head=("`reason_code`", "HTTP", "send again?", "what to do"),
                rows=said,
            ),
            Text(
                text="What is wrong with a field stands under `errors`, one entry for each; the first one's code is "
                "the `reason_code` of the whole."
            ),
            Table(title="Every code of a field", head=("`code`", "what to do"), rows=fields),
            Text(
                text="A lead that is kept may have a `reason_code` too, and so has a refused call: what the dialer "
                "said. The steps are for the gateway's operator, who sees it as well."
            ),
            Table(
                title="Every reason the dialer may give", head=("`reason_code`", "what it means"), rows=dialer
            ),
        ),
    )


def callbacks() -> Section:
    kinds = ", ".join(f"`lead.{state}`" for state in ENDS)
    return Section(
        id="callbacks",
        title="Be told what became of it",
        blocks=(
            Text(
                text=f"Give the operator an `https` address, and each lead that ends is told there: {kinds}. A message "
                "is JSON, signed after [Standard Webhooks](https://www.standardwebhooks.com) with a secret of your "
                "own. Answer 2xx within 15 seconds; anything else is tried again, ten times within three days. The "
                "same `webhook-id` may come twice: it is the same message."
            ),
            Code(language="python", title="Verify it, in Python", text=_verifying("callback.py")),
            Code(language="php", title="Verify it, in PHP", text=_verifying("callback.php")),
            Code(language="js", title="Verify it, in Node", text=_verifying("callback.cjs")),
        ),
    )


def _versions() -> Section:
    return Section(
        id="versions",
        title="What may change",
        blocks=(
            Text(
                text="`/v1` stays as it is: no address, field, status or code loses its meaning. New optional fields, "
                "members of answers, headers, reason codes and types of callbacks may come, so ignore what you do not "
                "know, and take an unknown code by its HTTP status and `retryable`. Sentences are for people and may "
                "be reworded. What cannot be kept will come as `/v2` beside it; the old one then answers with "
                "`Deprecation` and `Sunset` headers, for six months at least."
            ),
        ),
    )


@cache
def _verifying(name: str) -> str:
    """Code to copy; its tests run it."""
    return (place_of("samples") / "verify" / name).read_text(encoding="utf-8")
