"""Sends one request to a running gateway, and says why where nobody answers."""

from __future__ import annotations

from urllib.parse import urlencode

import requests

from gateway.cli.failure import OutOfReach
from gateway.cli.posting import Post

TIMEOUTS = (3, 40)  # seconds until somebody answers the call, and between two pieces of the answer


def send_post(base: str, post: Post) -> requests.Response:
    """`base` is the address of the gateway. What is raised never shows the query: the token stands in it."""
    url = f"{base}{post.path}"
    asked = f"{url}?{urlencode(post.query)}" if post.query else url
    session = requests.Session()
    session.trust_env = False  # a proxy or .netrc of this shell is not part of the path
    try:
        return session.request(
            post.method,
            asked,
            data=post.body,
            headers=dict(post.headers),
            timeout=TIMEOUTS,
            allow_redirects=False,
        )
    except requests.ConnectionError as error:
        raise OutOfReach(
            f"no gateway answers at {url}.",
            next_step="start it with `gateway serve`, or give its address with --url.",
        ) from error
    except requests.RequestException as error:
        raise OutOfReach(
            f"the gateway did not answer in time ({type(error).__name__}).",
            next_step="it may have kept the lead: look with `gateway leads list --since 5m`.",
        ) from error
