"""Where a lead came from: one vocabulary, and one order in which the signs are believed."""

from __future__ import annotations

import time

import pytest

from gateway.leads.attribution import Trail, attribute, host_of, is_macro, source_name


def lead_source(names=None, **signs) -> str:
    return attribute(Trail(**signs), names or {}).lead_source


def sub_source(**signs) -> str:
    return attribute(Trail(**signs), {}).lead_sub_source


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("fb", "Facebook"),
        ("FB-Ads", "Facebook"),
        ("facebook", "Facebook"),
        ("Meta", "Facebook"),
        ("facebook_feed_ad", "Facebook"),
        ("ig", "Instagram"),
        ("Insta", "Instagram"),
        ("yt", "YouTube"),
        ("google ads", "Google Ads"),
        ("adwords", "Google Ads"),
        ("li", "LinkedIn"),
        ("wa", "WhatsApp"),
        ("gmb", "Google Business Profile"),
        ("tik.tok", "TikTok"),
        ("jd", "JustDial"),
        ("Just Dial", "JustDial"),
        ("IndiaMart", "IndiaMART"),
        ("99acres", "99acres"),
        ("magic bricks", "MagicBricks"),
        ("Hoarding MG Road", "Hoarding MG Road"),
        ("WEB", "WEB"),
    ],
)
def test_every_spelling_of_a_source_is_one_name_and_unknown_ones_pass(written, name):
    assert source_name(written, {}) == name


def test_the_configurations_names_come_before_our_own():
    assert source_name("FB", {"fb": "Facebook Pune"}) == "Facebook Pune"
    assert source_name("Diwali Mela", {"diwali mela": "Events"}) == "Events"


EVERYTHING = {
    "explicit": "JustDial",
    "tracking": {"utm_source": "newsletter", "gclid": "x"},
    "referrer": "https://www.bing.com/",
}


def test_the_signs_are_believed_in_their_order():
    assert lead_source(**EVERYTHING) == "JustDial"
    assert lead_source(tracking=EVERYTHING["tracking"], referrer=EVERYTHING["referrer"]) == "Email"
    assert lead_source(tracking={"gclid": "x"}, referrer=EVERYTHING["referrer"]) == "Google Ads"
    assert lead_source(referrer=EVERYTHING["referrer"]) == "Bing"
    assert lead_source() == "Direct"


def test_a_sources_fallback_stands_before_the_referrer():
    assert lead_source(fallback="Website", referrer="https://www.bing.com/") == "Website"
    assert lead_source(fallback="Website", tracking={"utm_source": "fb"}) == "Facebook"
    assert sub_source(sub_fallback="Contact form") == "Contact form"


@pytest.mark.parametrize(
    ("click_id", "name"),
    [
        ("gclid", "Google Ads"),
        ("gbraid", "Google Ads"),
        ("wbraid", "Google Ads"),
        ("msclkid", "Microsoft Ads"),
        ("ttclid", "TikTok"),
        ("li_fat_id", "LinkedIn"),
        ("twclid", "X"),
        ("sccid", "Snapchat"),
        ("rdt_cid", "Reddit"),
        ("dclid", "Google Display"),
        ("fbclid", "Facebook"),
        ("igshid", "Instagram"),
        ("ctwa_clid", "WhatsApp"),
        ("srsltid", "Google Organic Shopping"),
        ("mc_cid", "Email"),
    ],
)
def test_a_click_id_names_its_platform(click_id, name):
    assert lead_source(tracking={click_id: "AbC"}, referrer="https://example.org/") == name


def test_the_stronger_click_id_counts():
    assert lead_source(tracking={"fbclid": "x", "gclid": "y"}) == "Google Ads"


def test_instagrams_links_carry_facebooks_click_id():
    assert lead_source(tracking={"fbclid": "x"}, referrer="https://l.instagram.com/") == "Instagram"


@pytest.mark.parametrize(
    ("tracking", "name"),
    [
        ({"utm_source": "google", "utm_medium": "cpc"}, "Google Ads"),
        ({"utm_source": "google", "utm_medium": "organic"}, "Google"),
        ({"utm_source": "google", "gclid": "x"}, "Google Ads"),
        ({"utm_source": "bing", "utm_medium": "ppc"}, "Microsoft Ads"),
        ({"utm_source": "ig", "utm_medium": "paid_social", "fbclid": "x"}, "Instagram"),
        ({"utm_source": "brochure-qr", "utm_medium": "print"}, "brochure-qr"),
        ({"utm_medium": "email"}, "Email"),
        ({"utm_medium": "SMS"}, "SMS"),
        ({"mtm_source": "fb"}, "Facebook"),
    ],
)
def test_utm_parameters_are_read_as_analytics_does(tracking, name):
    assert lead_source(tracking=tracking) == name


@pytest.mark.parametrize(
    "placeholder",
    [
        "{campaignid}",
        "{{campaign.name}}",
        "{{ad.id}}",
        "{lpurl}",
        "__CAMPAIGN_NAME__",
        "[campaign]",
        "%%CAMPAIGN%%",
        "${x}",
    ],
)
def test_a_placeholder_nobody_filled_in_says_nothing(placeholder):
    found = attribute(Trail(tracking={"utm_source": placeholder, "utm_campaign": placeholder}), {})
    assert (found.lead_source, found.lead_sub_source, found.macro) == ("Direct", "", True)


@pytest.mark.parametrize("empty", ["", " ", "(not set)", "null", "undefined", "None", "-"])
def test_an_empty_word_says_nothing(empty):
    found = attribute(Trail(explicit=empty, tracking={"utm_source": empty}), {})
    assert (found.lead_source, found.macro) == ("Direct", False)


@pytest.mark.parametrize(
    ("referrer", "name"),
    [
        ("https://www.google.com/", "Google"),
        ("https://www.google.co.in/search?q=flats", "Google"),
        ("https://google.com.au/", "Google"),
        ("android-app://com.google.android.googlequicksearchbox/", "Google"),
        ("android-app://com.google.android.gm/", "Email"),
        ("https://mail.google.com/", "Email"),
        ("https://maps.google.com/", "Google Business Profile"),
        ("https://l.facebook.com/l.php?u=x", "Facebook"),
        ("https://m.facebook.com/", "Facebook"),
        ("android-app://com.facebook.katana/", "Facebook"),
        ("https://notfacebook.com/", "notfacebook.com"),
        ("https://l.instagram.com/", "Instagram"),
        ("https://t.co/abc", "X"),
        ("https://wa.me/919876543210", "WhatsApp"),
        ("https://dir.indiamart.com/pune", "IndiaMART"),
        ("https://www.justdial.com/Pune", "JustDial"),
        ("https://chatgpt.com/", "ChatGPT"),
        ("https://blog.example.org/post", "blog.example.org"),
        ("https://www.partner.example/", "partner.example"),
        ("https://accounts.google.com/", "Direct"),
        ("https://api.razorpay.com/", "Direct"),
        ("http://localhost:3000/", "Direct"),
        ("null", "Direct"),
        ("javascript:alert(1)", "Direct"),
        ("http://[::1", "Direct"),
        ("ftp://www.google.com/", "Direct"),
    ],
)
def test_a_referrer_names_the_source_it_belongs_to(referrer, name):
    assert lead_source(referrer=referrer) == name


@pytest.mark.parametrize("own", ["example.com", "www.example.com", "shop.example.com"])
def test_a_visitor_walking_about_our_own_site_was_sent_by_nobody(own):
    assert lead_source(referrer="https://www.example.com/flats", own_hosts=[own]) == "Direct"
    assert lead_source(referrer="https://example.com.evil.org/", own_hosts=[own]) == "example.com.evil.org"


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ({"tracking": {"utm_campaign": "Diwali", "utm_medium": "cpc"}}, "Diwali"),
        ({"tracking": {"gad_campaignid": "123", "gclid": "x"}}, "123"),
        ({"tracking": {"utm_campaign": "{campaignid}", "utm_medium": "cpc", "gclid": "x"}}, "Paid Search"),
        ({"tracking": {"gclid": "x"}}, "Paid Search"),
        ({"tracking": {"utm_medium": "hoarding"}}, "hoarding"),
        ({"tracking": {"utm_medium": "hoarding"}, "sub_fallback": "Contact form"}, "hoarding"),
        ({"referrer": "https://www.google.co.in/"}, "Organic Search"),
        ({"referrer": "https://www.google.co.in/", "sub_fallback": "Contact form"}, "Contact form"),
        ({"referrer": "https://www.google.co.in/", "explicit": "JustDial"}, ""),
        ({"referrer": "https://blog.example.org/"}, "Referral"),
        ({}, ""),
    ],
)
def test_the_sub_source_is_the_campaign_else_the_channel(signs, expected):
    assert sub_source(**signs) == expected


def test_the_senders_own_sub_source_comes_first():
    assert (
        sub_source(sub_source="Generator Dealers", tracking={"utm_campaign": "Diwali"}) == "Generator Dealers"
    )


def test_hosts_are_compared_without_www():
    assert host_of("https://WWW.Example.com:8443/a") == "example.com"
    assert host_of("https://münchen.example/") == ""


@pytest.mark.parametrize("attack", ["{" * 50_000, "__" + "A" * 50_000, "cp" * 25_000, "[" + "]" * 50_000])
def test_no_tracking_value_takes_long(attack):
    started = time.perf_counter()
    is_macro(attack)
    lead_source(tracking={"utm_source": attack, "utm_medium": attack}, explicit=attack, referrer=attack)
    assert time.perf_counter() - started < 0.05
