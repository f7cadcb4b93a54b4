"""Begins and ends the session of the browser that asks."""

from __future__ import annotations

from flask import Response, g, request

from gateway.accounts import sessions
from gateway.accounts.people import By
from gateway.store.audit import Deed
from gateway.store.users import Account
from gateway.web.console import cookies, tickets
from gateway.web.context import client_address, services


def by() -> By:
    """Whoever has signed in, from here."""
    return By(actor=g.person.name, address=client_address())


def own_id() -> str:
    return str(g.person.id)


def begin(response: Response, account: Account, *, how: str = "") -> Response:
    """A new token for this browser, whatever it had before; `how` it was proved, for the audit log."""
    now = services().clock.now()
    old = cookies.read(cookies.SESSION)
    if old:
        services().store.console.sessions.end(sessions.digest_of(old), now=now)
    deeds = [_deed(account, "session.started", how)] if how else []
    token = sessions.begin(
        services().store,
        account,
        services().config.console,
        *deeds,
        now=now,
        address=client_address(),
        user_agent=request.headers.get("User-Agent", ""),
    )
    cookies.put(response, cookies.SESSION, token)
    tickets.give_known(response, account)
    tickets.drop_half(response)
    return response


def end(response: Response, account: Account) -> Response:
    """Sign out: the token is dead in every process, and what the browser keeps of us goes."""
    digest = sessions.digest_of(cookies.read(cookies.SESSION))
    deed = _deed(account, "session.ended", "")
    services().store.console.sessions.end(digest, deed, now=services().clock.now())
    cookies.remove(response, cookies.SESSION)
    # Not "cookies": that takes those of every other site of the company's domain, too.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _deed(account: Account, action: str, how: str) -> Deed:
    return Deed(
        actor=account.name,
        action=action,
        subject="session",
        subject_id=account.id,
        detail={"how": how} if how else {},
        address=client_address(),
    )
