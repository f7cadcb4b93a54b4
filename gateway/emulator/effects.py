"""How each fault is carried out on one request."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Response

from gateway.emulator.accounts import Login
from gateway.emulator.catalogue import Fault
from gateway.emulator.dialect import Dialect, Parameters
from gateway.emulator.sockets import hang_up, pause, send_raw
from gateway.emulator.state import DialerState

HTML = "text/html; charset=utf-8"
PROXY_PAGE = "<html>\r\n<head><title>Gateway Error</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
WEB_PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>"
NO_TEXT = b"\x00\xff\xfe\x9c\x80 not a text \xc3\x28"
UNHEARD_OF = "THE MOON IS IN THE WRONG HOUSE"
NONSENSE = {"garbage": NO_TEXT, "html": WEB_PAGE.encode(), "empty": b""}
MEGABYTE = 1024 * 1024
DEEP = 100_000
GZIP = 31  # zlib's code for the gzip format


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One request that meets a fault."""

    state: DialerState
    dialect: Dialect
    parameters: Parameters
    environ: Mapping[str, Any]
    fault: Fault

    def answer(self) -> str:
        """What the dialer would say; asking for it is what creates the lead."""
        return self.dialect.answer(self.state, self.parameters)

    def wait(self, seconds: float) -> None:
        pause(self.environ, seconds, self.state.closing)

    def reply(self, body: str | bytes, status: int = 200, **headers: str) -> Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Response(body, status=status, content_type=HTML, headers={**self.dialect.headers, **named})

    def no_reply(self, *, reset: bool = False) -> Response:
        hang_up(self.environ, reset=reset)
        return Response(b"")


def carry_out(scene: Scene) -> Response:
    return EFFECTS[scene.fault.kind.name](scene)


def _slow(scene: Scene) -> Response:
    text = scene.answer()
    scene.wait(scene.fault.amount)
    return scene.reply(text)


def _hang(scene: Scene) -> Response:
    scene.wait(scene.fault.amount)
    return scene.no_reply()


def _refuse(scene: Scene) -> Response:
    return scene.no_reply(reset=True)


def _drop_after_accept(scene: Scene) -> Response:
    return scene.no_reply()


def _nothing_but_status(scene: Scene) -> Response:
    return scene.reply("", int(scene.fault.argument or scene.fault.kind.name))


def _proxy_page(scene: Scene) -> Response:
    if scene.fault.kind.name == "504":
        scene.answer()
    return scene.reply(PROXY_PAGE, int(scene.fault.kind.name))


def _retry_after(scene: Scene) -> Response:
    return scene.reply(PROXY_PAGE, int(scene.fault.kind.name), Retry_After=scene.fault.argument)


def _nonsense(scene: Scene) -> Response:
    if scene.fault.argument == "created":
        scene.answer()
    return scene.reply(NONSENSE[scene.fault.kind.name])


def _huge(scene: Scene) -> Response:
    megabyte = b" " * MEGABYTE
    response = scene.reply("")
    response.response = (megabyte for _ in range(int(scene.fault.argument)))
    response.headers["Content-Length"] = str(MEGABYTE * int(scene.fault.argument))
    return response


def _gzip_bomb(scene: Scene) -> Response:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits=GZIP)
    packed = [packer.compress(b" " * MEGABYTE) for _ in range(int(scene.fault.argument))]
    return scene.reply(b"".join([*packed, packer.flush()]), Content_Encoding="gzip")


def _deep_json(scene: Scene) -> Response:
    return scene.reply("[" * DEEP + "]" * DEEP)


def _unknown_message(scene: Scene) -> Response:
    action = scene.dialect.action_of(scene.parameters)
    return scene.reply(scene.dialect.refuse(action, UNHEARD_OF))


def _created_then_hang(scene: Scene) -> Response:
    scene.answer()
    scene.wait(scene.fault.amount)
    return scene.no_reply()


def _created_then_close(scene: Scene) -> Response:
    scene.answer()
    return scene.no_reply(reset=True)


def _created_but_500(scene: Scene) -> Response:
    text = scene.answer()
    return scene.reply(text if scene.fault.argument == "body" else "", 500)


def _truncated(scene: Scene) -> Response:
    body = scene.answer().encode()
    send_raw(scene.environ, _head(len(body) + 1) + body[: len(body) // 2])
    return scene.no_reply()


def _drip(scene: Scene) -> Response:
    """On the bare connection, so that the request counts as in flight until its last byte."""
    body = scene.answer().encode()
    with suppress(ConnectionError):
        send_raw(scene.environ, _head(len(body)))
        for place in range(len(body)):
            send_raw(scene.environ, body[place : place + 1])
            scene.wait(scene.fault.amount)
            if scene.state.closing.is_set():
                break
    return scene.no_reply()


def _head(length: int) -> bytes:
    lines = (
        "HTTP/1.1 200 OK",
        f"Content-Type: {HTML}",
        f"Content-Length: {length}",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def _missing_lead(scene: Scene) -> Response:
    text = scene.answer()
    reply = _as_object(text)
    if reply.pop(f"lead {scene.fault.argument}", None) is None:
        return scene.reply(text)
    return scene.reply(json.dumps(reply, separators=(",", ":")))


def _boolean_success(scene: Scene) -> Response:
    text = scene.answer()
    reply = _as_object(text)
    if not reply:
        return scene.reply(text)
    return scene.reply(json.dumps(_with_booleans(reply, scene.fault.argument), separators=(",", ":")))


def _with_booleans(reply: dict[str, Any], key: str) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name, value in reply.items():
        if name in {"success", "status"}:
            changed[key] = value == "true"
        elif name.startswith("lead ") and isinstance(value, dict):
            changed[name] = _with_booleans(value, key)
        else:
            changed[name] = value
    return changed


def _as_object(text: str) -> dict[str, Any]:
    try:
        reply = json.loads(text)
    except ValueError:
        return {}
    return reply if isinstance(reply, dict) else {}


def _lockout(scene: Scene) -> Response:
    return scene.reply(scene.dialect.refuse_login(Login.LOCK, scene.parameters))


def _login_refused(scene: Scene) -> Response:
    return scene.reply(scene.dialect.refuse_login(Login.BAD, scene.parameters))


def _mysql_down(scene: Scene) -> Response:
    return scene.reply("MySQL connect ERROR:  Connection refused")


def _redirect(scene: Scene) -> Response:
    return scene.reply("", 302, Location=scene.fault.argument)


EFFECTS: Mapping[str, Callable[[Scene], Response]] = MappingProxyType(
    {
        "slow": _slow,
        "hang": _hang,
        "refuse": _refuse,
        "drop_after_accept": _drop_after_accept,
        "500": _nothing_but_status,
        "502": _proxy_page,
        "503": _retry_after,
        "504": _proxy_page,
        "429": _retry_after,
        "status": _nothing_but_status,
        "garbage": _nonsense,
        "html": _nonsense,
        "empty": _nonsense,
        "huge": _huge,
        "gzip_bomb": _gzip_bomb,
        "deep_json": _deep_json,
        "unknown_message": _unknown_message,
        "created_then_hang": _created_then_hang,
        "created_then_close": _created_then_close,
        "created_but_500": _created_but_500,
        "truncated": _truncated,
        "drip": _drip,
        "missing_lead": _missing_lead,
        "boolean_success": _boolean_success,
        "lockout": _lockout,
        "login_refused": _login_refused,
        "mysql_down": _mysql_down,
        "redirect": _redirect,
    }
)
