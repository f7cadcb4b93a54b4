"""Whatever a proven sender posts is acknowledged and kept byte for byte: it would not mend it by sending it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from gateway.config.kinds import KINDS, Access
from gateway.leads.lead import State
from tests.sources.contract import CONFIG, SECRET, WEBHOOKS, source_of
from tests.web.gateway_under_test import UNLIMITED, Gateway, opened

ADDRESSED = [name for name in WEBHOOKS if KINDS[name] is not Access.PLATFORM]
AT_REST = {State.QUARANTINED, State.TEST}
BODIES = {
    "cut_off": b'{"phone": "98765',
    "text": b"hello",
    "binary": bytes(range(256)),
    "a_number": b"42",
    "an_array_of_anything": b'[1, null, "a", [], {}, {"phone": {"deep": ["er"]}}]',
    "too_deep": b"[" * 50_000,
    "a_name_twice": b'{"phone": "9876543210", "phone": "9876543211"}',
    "half_a_character": rb'{"phone": "9876543210", "name": "\ud83d"}',
    "a_huge_number": b'{"phone": ' + b"9" * 400 + b"}",
    "not_a_number": b'{"phone": NaN}',
    "no_utf_8": b'{"name": "\xe9"}',
    "an_xml_bomb": b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;&b;</a>',
    "xml_without_an_end": b"<leads><lead>",
    "a_form_of_percent_signs": b"%%%=%ff&phone=%00",
    "parts_without_an_end": b'--X\r\nContent-Disposition: form-data; name="phone"\r\n\r\n98',
    "a_nul": b'{"phone": "98765\\u000043210"}',
    "many_fields": b"&".join(b"f%d=%d" % (n, n) for n in range(5000)),
}
TYPES = {
    "a_form_of_percent_signs": "application/x-www-form-urlencoded",
    "many_fields": "application/x-www-form-urlencoded",
    "parts_without_an_end": "multipart/form-data; boundary=X",
    "an_xml_bomb": "text/xml",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    sources = {name: source_of(name, limits=UNLIMITED) for name in ADDRESSED}
    with opened(tmp_path_factory.mktemp("any"), replace(CONFIG, sources=sources)) as running:
        yield running


@pytest.mark.parametrize("kind", ADDRESSED)
def test_nothing_a_proven_sender_posts_is_refused_or_lost(gateway: Gateway, kind: str) -> None:
    for name, body in BODIES.items():
        before = {lead.id for lead in gateway.stored(kind)}

        answer = gateway.ask(
            "POST",
            f"/webhooks/{kind}",
            data=body,
            query_string={"token": SECRET},
            headers={"Content-Type": TYPES.get(name, "application/json")},
        )

        assert answer.status_code == 200, name
        kept = [lead for lead in gateway.stored(kind) if lead.id not in before]
        assert kept, name
        for lead in kept:
            assert lead.state in AT_REST, f"{name}: {lead.state}"
        story = gateway.store.story(kept[0].id)
        assert story is not None
        assert story.enquiry is not None
        assert story.enquiry.body == body, name
