"""The people of the demo: names, numbers and enquiries of nobody, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

import orjson

from gateway.sources.base import Inbound

# The one whom everybody looks for first; where this lead was, and why it was late, is the demo's first question.
KNOWN = ("Asha Verma", "9876543210")
_FIRST_NAMES = """
    Aarav Aditi Ajay Amit Ananya Anil Arjun Deepa Divya Farhan Gauri Harish Imran Ishita Jaya Karan Kavya Kiran Lakshmi
    Manish Meera Mohan Naveen Neha Nikhil Pooja Pradeep Priya Rahul Rajesh Ravi Rekha Rohan Sachin Salma Sandeep Sanjay
    Shreya Simran Sneha Suresh Swati Tanvi Uma Varun Vijay Vikram Yash Zoya
"""
_LAST_NAMES = """
    Agarwal Bansal Bhat Chauhan Das Desai Deshmukh Fernandes Gill Gupta Iyer Jain Joshi Kapoor Khan Kulkarni Kumar Mehta
    Menon Mishra Nair Naidu Pandey Patel Patil Pillai Rao Reddy Saxena Shah Sharma Shetty Singh Sinha Thakur Verma Yadav
"""
_FIRST, _LAST = _FIRST_NAMES.split(), _LAST_NAMES.split()
_HINDI = ("आशा वर्मा", "रवि कुमार", "सुनीता देवी", "मोहन लाल", "गीता शर्मा")
_CITIES = ("Pune", "Jaipur", "Indore", "Nagpur", "Lucknow", "Surat", "Kochi", "Mysuru")
_SERIES = ("98", "97", "96", "95", "94", "93", "90", "89", "88", "82", "81", "79", "78", "77", "70")
_MESSAGES = (
    "3 kW for my roof, please call after 6 pm",
    "What is the subsidy for a house in {city}?",
    "Inverter shows an error since yesterday",
    "Need a quotation for 5 kW",
    "Bill is 4000 a month, is solar worth it?",
    "",
    "",
)
_CAMPAIGNS = ("Diwali", "Rooftop {city}", "Subsidy 2026", "")
_BROWSER = "Mozilla/5.0 (Linux; Android 14; Mobile) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
_SITE = "https://www.dhoopghar.example"


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """A person with a number, as they write both."""

    name: str
    phone: str  # ten digits
    city: str


def somebody(chance: Random) -> Somebody:
    """Another person each time."""
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    if chance.random() < 0.05:
        name = chance.choice(_HINDI)
    phone = chance.choice(_SERIES) + "".join(chance.choices("0123456789", k=8))
    return Somebody(name=name, phone=phone, city=chance.choice(_CITIES))


def form_post(person: Somebody, chance: Random, at: float, *, kind: str = "") -> Inbound:
    """What the browser of a visitor sends to the website's form."""
    campaign = chance.choice(_CAMPAIGNS).format(city=person.city)
    fields = {
        "CustomerName": person.name,
        "MobileNo": _typed(person.phone, chance),
        "EnquiryType": kind or chance.choices(("Sales", "Service", "Call back"), (7, 2, 1))[0],
        "message": chance.choice(_MESSAGES).format(city=person.city),
        "landing_url": f"{_SITE}/?{urlencode(_visit(campaign, chance))}",
    }
    return Inbound(
        method="POST",
        path="/forms/website",
        headers={
            "content-type": "application/x-www-form-urlencoded",
            "user-agent": _BROWSER,
            "origin": _SITE,
            "referer": f"{_SITE}/",
        },
        body=urlencode({name: value for name, value in fields.items() if value}).encode(),
        address=f"203.0.113.{chance.randrange(1, 250)}",
        received_at=at,
    )


def portal_post(
    person: Somebody, chance: Random, at: float, *, interest: str = "", phone: str = ""
) -> Inbound:
    """What the portal posts; `phone` is for the ones that are no number."""
    first, _, last = person.name.partition(" ")
    value = {
        "id": f"P-{chance.randrange(10**6, 10**7)}",
        "contact": {"first": first, "last": last, "phone": phone or f"0{person.phone}"},
        "interest": interest or chance.choice(("Rooftop", "Water heater", "Rooftop")),
        "city": person.city,
    }
    return _json("/webhooks/portal", value, at, "198.51.100.20", "PortalHooks/2.1")


def partner_post(person: Somebody, chance: Random, at: float) -> Inbound:
    """What a partner's program posts."""
    value = {
        "customer_name": person.name,
        "mobile_no": f"+91{person.phone}",
        "lead_source": chance.choice(("Facebook", "Instagram", "JustDial")),
        "enquiry_type": "Sales",
    }
    return _json("/v1/leads", value, at, "198.51.100.77", "solar-partner/1.4")


def _json(path: str, value: object, at: float, address: str, agent: str) -> Inbound:
    return Inbound(
        method="POST",
        path=path,
        headers={"content-type": "application/json", "user-agent": agent},
        body=orjson.dumps(value),
        address=address,
        received_at=at,
    )


def _typed(phone: str, chance: Random) -> str:
    """People write their number as they like."""
    ways = (phone, f"+91 {phone[:5]} {phone[5:]}", f"0{phone}", f"{phone[:5]}-{phone[5:]}")
    return chance.choices(ways, (6, 2, 1, 1))[0]


def _visit(campaign: str, chance: Random) -> dict[str, str]:
    if not campaign:
        return {}
    source = chance.choice(("google", "facebook", "instagram"))
    return {"utm_source": source, "utm_medium": "cpc", "utm_campaign": campaign}
