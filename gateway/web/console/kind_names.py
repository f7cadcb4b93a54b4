"""What people call the kinds of sources."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "99acres": "99acres",
        "calendly": "Calendly",
        "contact_form_7": "Contact Form 7",
        "education": "Education portal",
        "elementor": "Elementor",
        "elision": "Dialer's own API",
        "fluent_forms": "Fluent Forms",
        "form": "Website form",
        "framer": "Framer",
        "generic": "Webhook with a mapping",
        "google_ads": "Google Ads",
        "google_forms": "Google Forms",
        "gravity_forms": "Gravity Forms",
        "housing": "Housing.com",
        "hubspot": "HubSpot",
        "indiamart": "IndiaMART",
        "jotform": "Jotform",
        "justdial": "JustDial",
        "linkedin": "LinkedIn",
        "magicbricks": "MagicBricks",
        "meta": "Meta (Facebook, Instagram)",
        "microsoft_ads": "Microsoft Advertising",
        "ninja_forms": "Ninja Forms",
        "partner": "Partner API",
        "shopify": "Shopify",
        "snapchat": "Snapchat",
        "tally": "Tally",
        "tiktok": "TikTok",
        "tradeindia": "TradeIndia",
        "typeform": "Typeform",
        "unbounce": "Unbounce",
        "webflow": "Webflow",
        "whatsapp": "WhatsApp",
        "wix": "Wix",
        "wpforms": "WPForms",
    }
)


def kind_name(kind: str) -> str:
    """The kind in a person's words; one that has none yet by its own name."""
    return NAMES.get(kind, kind.replace("_", " "))
