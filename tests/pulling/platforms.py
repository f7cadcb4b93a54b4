"""Stand-ins for the platforms that keep leads, on loopback: they hold callers to their rules, and fail on demand."""

from __future__ import annotations

import calendar
import gzip
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "pull-key-0123456789"
PROFILE = "12345"
IST = 19800
PAGE, FORMS = "153125381133", ("111111111", "222222222", "333333333")
SECRET = "app-secret-0123456789"
Told = tuple[int, bytes]


def told(value: Any, status: int = 200) -> Told:
    return status, json.dumps(value).encode()


@dataclass
class Platform:
    """Keeps leads by the moment they were filed; `fault` is the next answers' trouble, first come first."""

    now: Callable[[], float]
    url: str = ""
    filed: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    most: int = 1000  # rows of one answer
    faults: list[str] = field(default_factory=list)
    asked: list[tuple[float, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    before_answer: Callable[[], None] = lambda: None
    released: threading.Event = field(default_factory=threading.Event)  # ends what is slow

    def file(self, row: dict[str, Any], at: float | None = None) -> dict[str, Any]:
        self.filed.append((self.now() if at is None else at, row))
        return row

    def within(self, start: float, end: float) -> list[dict[str, Any]]:
        return [row for at, row in self.filed if int(start) <= int(at) <= int(end)]

    def judge(self, path: str, query: dict[str, str]) -> Told:
        raise NotImplementedError


class IndiaMart(Platform):
    """One question in five minutes, seven days at most, everything in `CODE`."""

    def judge(self, path: str, query: dict[str, str]) -> Told:
        if path != "/wservce/crm/crmListing/v2/":
            return 404, b"not found"
        if query.get("glusr_crm_key") != KEY:
            return told({"CODE": 401, "STATUS": "FAILURE", "MESSAGE": "Invalid key"})
        if len(self.asked) > 1 and self.asked[-1][0] - self.asked[-2][0] < 300:
            return told({"CODE": 429, "STATUS": "FAILURE", "MESSAGE": "once in 5 minutes"})
        start, end = (self._moment(query[name]) for name in ("start_time", "end_time"))
        if not 0 <= end - start <= 7 * 86400:
            return told({"CODE": 400, "STATUS": "FAILURE", "MESSAGE": "range"})
        rows = self.within(start, end)
        if not rows:
            return told({"CODE": 204, "STATUS": "SUCCESS", "MESSAGE": "No leads"})
        found = {"CODE": 200, "STATUS": "SUCCESS", "TOTAL_RECORDS": len(rows), "RESPONSE": rows[: self.most]}
        return told(found)

    @staticmethod
    def _moment(text: str) -> float:
        return calendar.timegm(time.strptime(text, "%d-%b-%Y%H:%M:%S")) - IST


class Housing(Platform):
    """A signed time, two days at most."""

    def judge(self, path: str, query: dict[str, str]) -> Told:
        if path not in ("/api/v0/get-builder-leads", "/api/v0/get-broker-leads"):
            return 404, b"not found"
        if "Mozilla" not in self.headers[-1].get("user-agent", ""):
            return 403, b"<html>Sorry, you have been blocked</html>"
        current = query["current_time"]
        wanted = hmac.new(KEY.encode(), current.encode(), hashlib.sha256).hexdigest()
        late = abs(int(current) - self.now()) > 900
        if query["hash"] != wanted or query["id"] != PROFILE or late:
            return told({"apiErrors": {"message": "unauthorised"}}, 401)
        start, end = int(query["start_date"]), int(query["end_date"])
        if not 0 <= end - start <= 2 * 86400:
            return told({"apiErrors": {"message": "range"}})
        return told({"data": self.within(start, end)[: min(self.most, int(query["per_page"]))]})


class TradeIndia(Platform):
    """Whole days and pages; a page of HTML for whoever has the wrong key."""

    def judge(self, path: str, query: dict[str, str]) -> Told:
        if path != "/utils/my_inquiry.html":
            return 404, b"not found"
        if (query["userid"], query["profile_id"], query["key"]) != ("77", PROFILE, KEY):
            return 200, b"<html><script>var rows = [];</script>Please log in</html>"
        start, end = (self._day(query[name]) for name in ("from_date", "to_date"))
        rows = self.within(start, end + 86399)
        size, page = int(query["limit"]), int(query["page_no"])
        return told(rows[(page - 1) * size : page * size])

    @staticmethod
    def _day(text: str) -> float:
        return calendar.timegm(time.strptime(text, "%Y-%m-%d")) - IST


class Meta(Platform):
    """A page's forms, and each form's leads, newest first; both come in pages with cursors."""

    may_name_ads = True
    size = 2

    def judge(self, path: str, query: dict[str, str]) -> Told:
        if query.get("access_token") != KEY:
            return told({"error": {"code": 190, "message": "expired"}}, 401)
        if (
            query.get("appsecret_proof")
            != hmac.new(SECRET.encode(), KEY.encode(), hashlib.sha256).hexdigest()
        ):
            return told({"error": {"code": 100, "message": "proof"}}, 400)
        if path == f"/v26.0/{PAGE}/leadgen_forms":
            return self._paged([{"id": form} for form in FORMS], query)
        form = path.removeprefix("/v26.0/").removesuffix("/leads")
        if form not in FORMS:
            return told({"error": {"code": 100, "error_subcode": 33}}, 400)
        if not self.may_name_ads and "ad_name" in query["fields"]:
            return told({"error": {"code": 200, "message": "ads_management"}}, 403)
        (since,) = json.loads(query["filtering"])
        assert (since["field"], since["operator"]) == ("time_created", "GREATER_THAN")
        rows = [row for at, row in reversed(self.filed) if at > since["value"] and row["form_id"] == form]
        return self._paged(rows, query)

    def _paged(self, rows: list[dict[str, Any]], query: dict[str, str]) -> Told:
        start = int(query.get("after", "0"))
        end = start + self.size
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(rows):
            paging["next"] = "https://graph.facebook.com/with-a-token"
        return told({"data": rows[start:end], "paging": paging})


@contextmanager
def running(platform: Platform) -> Iterator[Platform]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(platform))
    platform.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield platform
    finally:
        platform.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

        def do_GET(self) -> None:
            split = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(split.query).items()}
            platform.asked.append((platform.now(), query))
            platform.headers.append({name.lower(): value for name, value in self.headers.items()})
            status, body = platform.judge(split.path, query)
            platform.before_answer()
            fault = platform.faults.pop(0) if platform.faults else "well"
            getattr(self, f"_{fault}")(status, body)

        def _send(self, status: int, body: bytes, **headers: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def _well(self, status: int, body: bytes) -> None:
            self._send(status, body)

        def _packed(self, status: int, body: bytes) -> None:
            self._send(status, gzip.compress(body), Content_Encoding="gzip")

        def _500(self, _status: int, _body: bytes) -> None:
            self._send(500, b"oops")

        def _503(self, _status: int, _body: bytes) -> None:
            self._send(503, b"", Retry_After="1200")

        def _429(self, _status: int, _body: bytes) -> None:
            self._send(429, b"slow down", Retry_After="900")

        def _key(self, _status: int, _body: bytes) -> None:
            self._send(401, b"expired")

        def _redirect(self, _status: int, _body: bytes) -> None:
            self._send(302, b"", Location=f"{platform.url}/elsewhere")

        def _html(self, _status: int, _body: bytes) -> None:
            self._send(200, b"<html>Welcome to this hotel's network</html>")

        def _half(self, _status: int, body: bytes) -> None:
            self._send(200, body[: len(body) // 2])

        def _noisy(self, status: int, body: bytes) -> None:
            self._send(status, b"<br />\n<b>Notice</b>: rows[0] in <b>/x.php</b><br />\n" + body)

        def _cut_off(self, _status: int, body: bytes) -> None:
            """Less than it promised."""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body) + 100))
            self.end_headers()
            self.wfile.write(body)

        def _chunked(self, status: int, body: bytes) -> None:
            self.protocol_version = "HTTP/1.1"
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            for part in (body[:7], body[7:]):
                self.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            self.wfile.write(b"0\r\n\r\n")

        def _endless(self, _status: int, _body: bytes) -> None:
            self._send(200, b'{"CODE":200,"x":"' + b"x" * (17 * 1024 * 1024))

        def _closed(self, _status: int, _body: bytes) -> None:
            self.close_connection = True

        def _silent(self, _status: int, _body: bytes) -> None:
            platform.released.wait(30)

        def _drip(self, _status: int, body: bytes) -> None:
            """A byte now and then: no wait for the next one is ever long."""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            for byte in body:
                if platform.released.wait(0.02):
                    return
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return

    return Handler
