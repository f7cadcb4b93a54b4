"""Channels are Google's, in Google's order; search engines, networks and AI assistants are known by their hosts."""

from __future__ import annotations

import time
from importlib.resources import files

import pytest

from gateway.leads.attribution import Trail, attribute
from gateway.leads.channels import Channel, Visit, channel_of
from gateway.leads.lead import Lead
from gateway.leads.referrers import KNOWN, NO_SOURCES, Site, name_of_host, site_of
from gateway.leads.vocabulary import CLICK_IDS
from tests.leads.enquiries import lead_of


def origin(names=None, **signs) -> tuple[str, str]:
    found = attribute(Trail(**signs), names or {})
    return found.lead_source, found.channel.value


# -- the rules, one by one and in their order ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("visit", "channel"),
    [
        (Visit(), "Direct"),
        (Visit(source="direct"), "Direct"),
        (
            Visit(source="google", site=Site.SEARCH, campaign="x cross-network x", medium="cpc"),
            "Cross-network",
        ),
        (Visit(source="amazon", site=Site.SHOPPING, medium="cpc"), "Paid Shopping"),
        (Visit(source="google", site=Site.SEARCH, medium="cpc", campaign="summer shopping"), "Paid Shopping"),
        (Visit(source="google", site=Site.SEARCH, medium="cpc", campaign="workshop"), "Paid Search"),
        (Visit(source="google", site=Site.SEARCH, medium="cpm"), "Paid Search"),
        (Visit(source="google", site=Site.SEARCH, paid=True), "Paid Search"),
        (Visit(source="facebook", site=Site.SOCIAL, medium="paid_social"), "Paid Social"),
        (Visit(source="facebook", site=Site.SOCIAL, medium="retargeting"), "Paid Social"),
        (Visit(source="youtube", site=Site.VIDEO, medium="ppc"), "Paid Video"),
        (Visit(source="a-news-site", medium="cpm"), "Display"),
        (Visit(source="a-news-site", medium="banner"), "Display"),
        (Visit(source="a-news-site", medium="cpc"), "Paid Other"),
        (Visit(source="chatgpt", site=Site.AI, paid=True), "Paid Other"),
        (Visit(source="flipkart", site=Site.SHOPPING), "Organic Shopping"),
        (Visit(source="x", campaign="shop-window"), "Organic Shopping"),
        (Visit(source="facebook", site=Site.SOCIAL, medium="referral"), "Organic Social"),
        (Visit(source="a-forum", medium="social-media"), "Organic Social"),
        (Visit(source="vimeo", site=Site.VIDEO), "Organic Video"),
        (Visit(source="a-site", medium="video-post"), "Organic Video"),
        (Visit(source="chatgpt", site=Site.AI, medium="referral"), "AI Assistants"),
        (Visit(source="google", site=Site.SEARCH), "Organic Search"),
        (Visit(source="some-engine", medium="organic"), "Organic Search"),
        (Visit(source="e-mail"), "Email"),
        (Visit(source="crm", medium="newsletter"), "Email"),
        (Visit(source="partner", medium="affiliate"), "Affiliates"),
        (Visit(source="a-podcast", medium="audio"), "Audio"),
        (Visit(source="crm", medium="sms"), "SMS"),
        (Visit(source="crm", medium="web-push"), "Mobile Push"),
        (Visit(source="firebase"), "Mobile Push"),
        (Visit(source="indiamart", site=Site.PORTAL), "Portals"),
        (Visit(source="indiamart", site=Site.PORTAL, medium="cpc"), "Paid Other"),
        (Visit(source="blog.example.org"), "Referral"),
    ],
)
def test_the_first_rule_that_fits_counts(visit, channel):
    assert channel_of(visit) == channel


def test_every_channel_can_be_reached():
    reached = {channel_of(visit) for visit in _many_visits()}
    assert set(Channel) - reached == set()


def _many_visits():
    mediums = (
        "",
        "cpc",
        "banner",
        "social",
        "video",
        "organic",
        "email",
        "affiliate",
        "audio",
        "sms",
        "push",
    )
    for site in (None, *Site):
        for medium in mediums:
            yield Visit(source="x", site=site, medium=medium)
    yield Visit()
    yield Visit(campaign="cross-network")


# -- what visits say -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tracking", "expected"),
    [
        ({"utm_source": "google", "utm_medium": "cpc"}, ("Google Ads", "Paid Search")),
        ({"utm_source": "google", "gclid": "x"}, ("Google Ads", "Paid Search")),
        ({"utm_source": "google", "gbraid": "x"}, ("Google Ads", "Paid Search")),
        ({"utm_source": "google", "msclkid": "x"}, ("Google", "Organic Search")),
        ({"utm_source": "bing", "msclkid": "x"}, ("Microsoft Ads", "Paid Search")),
        ({"utm_source": "google", "utm_medium": "organic"}, ("Google", "Organic Search")),
        ({"gclid": "x"}, ("Google Ads", "Paid Search")),
        ({"dclid": "x"}, ("Google Display", "Display")),
        ({"ttclid": "x"}, ("TikTok", "Paid Social")),
        ({"utm_source": "tiktok", "ttclid": "x"}, ("TikTok", "Paid Social")),
        ({"utm_source": "fb-ads"}, ("Facebook", "Paid Social")),
        ({"utm_source": "Facebook"}, ("Facebook", "Organic Social")),
        ({"utm_source": "spotify-ads"}, ("spotify-ads", "Paid Other")),
        ({"utm_source": "downloads"}, ("downloads", "Referral")),
        ({"utm_source": "wa", "utm_medium": "broadcast"}, ("WhatsApp", "Organic Social")),
        ({"utm_source": "whatsapp", "ctwa_clid": "x"}, ("WhatsApp", "Paid Social")),
        ({"hsa_net": "adwords", "hsa_cam": "1"}, ("Google Ads", "Paid Search")),
        ({"hsa_net": "facebook", "hsa_ad": "1"}, ("Facebook", "Paid Social")),
        ({"hsa_net": "linkedin", "hsa_ad": "1"}, ("LinkedIn", "Paid Social")),
        ({"mc_cid": "x"}, ("Email", "Email")),
        ({"utm_medium": "email"}, ("Email", "Email")),
        ({"irclickid": "x"}, ("Affiliate", "Affiliates")),
        ({"utm_source": "sharechat", "utm_medium": "cpc"}, ("ShareChat", "Paid Social")),
        ({"utm_source": "indiamart"}, ("IndiaMART", "Portals")),
    ],
)
def test_tracking_parameters_tell_source_and_channel(tracking, expected):
    assert origin(tracking=tracking) == expected


def test_a_free_listing_of_google_merchant_is_no_ad():
    assert origin(tracking={"srsltid": "AfmBOo"}) == ("Google Organic Shopping", "Organic Shopping")
    assert origin(tracking={"srsltid": "AfmBOo", "gclid": "x"}) == ("Google Ads", "Paid Search")


@pytest.mark.parametrize(
    ("beside", "channel"),
    [
        ({}, "Organic Social"),
        ({"utm_medium": "social"}, "Organic Social"),
        ({"utm_medium": "social", "utm_id": "120210"}, "Organic Social"),
        ({"utm_medium": "paid"}, "Paid Social"),
        ({"utm_id": "120210"}, "Paid Social"),
        ({"hsa_ad": "120210"}, "Paid Social"),
    ],
)
def test_facebooks_click_id_alone_shows_no_ad(beside, channel):
    assert origin(tracking={"fbclid": "x", **beside}) == ("Facebook", channel)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("chatgpt.com", "ChatGPT"),
        ("chat.openai.com", "ChatGPT"),
        ("www.perplexity.ai", "Perplexity"),
        ("gemini.google.com", "Gemini"),
        ("claude.ai", "Claude"),
        ("copilot.microsoft.com", "Copilot"),
        ("grok.com", "Grok"),
        ("chat.deepseek.com", "DeepSeek"),
        ("www.meta.ai", "Meta AI"),
        ("www.bing.com/chat", "Copilot"),
    ],
)
def test_an_ai_assistant_is_known_as_referrer_and_as_it_marks_its_links(host, name):
    assert origin(referrer=f"https://{host}") == (name, "AI Assistants")
    if "/" not in host:
        assert origin(tracking={"utm_source": host}) == (name, "AI Assistants")


# -- referrers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("https://www.google.co.in/", ("Google", "Organic Search")),
        ("https://www.google.com/maps/place/x", ("Google Business Profile", "Organic Search")),
        ("https://shopping.google.com/", ("Google Organic Shopping", "Organic Shopping")),
        ("https://docs.google.com/document/d/1", ("docs.google.com", "Referral")),
        ("https://google.evil.example/", ("google.evil.example", "Referral")),
        ("https://in.search.yahoo.com/search", ("Yahoo", "Organic Search")),
        ("https://mail.yahoo.com/", ("Email", "Email")),
        ("https://yandex.com.tr/", ("Yandex", "Organic Search")),
        ("https://duckduckgo.com/", ("DuckDuckGo", "Organic Search")),
        ("https://l.facebook.com/l.php?u=x", ("Facebook", "Organic Social")),
        ("https://in.pinterest.com/pin/1", ("Pinterest", "Organic Social")),
        ("https://youtu.be/x", ("YouTube", "Organic Video")),
        ("android-app://com.whatsapp/", ("WhatsApp", "Organic Social")),
        ("https://www.amazon.in/dp/1", ("Amazon", "Organic Shopping")),
        ("https://dir.indiamart.com/", ("IndiaMART", "Portals")),
        ("https://www.olx.in/", ("OLX", "Portals")),
        ("https://www.googleadservices.com/pagead/aclk", ("Google Ads", "Paid Search")),
        ("https://accounts.google.com/", ("Direct", "Direct")),
        ("https://blog.example.org/post", ("blog.example.org", "Referral")),
    ],
)
def test_a_referrer_tells_source_and_channel(referrer, expected):
    assert origin(referrer=referrer) == expected


def test_the_configuration_may_name_a_host():
    names = {"blog.example.org": "Our blog"}
    assert origin(names, referrer="https://blog.example.org/post") == ("Our blog", "Referral")


def test_every_host_in_the_list_can_be_found():
    for host, name in KNOWN.hosts.items():
        bare, _, path = host.replace("{}", "co.in").partition("/")
        assert name_of_host(bare, f"/{path}") == name, host
        assert host == host.lower().removeprefix("www."), host
        assert not any(bare == none or bare.endswith(f".{none}") for none in NO_SOURCES), host


def test_no_host_stands_twice_in_the_list():
    text = (files("gateway.leads") / "referrers.toml").read_text("utf-8")
    quoted = [
        part for line in text.splitlines() if not line.startswith("#") for part in line.split('"')[1::2]
    ]
    hosts = [each for each in quoted if each in KNOWN.hosts]
    assert sorted(hosts) == sorted(set(hosts))


def test_what_kind_of_site_a_click_id_comes_from_is_known():
    homeless = {name for name in CLICK_IDS.values() if site_of(name) is None}
    assert homeless == {"Affiliate"}


# -- with its lead -------------------------------------------------------------------------------------------


def test_a_lead_keeps_its_channel():
    page = "https://example.com/flats?utm_source=google&utm_medium=cpc&utm_campaign=Diwali"
    lead = lead_of({"mobile": "9876543210", "page_url": page})
    assert isinstance(lead, Lead)
    assert (lead.fields["LeadSource"], lead.fields["LeadSubSource"]) == ("Google Ads", "Diwali")
    assert lead.extra["channel"] == "Paid Search"


def test_nobody_finds_the_rules_slow():
    hostile = "shop" * 25_000 + "cp" * 25_000
    started = time.perf_counter()
    channel_of(Visit(source=hostile, medium=hostile, campaign=hostile))
    origin(tracking={"utm_source": hostile, "utm_medium": hostile, "utm_campaign": hostile})
    assert time.perf_counter() - started < 0.05
