"""The kinds of sources a configuration may name: how each is let in, and which keys of its own it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gateway.config.values import (
    agents,
    graph_version,
    http_url,
    linkedin_owners,
    loopback_url,
    page_ids,
    pem_public_key,
    year_and_month,
)


class Access(StrEnum):
    """What a kind needs to let a sender in."""

    OPEN = "open"  # visitors of a website: limits and origins, no secret
    KEY_OR_ADDRESS = "key_or_address"  # such a key, or an address of `networks`
    API_KEY = "api_key"  # keys of `gateway keys create`; nothing stands in the file
    CHOSEN = "chosen"  # the table says auth = …
    PLATFORM = "platform"  # the platform proves itself in its own way, with `secret`
    ADDRESS = "address"  # the sender can sign nothing: a token in its address, or what `auth` says


KEYED = (Access.API_KEY, Access.KEY_OR_ADDRESS)  # whose senders have keys of `gateway keys create`


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """A key that only one kind of source has; its value is a text."""

    name: str
    secret: bool = False  # env:NAME or file:/path, never the value itself
    required: bool = False
    choices: tuple[str, ...] = ()  # the first is the default
    default: str = ""
    example: str = ""
    read: Callable[[str], str] = str  # raises ValueProblemError
    needs: str = ""  # another option that it is worth nothing without
    pulls: bool = False  # the platform is asked with it, so that it need not push


# Equal to the registry of gateway.sources; a test keeps it so.
KINDS: Mapping[str, Access] = MappingProxyType(
    {
        "form": Access.OPEN,
        "partner": Access.API_KEY,
        "elision": Access.KEY_OR_ADDRESS,
        "generic": Access.CHOSEN,
        "google_ads": Access.PLATFORM,
        "linkedin": Access.PLATFORM,
        "meta": Access.PLATFORM,
        "microsoft_ads": Access.ADDRESS,
        "snapchat": Access.PLATFORM,
        "tiktok": Access.PLATFORM,
        "99acres": Access.ADDRESS,
        "education": Access.PLATFORM,
        "housing": Access.ADDRESS,
        "indiamart": Access.ADDRESS,
        "justdial": Access.ADDRESS,
        "magicbricks": Access.ADDRESS,
        "tradeindia": Access.ADDRESS,
        "contact_form_7": Access.ADDRESS,
        "elementor": Access.ADDRESS,
        "fluent_forms": Access.ADDRESS,
        "gravity_forms": Access.ADDRESS,
        "jotform": Access.ADDRESS,
        "ninja_forms": Access.ADDRESS,
        "tally": Access.PLATFORM,
        "typeform": Access.PLATFORM,
        "webflow": Access.ADDRESS,
        "wpforms": Access.ADDRESS,
        "calendly": Access.PLATFORM,
        "framer": Access.PLATFORM,
        "google_forms": Access.PLATFORM,
        "hubspot": Access.ADDRESS,
        "shopify": Access.PLATFORM,
        "unbounce": Access.ADDRESS,
        "whatsapp": Access.PLATFORM,
        "wix": Access.ADDRESS,
    }
)

# Where a stand-in of the platform is asked on this machine.
PULL_URL = Option(name="pull_url", read=loopback_url, example="http://127.0.0.1:8200")

OPTIONS: Mapping[str, tuple[Option, ...]] = MappingProxyType(
    {
        "elision": (
            Option(name="when_pending", choices=("error", "success")),
            Option(name="unknown_fields", choices=("refuse", "keep")),
            Option(name="call_agents", read=agents, example="agent1 agent2"),
        ),
        "housing": (
            Option(name="profile_id", needs="encryption_key", example="12345"),
            Option(name="encryption_key", secret=True, needs="profile_id", pulls=True),
            Option(name="account", choices=("builder", "broker")),
            PULL_URL,
        ),
        "indiamart": (
            Option(name="pull_key", secret=True, pulls=True),
            Option(name="catalogue_views", choices=("dial", "keep")),
            PULL_URL,
        ),
        "justdial": (
            Option(name="on_dnd", choices=("dial", "suppress")),
            Option(name="answer", default="RECEIVED"),
        ),
        "linkedin": (
            Option(name="access_token", secret=True, required=True, example="env:LINKEDIN_ACCESS_TOKEN"),
            Option(name="refresh_token", secret=True, needs="client_id"),
            Option(name="client_id", needs="refresh_token", example="86abcdefghij"),
            Option(name="owner", read=linkedin_owners, example="urn:li:sponsoredAccount:123"),
            Option(name="api_version", default="202606", read=year_and_month),
            Option(name="api_url", read=loopback_url, example="http://127.0.0.1:8200"),
        ),
        "meta": (
            Option(name="access_token", secret=True, required=True, example="env:META_ACCESS_TOKEN"),
            Option(name="verify_token", secret=True, required=True, example="env:META_VERIFY_TOKEN"),
            Option(name="graph_version", default="v26.0", read=graph_version),
            Option(name="page_id", read=page_ids, example="153125381133"),
            Option(name="graph_url", read=loopback_url, example="http://127.0.0.1:8200"),
        ),
        "partner": (Option(name="call_agents", read=agents, example="agent1 agent2"),),
        "webflow": (Option(name="site_url", example="https://www.example.com"),),
        "tradeindia": (
            Option(name="user_id", needs="profile_id", example="12345"),
            Option(name="profile_id", needs="pull_key", example="67890"),
            Option(name="pull_key", secret=True, needs="user_id", pulls=True),
            PULL_URL,
        ),
        "hubspot": (Option(name="url", read=http_url, example="https://leads.example.com/webhooks/hubspot"),),
        "shopify": (Option(name="site_url", read=http_url, example="https://www.example.com"),),
        "whatsapp": (
            Option(name="verify_token", secret=True, required=True, example="env:WHATSAPP_VERIFY_TOKEN"),
        ),
        "wix": (
            Option(name="public_key", secret=True, read=pem_public_key, example="file:/etc/gateway/wix.pem"),
        ),
    }
)
