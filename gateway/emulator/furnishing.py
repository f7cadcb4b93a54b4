"""What the emulated dialer starts with: its lists, users, agents and settings."""

from __future__ import annotations

from dataclasses import dataclass, field

FORM_LIMITS = {
    "CustomerName": 100,
    "MobileNo": 10,
    "EnquirySource": 100,
    "EnquiryType": 100,
    "CreateEnquiryID": 100,
    "WebEnquiryNumber": 100,
    "LeadSubSource": 100,
    "LeadSource": 100,
    "LeadfromURL": 200,  # the document's tables
    "LeadformURL": 200,  # the document's sample addresses: a default form knows both spellings
    "CustomField1": 200,
    "CustomField2": 200,
}
OTHER_FIELD_LIMIT = 200
DEFAULT_FORM = tuple(FORM_LIMITS)


@dataclass(frozen=True, kw_only=True, slots=True)
class DialerList:
    """One list of the dialer; an empty form is a list without a custom form."""

    list_id: str
    name: str = ""
    form: tuple[str, ...] = DEFAULT_FORM


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiUser:
    """One API user of the dialer and what it may do."""

    user: str
    password: str = ""
    may_add_leads: bool = True
    may_search: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Agent:
    """One agent and the state of the agent's screen."""

    agent_user: str
    logged_in: bool = True
    paused: bool = True
    may_dial: bool = True


def _default_lists() -> tuple[DialerList, ...]:
    return (
        DialerList(list_id="999", name="Leads without a list"),
        DialerList(list_id="25062018", name="Sales enquiries"),
        DialerList(list_id="25062019", name="Old enquiries", form=()),
        DialerList(list_id="25062020", name="Service enquiries"),
    )


def _default_users() -> tuple[ApiUser, ...]:
    named = (("apiuser", "apipass"), ("viewonly", "viewpass"))
    full, restricted = (ApiUser(user=user, password=password) for user, password in named)
    return (
        full,
        ApiUser(user=restricted.user, password=restricted.password, may_add_leads=False, may_search=False),
    )


def _default_agents() -> tuple[Agent, ...]:
    return (
        Agent(agent_user="agent1"),
        Agent(agent_user="agent2", paused=False),
        Agent(agent_user="agent3", logged_in=False),
        Agent(agent_user="agent4", may_dial=False),
        Agent(agent_user="agent5"),
        Agent(agent_user="dialer_agent_user"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class EmulatorConfig:
    """How the emulated dialer starts; a reset brings it back to exactly this."""

    lists: tuple[DialerList, ...] = field(default_factory=_default_lists)
    users: tuple[ApiUser, ...] = field(default_factory=_default_users)
    agents: tuple[Agent, ...] = field(default_factory=_default_agents)
    first_lead_id: int = 1764
    require_login: bool = False
    delay: float = 0.0  # seconds between the insert and the answer of every request
    at_a_time: int = 0  # requests served together, the others wait; 0: as many as come
    keep: int = 100_000  # newest leads, calls and request times kept; the counters stay exact
    failures_until_lock: int = 10
    lock_seconds: float = 900.0
