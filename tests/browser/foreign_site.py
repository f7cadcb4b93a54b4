"""A website that is not ours: static files on another origin, under the strictest policy a site may have."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

from tests.running import Serving

# By another name for this machine than the gateway's: to a browser they are different sites, not only origins.
HOST = "localhost"
FRAME = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/site.css">
</head>
<body><main><h1>{title}</h1>
{body}
</main></body>
</html>
"""
STYLE = """
:root { color-scheme: light dark; }
body { margin: 0 auto; padding: 1rem; max-width: 40rem; font: 1rem/1.5 system-ui, "Lohit Devanagari", sans-serif; }
label { display: block; margin-top: 1rem; }
input, textarea, select { display: block; box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; }
input[type=checkbox] { display: inline; width: auto; }
button { margin-top: 1rem; padding: .6rem 1rem; font: inherit; }
"""


@dataclass
class ForeignSite:
    """Pages are put there by tests; `url` is its origin."""

    files: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    posted: list[dict[str, str]] = field(default_factory=list)
    gateway: str = ""  # the only other origin its policy lets in
    _serving: Serving | None = None

    @property
    def url(self) -> str:
        assert self._serving is not None
        return f"http://{HOST}:{self._serving.port}"

    def put(self, path: str, text: str, *, kind: str = "text/html", policy: str | None = None) -> str:
        """Publish one file and return its address; `policy` replaces the strict one."""
        headers = {"Content-Type": f"{kind}; charset=utf-8"}
        if kind == "text/html":
            headers["Content-Security-Policy"] = self.strict_policy() if policy is None else policy
        self.files[path] = (text, headers)
        return self.url + path

    def page(
        self,
        path: str,
        body: str,
        *,
        title: str = "Our services",
        language: str = "en",
        policy: str | None = None,
    ) -> str:
        """Publish a whole page around `body`."""
        return self.put(path, FRAME.format(body=body, title=title, language=language), policy=policy)

    def strict_policy(self) -> str:
        """Nothing inline, nothing evaluated, no HTML from text; of others only the gateway."""
        return "; ".join(
            [
                "default-src 'none'",
                f"script-src {self.gateway}",
                f"connect-src {self.gateway}",
                f"frame-src {self.gateway}",
                f"form-action 'self' {self.gateway}",
                "style-src 'self'",
                "img-src 'self' data:",
                "base-uri 'none'",
                "frame-ancestors 'none'",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            ]
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "POST":
            self.posted.append(request.form.to_dict())
        text, headers = self.files.get(request.path, ("Nothing here.", {"Content-Type": "text/plain"}))
        status = 200 if request.path in self.files else 404
        return Response(text, status, headers=headers)(environ, start_response)


@contextmanager
def serving_site() -> Iterator[ForeignSite]:
    """An empty website; its style sheet is there."""
    site = ForeignSite()
    site._serving = Serving(site)
    site._serving.start()
    site.put("/site.css", STYLE, kind="text/css")
    try:
        yield site
    finally:
        site._serving.stop()
