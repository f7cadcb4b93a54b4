"""VICIdial's own API, non_agent_api.php and agc/api.php: lines of text, and a lead can be looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urljoin

from gateway.config import DialerConfig
from gateway.dialer.answers import read_call, read_lead
from gateway.dialer.elision import CALL_SECONDS, TOO_LONG
from gateway.dialer.exchanges import Exchanges
from gateway.dialer.form import Form
from gateway.dialer.outcome import (
    Answer,
    Answers,
    Call,
    CallAnswer,
    Created,
    Exchange,
    Fields,
    LookUpError,
)
from gateway.dialer.redact import KEPT
from gateway.dialer.transport import Failure, Transport

_VENDOR_LEAD_CODE = 20  # characters; the rest is cut silently, and then the whole finds nothing
_FIRST_NAME = 30
_FOUND = re.compile(r"LEADS FOUND IN THE SYSTEM:\s*\|[^|\n]*\|(\d+)[\d,-]*\|[^|\n]*\|[^|\n]*\|([^|\n]*)")
_BY_PHONE = re.compile(r"^(\d+)\|(\d+)\|(\d+)[\d-]*\s*$", re.MULTILINE)
_NONE_FOUND = "NO MATCHES FOUND IN THE SYSTEM"


class VicidialDialer:
    """One VICIdial; it has no batch add, so several leads are several requests."""

    can_look_up = True

    def __init__(self, config: DialerConfig, transport: Transport) -> None:
        self.name = config.name
        self._config = config
        self._transport = transport
        self._exchanges = Exchanges(config)
        self._form = Form(config, transport.target)
        self._agents = Form(config, urljoin(transport.target, "../agc/api.php"))
        source = config.source
        self._add = self._form.fixed(source=source, function="add_lead", custom_fields="Y")
        self._by_reference = self._form.fixed(
            source=source, function="update_lead", search_method="VENDOR_LEAD_CODE", no_update="Y"
        )
        self._by_phone = self._form.fixed(source=source, function="lead_search")
        self._call = self._agents.fixed(source=source, function="external_dial")

    def add_lead(self, lead: Fields) -> Answer:
        request = self._form.request(self._add, self._form.lead(self._named(lead)))
        if request is None:
            return Answer(outcome=TOO_LONG, exchange=self._exchanges.none("add_lead"))
        result = self._transport.send(request)
        redact = self._exchanges.redact((lead,))
        outcome = read_lead(result, lead, redact)
        return Answer(outcome=outcome, exchange=self._exchanges.of("add_lead", result, redact))

    def add_multi_lead(self, leads: Sequence[Fields]) -> Answers:
        """One request after another."""
        answers = [self.add_lead(lead) for lead in leads]
        exchanges = [answer.exchange for answer in answers]
        together = Exchange(
            action="add_lead",
            http_status=next((e.http_status for e in reversed(exchanges) if e.http_status), None),
            response="\n".join(e.response for e in exchanges)[:KEPT],
            seconds=sum(e.seconds for e in exchanges),
        )
        return Answers(outcomes=tuple(answer.outcome for answer in answers), exchange=together)

    def fitting(self, leads: Sequence[Fields]) -> int:  # noqa: ARG002 - the protocol's name
        return 1

    def manual_dial(self, call: Call) -> CallAnswer:
        parameters = {
            "agent_user": call.agent_user,
            "value": call.value,
            "phone_code": call.phone_code,
            "search": "YES" if call.search else "NO",
            "preview": "YES" if call.preview else "NO",
            "focus": "YES" if call.focus else "NO",
            "vendor_id": call.prospects_id[:_VENDOR_LEAD_CODE],
        }
        request = self._agents.request(self._call, self._agents.values(parameters))
        if request is None:
            return CallAnswer(outcome=TOO_LONG, exchange=self._exchanges.none("manual_dial"))
        result = self._transport.send(request, timeout=min(call.seconds, CALL_SECONDS))
        redact = self._exchanges.redact(({"value": call.value},))
        outcome = read_call(result, redact)
        return CallAnswer(outcome=outcome, exchange=self._exchanges.of("manual_dial", result, redact))

    def look_up(self, lead: Fields) -> Created | None:
        """By reference within the list, which an index serves; by phone only for a lead without reference."""
        reference = lead.get("prospects_id", "")[:_VENDOR_LEAD_CODE]
        if reference:
            within = {"search_location": "LIST", "list_id": lead.get("list_id", "")}
            text = self._ask(self._by_reference, {"vendor_lead_code": reference, **within})
            found = _FOUND.search(text)
            if found:
                return Created(lead_id=found[1], list_id=found[2].strip() or None)
        else:
            text = self._ask(self._by_phone, {"phone_number": lead.get("phone_number", "")})
            found = _BY_PHONE.search(text)
            if found:
                return Created(lead_id=found[3])
        if _NONE_FOUND in text:
            return None
        raise LookUpError("the dialer did not say whether it has the lead")

    def close(self) -> None:
        self._transport.close()

    def _ask(self, fixed: str, parameters: dict[str, str]) -> str:
        request = self._form.request(fixed, self._form.values(parameters))
        if request is None:
            raise LookUpError("the question does not fit into one request")
        result = self._transport.send(request)
        if isinstance(result, Failure):
            raise LookUpError(result.code)
        if result.cut:
            raise LookUpError(result.cut)
        return result.body.decode("utf-8", errors="replace")

    def _named(self, lead: Fields) -> dict[str, str]:
        """The lead under VICIdial's names; the rest are custom fields of the list and keep theirs."""
        named = dict(lead)
        reference = named.pop("prospects_id", "")
        named["vendor_lead_code"] = reference[:_VENDOR_LEAD_CODE]
        named["first_name"] = lead.get("CustomerName", "")[:_FIRST_NAME]
        # Without a country code the dialer takes a lead for an American and calls it at American hours.
        if len(lead.get("phone_number", "")) == 10 and "phone_code" not in self._config.parameters:
            named.setdefault("phone_code", "91")
        return named
