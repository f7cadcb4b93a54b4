"""What people did in the console and on the command line, and why."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from gateway.accounts import Role
from gateway.store.audit import COMMAND_LINE
from gateway.store.columns import clean
from gateway.web.console import deeds, incidents
from gateway.web.console.page import page
from gateway.web.console.rights import needs
from gateway.web.context import services

blueprint = Blueprint("console_audit", __name__, url_prefix="/console/audit")

ON_A_PAGE = 50
MOST = 100  # characters of a filter
_NOT_PEOPLE = (COMMAND_LINE, "gateway", incidents.NOBODY)


@blueprint.get("")
@needs(Role.OPERATOR)
def index() -> Response:
    """Newest first; a page begins behind the entry that the one before ended with."""
    asked = {name: clean(request.args.get(name, ""))[:MOST] for name in ("actor", "subject", "id", "after")}
    after = asked.pop("after")
    wanted = asked
    found = services().store.console.audit.latest(
        actor=wanted["actor"] or None,
        subject=wanted["subject"] or None,
        subject_id=wanted["id"] or None,
        after=after or None,
        limit=ON_A_PAGE + 1,
    )
    shown = found[:ON_A_PAGE]
    filters = {name: value for name, value in wanted.items() if value}
    return page(
        "audit.html",
        entries=[deeds.told(entry) for entry in shown],
        wanted=wanted,
        filtered=bool(filters),
        actors=[*(each.name for each in services().store.console.users.everybody()), *_NOT_PEOPLE],
        subjects=deeds.SUBJECTS,
        older=_address(filters | {"after": shown[-1].id}) if len(found) > ON_A_PAGE else "",
        newest=_address(filters) if after else "",
    )


def _address(parameters: dict[str, str]) -> str:
    return url_for("console_audit.index", **parameters)  # type: ignore[arg-type]
