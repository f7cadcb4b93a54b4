"""Which field a sender's name means: the dialer's names, snake_case, and what forms and portals write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from gateway.leads.vocabulary import CLICK_IDS, squeeze

# The document's parameters in its order, without those the gateway itself sets.
TEXT_LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "CustomerName": 100,
        "EnquirySource": 100,
        "EnquiryType": 100,
        "CreateEnquiryID": 100,
        "WebEnquiryNumber": 100,
        "LeadSubSource": 100,
        "LeadSource": 100,
        "CustomField1": 200,
        "CustomField2": 200,
    }
)
DIALER_FIELDS = (
    "phone_number",
    "list_id",
    "prospects_id",
    "CustomerName",
    "MobileNo",
    "EnquirySource",
    "EnquiryType",
    "CreateEnquiryID",
    "WebEnquiryNumber",
    "LeadSubSource",
    "LeadSource",
    "LeadfromURL",
    "CustomField1",
    "CustomField2",
)

# Names that are no fields of the dialer but tell something about the lead.
FIRST_NAME, LAST_NAME, REFERRER = "first_name", "last_name", "referrer"

# What configuration alone decides; a visitor who sends it is not heard.
NOT_ALLOWED = frozenset({"list_id", "source", "custom_fields", "action"})

# Accepted from partners, exactly as written.
STRICT_NAMES: Mapping[str, str] = MappingProxyType(
    {name: name for name in DIALER_FIELDS if name not in NOT_ALLOWED}
    | {
        "mobile_no": "MobileNo",
        "customer_name": "CustomerName",
        "enquiry_source": "EnquirySource",
        "enquiry_type": "EnquiryType",
        "create_enquiry_id": "CreateEnquiryID",
        "web_enquiry_number": "WebEnquiryNumber",
        "lead_sub_source": "LeadSubSource",
        "lead_source": "LeadSource",
        "LeadformURL": "LeadfromURL",
        "lead_from_url": "LeadfromURL",
        "lead_form_url": "LeadfromURL",
        "landing_url": "LeadfromURL",
        "page_url": "LeadfromURL",
        "custom_field1": "CustomField1",
        "custom_field_1": "CustomField1",
        "custom_field2": "CustomField2",
        "custom_field_2": "CustomField2",
        "referrer": REFERRER,
        "referer": REFERRER,
    }
)

# Spellings met in forms and portals, squeezed (vocabulary.squeeze); the first of several sent counts.
_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "phone_number": "phonenumber",
        "MobileNo": (
            "mobileno mobile mobilenumber mob mobno cell cellphone whatsapp whatsappno whatsappnumber "
            "usermobile customermobile sendermobile buyermobile leadmobile yourmobile contactmobile "
            "phone phoneno contactno contactnumber contactphone contact customerphone leadphone senderphone "
            "userphone yourphone yourtel tel telephone "
            "mobilephone mobilenum phonenum yourmobileno yourmobilenumber yourphonenumber yourwhatsapp "
            "yourcontact yourcontactnumber yournumber telno telnumber telephoneno telephonenumber callbacknumber "
            "billingphone "
            "मोबाइल मोबाइलनंबर आपकामोबाइलनंबर फोन फोननंबर फ़ोन फ़ोननंबर संपर्क संपर्कनंबर"
        ),
        "CustomerName": (
            "customername name fullname contactname sendername leadname buyername studentname yourname "
            "username contactperson yourfullname clientname applicantname patientname visitorname guestname "
            "नाम आपकानाम पूरानाम"
        ),
        FIRST_NAME: "firstname fname givenname yourfirstname forename billingfirstname",
        LAST_NAME: "lastname lname surname familyname yourlastname billinglastname",
        "EnquirySource": "enquirysource inquirysource",
        "EnquiryType": "enquirytype inquirytype querytype leadtype",
        "CreateEnquiryID": "createenquiryid",
        "WebEnquiryNumber": (
            "webenquirynumber leadid enquiryid inquiryid queryid uniquequeryid rfiid qryid requirementid "
            "submissionid reference refid uuid id"
        ),
        "LeadSource": "leadsource",
        "LeadSubSource": "leadsubsource campaign campaignname adset adsetname formname",
        "LeadfromURL": (
            "leadfromurl leadformurl pageurl landingurl landingpage page url leadurl sourceurl pageuri "
            "finalurl listingurl"
        ),
        "CustomField1": "customfield1",
        "CustomField2": "customfield2",
        "prospects_id": "prospectsid",
        REFERRER: "referrer referer",
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """The field a spelling means, and how strongly: of two spellings the lower rank counts."""

    field: str
    rank: int


PLACES: Mapping[str, Place] = MappingProxyType(
    {
        alias: Place(name, rank)
        for name, aliases in _ALIASES.items()
        for rank, alias in enumerate(aliases.split())
    }
)

# Form builders wrap names (form_fields[phone]) and number them (tel-123, phone-1). What other wrappers hold is
# not the visitor's: form[name] is the name of the form.
_WRAPPED = re.compile(
    r"(?:formfields|fields|data|lead|contact|enquiry|inquiry|customer|user|visitor|jform)\[([^\[\]]{1,60})\]",
    re.ASCII,
)
_NUMBERED = re.compile(r"(\D{2,40})\d{1,6}", re.ASCII)
_MAY_BE_NUMBERED = frozenset({"MobileNo", "CustomerName", FIRST_NAME, LAST_NAME})

# Names that belong to form services, anti-spam and frameworks, squeezed: they say nothing about a lead.
_RESERVED = """
    grecaptcharesponse hcaptcharesponse recaptcharesponse recaptchatoken cfturnstileresponse altcha
    frccaptcharesponse frccaptchasolution privatecaptchasolution
    botfield botcheck honeypot accesskey apikey fromname replyto ccemail redirect redirectto returnurl returl
    webhook attachment submit submitbutton btnsubmit commit maxfilesize
    csrftoken csrfmiddlewaretoken xsrftoken utf8 authenticitytoken nonce
    formid postid referertitle queriedid oid
"""
RESERVED = frozenset(_RESERVED.split())
PAGE_OF_FORM_SERVICES = "_url"  # the one reserved name worth reading: FormSubmit's page address

_TRACKING_PREFIX = "utm_"
_UTM = """
    utm_source utm_medium utm_campaign utm_term utm_content utm_id
    utm_source_platform utm_creative_format utm_marketing_tactic
"""
_TRACKING: Mapping[str, str] = MappingProxyType({squeeze(name): name for name in (*CLICK_IDS, *_UTM.split())})

# What a partner may have meant, for "did you mean": every spelling leads to the snake_case name.
_SNAKE: Mapping[str, str] = MappingProxyType(
    {field: name for name, field in STRICT_NAMES.items() if name == name.lower()}
    | {"LeadfromURL": "lead_from_url", "CustomField1": "custom_field1", FIRST_NAME: "customer_name"}
    | {LAST_NAME: "customer_name", REFERRER: "referrer", "CustomField2": "custom_field2"}
)
MEANT: Mapping[str, str] = MappingProxyType(
    {alias: _SNAKE[place.field] for alias, place in PLACES.items()}
    | {alias: "phone_number" for alias in PLACES if "phone" in alias}
    | dict(_TRACKING)
)


def tracking_name(name: str, squeezed: str) -> str | None:
    """The tracking parameter a name is, in lower case: a utm_… or a click id."""
    return _TRACKING.get(squeezed) or (name.lower() if name.lower().startswith(_TRACKING_PREFIX) else None)


def unwrapped(name: str) -> str:
    """`name` squeezed, without what form builders put around it."""
    plain = name if name.isascii() else unicodedata.normalize("NFC", name)  # फ़ is one character or two
    squeezed = squeeze(plain).removesuffix("[]")
    wrapped = _WRAPPED.fullmatch(squeezed)
    return wrapped[1] if wrapped else squeezed


@lru_cache(maxsize=4096)
def place_of(name: str) -> Place | None:
    """Which field a form's or a portal's name means, also inside a form builder's wrapping."""
    squeezed = unwrapped(name)
    if place := PLACES.get(squeezed):
        return place
    numbered = _NUMBERED.fullmatch(squeezed)
    place = PLACES.get(numbered[1]) if numbered else None
    if place is None or place.field not in _MAY_BE_NUMBERED:
        return None
    return Place(place.field, place.rank + len(PLACES))  # a name without a number counts first
