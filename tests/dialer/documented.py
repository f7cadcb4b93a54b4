"""The dialer document's answers as printed, word for word, and what each means."""

from __future__ import annotations

from gateway.dialer.outcome import Scope

OK2 = (
    '"lead 2":{"success":"true","message":"add_multi_lead RECORD(S) CREATED",'
    '"data":{"Phone Number":"2222222",'
    '"List ID":"25062018","Lead ID":1699,"Status":"NEW"}}'
)

# message as printed, outcome, code, scope
SINGLE = [
    ("add\\_lead SOURCE IS REQUIRED", "Refused", "source.required", Scope.LINE),
    (
        "add\\_lead USER DOES NOT HAVE  \nPERMISSION TO ADD LEADS TO THE SYSTEM",
        "Refused",
        "permission.denied",
        Scope.LINE,
    ),
    (
        "add\\_lead PHONE NUMBER MUST HAVE  \nMINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT",
        "Rejected",
        "phone.length",
        None,
    ),
    ("add\\_lead PHONE NUMBER IS REQUIRED", "Rejected", "phone.required", None),
    ("add\\_lead PHONE NUMBER IS NOT VALID", "Rejected", "phone.invalid", None),
    ("add\\_lead LIST ID NOT FOUND IN  \nSYSTEM", "Refused", "list.not_found", Scope.LIST),
    ("add\\_lead LIST ID IS REQUIRED", "Refused", "list.required", Scope.LIST),
    ("add\\_lead LIST ID MINIMUM 3 DIGIT AND  \nMAXIMUM 14 DIGIT", "Refused", "list.length", Scope.LIST),
    (
        "add\\_lead CUSTOM\\_FIELDS IS REQUIRED  \nAND MUST HAVE SET TO Y",
        "Refused",
        "custom_fields.required",
        Scope.LIST,
    ),
    (
        "add\\_lead CUSTOM FIELDS NOT ADDED, NO  \nCUSTOM FIELDS DEFINED FOR THIS LIST",
        "Unknown",
        "custom_fields.not_added",
        Scope.LIST,
    ),
]
MULTI_OVERALL = [
    ("status", "PLEASE ENTER ACTION VALUE", "Busy", "dialer.multi_refused", None),
    ("status", "ENTERED ACTION IS NOT VALID", "Busy", "dialer.multi_refused", None),
    (
        "success",
        "add\\_multi\\_lead PLEASE ENTER TWO DIGIT SOURCE VALUE",
        "Refused",
        "source.too_short",
        Scope.LINE,
    ),
    ("success", "add\\_multi\\_lead SOURCE IS REQUIRED", "Refused", "source.required", Scope.LINE),
    (
        "success",
        "add\\_multi\\_lead CUSTOM\\_FIELDS IS REQUIRED AND MUST HAVE SET TO Y",
        "Refused",
        "custom_fields.required",
        Scope.LIST,
    ),
    ("success", "add\\_multi\\_lead PLEASE CHECK YOUR JSON  \nSYNTAX", "Busy", "dialer.multi_refused", None),
    (
        "success",
        "add\\_multi\\_lead USER DOES NOT HAVE  \nPERMISSION TO ADD LEADS TO THE SYSTEM",
        "Refused",
        "permission.denied",
        Scope.LINE,
    ),
    ("success", "Login incorrect, please try again", "Refused", "login.incorrect", Scope.LOGIN),
    (
        "success",
        "add\\_multi\\_lead MULTI\\_LEAD IS REQUIRED  \nFIELDS",
        "Busy",
        "dialer.multi_refused",
        None,
    ),
]
MULTI_FIRST = [
    (
        "add\\_multi\\_lead PHONE NUMBER  \nMINIMUM 6 DIGIT AND MAXIMUM 16 DIGIT",
        "Rejected",
        "phone.length",
        None,
    ),
    ("add\\_multi\\_lead PHONE NUMBER IS  \nREQUIRED", "Rejected", "phone.required", None),
    ("add\\_multi\\_lead PHONE NUMBER IS  \nNOT VALID", "Rejected", "phone.invalid", None),
    ("add\\_multi\\_lead LIST ID IS  \nREQUIRED", "Refused", "list.required", Scope.LIST),
    ("add\\_multi\\_lead LIST ID liopk DOES  \nNOT EXISTS", "Refused", "list.not_found", Scope.LIST),
    (
        "add\\_multi\\_lead LIST ID MINIMUM 3  \nDIGIT AND MAXIMUM 14 DIGIT",
        "Refused",
        "list.length",
        Scope.LIST,
    ),
    (
        "add\\_multi\\_lead CUSTOM FIELDS NOT  \nADDED, NO CUSTOM FIELDS DEFINED FOR THIS LIST",
        "Unknown",
        "custom_fields.not_added",
        Scope.LIST,
    ),
]
CALLS = [
    ("status", "PLEASE ENTER ACTION VALUE", "Refused", "action.required"),
    ("success", "manual\\_dial AGENT\\_USER IS NOT LOGGED IN", "Rejected", "agent.not_logged_in"),
    ("success", "manual\\_dial AGENT\\_USER IS NOT PAUSED", "Rejected", "agent.not_paused"),
    (
        "success",
        "manual\\_dial AGENT\\_USER IS NOT  \nALLOWED TO PLACE MANUAL DIAL CALLS",
        "Rejected",
        "agent.not_allowed",
    ),
    ("success", "manual\\_dial VALUE IS NOT VALID", "Rejected", "phone.invalid"),
    ("success", "manual\\_dial VALUE IS REQUIRED", "Rejected", "phone.required"),
]


def clean(printed: str) -> str:
    """The same without what the conversion of the document put in."""
    return " ".join(printed.replace("\\_", "_").split())
