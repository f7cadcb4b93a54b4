"""What the demo's dialer said to a lead, and what each answer meant for it."""

from __future__ import annotations

import orjson

from gateway.leads.lead import State
from gateway.store.operations import LeadResult
from gateway.store.records import NewLead

UNREACHABLE = "The dialer cannot be reached. Check that it runs and that no firewall is between."
LATE = "The dialer did not answer in time. It may have the lead: look there first."
NO_LIST = "The dialer has no such list. Create it there, or correct list_id in gateway.toml."
BAD_NUMBER = "The dialer does not take this phone number. Correct it and send it again."


def answer(message: str) -> str:
    return orjson.dumps({"success": "false", "message": message}).decode()


def success(new: NewLead, lead_id: int) -> str:
    data = {
        "Phone Number": new.phone,
        "List ID": new.list_id,
        "Lead ID": str(lead_id),
        "Status": "NEW",
        "Prospects Id": new.fields.get("prospects_id", ""),
    }
    message = "add_lead LEAD CREATED SUCCESSFULLY"
    return orjson.dumps({"success": "true", "message": message, "data": data}).decode()


def created(new: NewLead, lead_id: int) -> LeadResult:
    return LeadResult(
        lead_id=new.id,
        state=State.DELIVERED,
        outcome="created",
        dialer_lead_id=str(lead_id),
        dialer_list_id=new.list_id,
        dialer_status="NEW",
    )


def unreachable(new: NewLead, next_at: float) -> LeadResult:
    return LeadResult(
        lead_id=new.id,
        state=State.QUEUED,
        outcome="not_sent",
        reason_code="dialer.unreachable",
        message=UNREACHABLE,
        next_at=next_at,
    )


def unconfirmed(new: NewLead) -> LeadResult:
    return LeadResult(
        lead_id=new.id,
        state=State.UNCONFIRMED,
        outcome="unknown",
        reason_code="dialer.timeout",
        message=LATE,
    )


def held(new: NewLead) -> LeadResult:
    return LeadResult(
        lead_id=new.id,
        state=State.HELD,
        outcome="refused",
        reason_code="list.not_found",
        message=NO_LIST,
        hold_scope=f"list:{new.list_id}",
    )


def rejected(new: NewLead) -> LeadResult:
    return LeadResult(
        lead_id=new.id,
        state=State.REJECTED,
        outcome="rejected",
        reason_code="phone.invalid",
        message=BAD_NUMBER,
    )
