"""The page that sends a test lead and shows each step it came through."""

from __future__ import annotations

from flask import Response

from gateway.accounts import Role
from gateway.operating.posting import CannotPost
from gateway.store.audit import Deed
from gateway.web.console.page import part, wants_part
from gateway.web.console.rights import needs, person
from gateway.web.console.sample_sending import send
from gateway.web.console.source_frame import configured, source_page
from gateway.web.console.sources import blueprint
from gateway.web.context import client_address, services


@blueprint.get("/<source_name>/test")
@needs(Role.OPERATOR)
def test(source_name: str) -> Response:
    """What a test does, and the button."""
    return source_page("test.html", configured(source_name), sent=None, trouble=None)


@blueprint.post("/<source_name>/test")
@needs(Role.OPERATOR)
def send_test(source_name: str) -> Response:
    """Send it now. Its course is shown in the answer itself: it is written down nowhere else."""
    source = configured(source_name)
    sent, trouble = None, None
    try:
        sent = send(source)
    except CannotPost as error:
        trouble = error
    if sent is not None:
        deed = Deed(
            actor=person().name,
            action="source.tried",
            subject="source",
            subject_id=source.name,
            detail={"status": sent.status, "lead": sent.story.lead.id if sent.story else None},
            address=client_address(),
        )
        services().store.console.audit.add(deed, now=services().clock.now())
    if wants_part():
        return part("sources/test_course.html", it=source, sent=sent, trouble=trouble)
    return source_page("test.html", source, sent=sent, trouble=trouble)
