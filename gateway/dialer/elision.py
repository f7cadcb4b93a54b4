"""The dialer's documented API: add_lead, add_multi_lead and manual_dial, answered as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.config import DialerConfig
from gateway.dialer.answers import read_call, read_lead, read_leads
from gateway.dialer.exchanges import Exchanges
from gateway.dialer.form import Form
from gateway.dialer.http_status import multi_refused
from gateway.dialer.messages import REASONS
from gateway.dialer.outcome import Answer, Answers, Call, CallAnswer, Created, Fields, LookUpError, Rejected
from gateway.dialer.transport import Transport

CALL_SECONDS = 8.0  # a call that rings minutes later is worse than an error
TOO_LONG = Rejected(code="request.too_long", message=REASONS["request.too_long"])


class ElisionDialer:
    """One dialer that speaks the document of 2018, and what newer servers made of it."""

    can_look_up = False

    def __init__(self, config: DialerConfig, transport: Transport) -> None:
        self.name = config.name
        self._transport = transport
        self._exchanges = Exchanges(config)
        self._form = Form(config, transport.target)
        self._single = self._form.fixed(source=config.source, action="add_lead", custom_fields="Y")
        self._multi = self._form.fixed(source=config.source, action=config.multi_action, custom_fields="Y")
        self._call = self._form.fixed(source=config.source, action="manual_dial")

    def add_lead(self, lead: Fields) -> Answer:
        request = self._form.request(self._single, self._form.lead(lead))
        if request is None:
            return Answer(outcome=TOO_LONG, exchange=self._exchanges.none("add_lead"))
        result = self._transport.send(request)
        redact = self._exchanges.redact((lead,))
        outcome = read_lead(result, lead, redact)
        return Answer(outcome=outcome, exchange=self._exchanges.of("add_lead", result, redact))

    def add_multi_lead(self, leads: Sequence[Fields]) -> Answers:
        """One request; when the dialer refuses several at once they come back as Busy, to go singly."""
        request = self._form.multi(self._multi, leads)
        if request is None:
            refused = (multi_refused(),) * len(leads)
            return Answers(outcomes=refused, exchange=self._exchanges.none("add_multi_lead"))
        result = self._transport.send(request)
        redact = self._exchanges.redact(leads)
        outcomes = read_leads(result, leads, redact)
        return Answers(outcomes=outcomes, exchange=self._exchanges.of("add_multi_lead", result, redact))

    def fitting(self, leads: Sequence[Fields]) -> int:
        return self._form.fitting(self._multi, leads)

    def manual_dial(self, call: Call) -> CallAnswer:
        parameters = {
            "agent_user": call.agent_user,
            "value": call.value,
            "search": "YES" if call.search else "NO",
            "preview": "YES" if call.preview else "NO",
            "focus": "YES" if call.focus else "NO",
            "phone_code": call.phone_code,
            "prospects_id": call.prospects_id,
        }
        request = self._form.request(self._call, self._form.values(parameters))
        if request is None:
            return CallAnswer(outcome=TOO_LONG, exchange=self._exchanges.none("manual_dial"))
        result = self._transport.send(request, timeout=min(call.seconds, CALL_SECONDS))
        redact = self._exchanges.redact(({"value": call.value},))
        outcome = read_call(result, redact)
        return CallAnswer(outcome=outcome, exchange=self._exchanges.of("manual_dial", result, redact))

    def look_up(self, lead: Fields) -> Created | None:  # noqa: ARG002 - the protocol's name
        raise LookUpError("this dialer cannot be asked for a lead")

    def close(self) -> None:
        self._transport.close()
