"""Framer: the inputs of a form as one flat object, signed together with the submission's id."""

from __future__ import annotations

from dataclasses import replace

from gateway.config import SourceConfig
from gateway.leads.lead import Submission
from gateway.sources import sampling, signatures
from gateway.sources.base import Inbound, NotAuthentic
from gateway.sources.json_parts import load_object
from gateway.sources.questionnaire import Answer, Filled, submission_of

SIGNATURE_HEADER = "framer-signature"
ID_HEADER = "framer-webhook-submission-id"  # the same on every retry


def verify(source: SourceConfig, inbound: Inbound) -> None:
    submission_id = inbound.header(ID_HEADER)
    expected = [signature(secret, inbound.body, submission_id) for secret in source.auth.secrets if secret]
    if not (submission_id and signatures.any_same([inbound.header(SIGNATURE_HEADER)], expected)):
        raise NotAuthentic


def signature(secret: str, body: bytes, submission_id: str) -> str:
    """What Framer signs: https://www.framer.com/help/articles/framer-form-webhook-setup/."""
    return "sha256=" + signatures.hmac_hex(secret, body + submission_id.encode(errors="replace"))


def parse(source: SourceConfig, inbound: Inbound) -> list[Submission]:
    inputs = load_object(inbound)
    filled = Filled(
        payload=inputs,
        answers=[Answer(label=name, value=value) for name, value in inputs.items()],
        key=inbound.header(ID_HEADER),
    )
    return [submission_of(source, filled)]


def sample(source: SourceConfig, number: int) -> Inbound:
    inputs = {
        "Name": "Asha Verma",
        "Phone": sampling.phone(number),
        "Email": "asha@example.com",
        "Message": "Please call after six.",
    }
    submission_id = f"5f0c2c9e-8d0a-4a53-9d7e-{number:012x}"
    inbound = sampling.posted_json(source, inputs, {ID_HEADER: submission_id})
    signed = {SIGNATURE_HEADER: signature(source.auth.secrets[0], inbound.body, submission_id)}
    return replace(inbound, headers={**inbound.headers, **signed})
