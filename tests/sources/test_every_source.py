"""What every kind of source must do, whoever writes it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import Auth
from gateway.leads.lead import Submission
from gateway.sources.base import Door, Kind, NotAuthentic, SourceError, Unreadable
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from tests.sources.making import make_inbound, make_source

KINDS = sorted(SOURCES)
METHODS = ["token", "hmac", "basic", "standard-webhooks", "ip"]
ANY_BODY = st.one_of(
    st.binary(max_size=150),
    st.sampled_from(
        [b"{}", b"[]", b"null", b'{"a":[{"b":null}]}', b"a=1&b=2", b"<a><b/></a>", b"[[[[[[]]]]]]"]
    ),
)
ANY_TYPE = st.sampled_from(
    [
        "",
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=X",
        "text/plain",
    ]
)
ANY_QUERY = st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), max_size=4).map(tuple)


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=50, deadline=None)
@given(body=ANY_BODY, content_type=ANY_TYPE, query=ANY_QUERY, method=st.sampled_from(["GET", "POST"]))
def test_a_kind_reads_submissions_or_says_why_not(
    name: str, body: bytes, content_type: str, query: tuple[tuple[str, str], ...], method: str
) -> None:
    kind, source = SOURCES[name], make_source(kind=name)
    inbound = make_inbound(body, {"content-type": content_type}, query=query, method=method)

    with suppress(Unreadable):
        assert all(isinstance(each, Submission) for each in kind.parse(source, inbound))
    with suppress(NotAuthentic):
        kind.verify(source, inbound)
    with suppress(SourceError):
        kind.handshake(source, inbound)
    assert keep(source, kind, inbound, "ID").body == body


@pytest.mark.parametrize("name", [name for name in KINDS if SOURCES[name].door is Door.WEBHOOK])
@pytest.mark.parametrize("method", METHODS)
def test_a_webhook_without_any_proof_is_refused(name: str, method: str) -> None:
    auth = Auth(
        method=method,
        secrets=("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",),
        user="u",
        networks=("192.0.2.0/24",),
    )

    with pytest.raises(NotAuthentic):
        SOURCES[name].verify(make_source(kind=name, auth=auth), make_inbound(b"{}"))


def test_the_names_of_kinds_are_plain() -> None:
    for name, kind in SOURCES.items():
        assert name.replace("_", "").isalnum()
        assert isinstance(kind, Kind)
