"""The console's menu: what is in it, for whom, and what stands beside each entry."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request, url_for

from gateway.accounts import Role
from gateway.web.console.rights import person


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One line of the menu; `endpoint` is also where it leads."""

    text: str
    endpoint: str
    icon: str  # a file of templates/console/icons
    role: Role = Role.VIEWER


ENTRIES = (
    Entry(text="Overview", endpoint="console_overview.show", icon="overview"),
    Entry(text="Leads", endpoint="console_leads.index", icon="leads"),
    Entry(text="Sources", endpoint="console_sources.index", icon="sources"),
    Entry(text="Dialers", endpoint="console_dialers.index", icon="dialers"),
    Entry(text="Alerts", endpoint="console_alerts.index", icon="alerts"),
    Entry(text="Do not call", endpoint="console_suppressions.index", icon="suppressions"),
    Entry(text="Jobs", endpoint="console_jobs.index", icon="jobs"),
    Entry(text="Audit log", endpoint="console_audit.index", icon="audit", role=Role.OPERATOR),
    Entry(text="People", endpoint="console_users.index", icon="users", role=Role.ADMIN),
)


def entries() -> list[tuple[Entry, str, bool]]:
    """Each entry this person may open, its address, and whether we are there."""
    area = request.blueprint
    return [
        (entry, url_for(entry.endpoint), entry.endpoint.partition(".")[0] == area)
        for entry in ENTRIES
        if person().role.covers(entry.role)
    ]
