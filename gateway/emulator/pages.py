"""The emulator's own page: leads and calls as they arrive, lists, agents, and faults to set by hand."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, redirect, render_template, request, send_from_directory, url_for
from werkzeug.wrappers import Response as AnyResponse

from gateway.emulator.api import FAULT_HEADER
from gateway.emulator.catalogue import CATALOGUE, FaultError
from gateway.emulator.elision import PATH
from gateway.emulator.orders import OrderError, read_order
from gateway.emulator.state import DialerState

SHOWN = 50
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)


def templates_folder() -> Path:
    """In a checkout the folder stands beside the package; in a wheel it travels inside it."""
    package = Path(__file__).parent.parent
    inside = package / "templates"
    return inside if inside.is_dir() else package.parent / "templates"


def emulator_pages(state: DialerState) -> Blueprint:
    pages = Blueprint("pages", __name__)
    files = templates_folder() / "emulator"

    @pages.get("/")
    def index() -> str:
        return render_template("emulator/index.html", **_shown(state))

    @pages.get("/page/live")
    def live() -> str:
        return render_template("emulator/_live.html", **_shown(state))

    @pages.get("/page/<any('emulator.css', 'emulator.js'):name>")
    def file(name: str) -> Response:
        return send_from_directory(files, name, max_age=0)

    @pages.post("/page/faults")
    def set_fault() -> AnyResponse | tuple[str, int]:
        try:
            state.faults.set(read_order(_order_of_form()))
        except (FaultError, OrderError) as wrong:
            return render_template("emulator/index.html", mistake=str(wrong), **_shown(state)), 422
        return _back()

    @pages.post("/page/faults/clear")
    def clear_faults() -> AnyResponse:
        number = request.form.get("id", "")
        state.faults.clear(int(number) if number.isascii() and number.isdigit() else None)
        return _back()

    @pages.post("/page/reset")
    def reset() -> AnyResponse:
        state.reset()
        return _back()

    @pages.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return pages


def _back() -> AnyResponse:
    return redirect(url_for("pages.index"), code=303)


def _order_of_form() -> dict[str, object]:
    """An empty field means "no limit"; what is no number reaches the order as text and is refused there."""
    form = request.form
    argument = form.get("argument", "").strip()
    order: dict[str, object] = {"fault": f"{form.get('fault', '')}:{argument}".rstrip(":")}
    for name in ("count", "seconds"):
        text = form.get(name, "").strip()
        if text:
            order[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text
    share = form.get("share", "").strip()
    if share:
        order["share"] = int(share) / 100 if share.isascii() and share.isdigit() and len(share) < 4 else share
    return order


def _shown(state: DialerState) -> dict[str, object]:
    report = state.traffic.report()
    return {
        "api_url": request.host_url.rstrip("/") + PATH,
        "fault_header": FAULT_HEADER,
        "ledger": state.ledger,
        "leads": state.ledger.newest_leads(SHOWN),
        "calls": state.ledger.newest_calls(SHOWN),
        "traffic": report,
        "lists": state.lists(),
        "agents": state.agents(),
        "users": [(user, state.accounts.is_locked(user.user)) for user in state.accounts.everyone()],
        "require_login": state.accounts.require_login,
        "active": state.faults.active(),
        "catalogue": CATALOGUE.values(),
    }
