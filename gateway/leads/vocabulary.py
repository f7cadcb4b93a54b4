"""The words of attribution: names of lead sources with their aliases, and click ids."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

# Name in the dialer → other spellings, as senders and utm_source write them; case, blanks, _ - . ignored.
_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "Facebook": "facebook fb fb-ads fbads fbad fcb facebook_ads facebook_feed_ad meta meta_ads metaads",
        "Instagram": "instagram ig insta ig-ads instagram_ads",
        "WhatsApp": "whatsapp wa whatsapp_ads ctwa",
        "YouTube": "youtube yt yt-ads youtube_ads",
        "Google Ads": "google_ads googleads gads adwords google_adwords sem gdn",
        "Google": "google google_organic google_search",
        "Google Business Profile": "google_business_profile google_business gmb gbp google_my_business",
        "Google Display": "google_display dv360 cm360",
        "Google Organic Shopping": "google_organic_shopping google_shopping",
        "Microsoft Ads": "microsoft_ads bing_ads bingads msads",
        "Bing": "bing",
        "LinkedIn": "linkedin in li linkedin_ads",
        "X": "x twitter twitter-ads x_ads t.co",
        "TikTok": "tiktok tik.tok tiktokads tiktok_ads tt",
        "Snapchat": "snapchat snap snapchat_ads",
        "Reddit": "reddit reddit-ads",
        "Pinterest": "pinterest pinterest_ads",
        "Quora": "quora quora_ads",
        "Taboola": "taboola",
        "Outbrain": "outbrain",
        "ShareChat": "sharechat moj",
        "Truecaller": "truecaller",
        "IndiaMART": "indiamart india_mart",
        "JustDial": "justdial jd just_dial",
        "TradeIndia": "tradeindia trade_india",
        "Sulekha": "sulekha",
        "99acres": "99acres 99_acres",
        "MagicBricks": "magicbricks mb magic_bricks",
        "Housing.com": "housing housing.com",
        "CarDekho": "cardekho",
        "CarWale": "carwale",
        "Shiksha": "shiksha",
        "CollegeDekho": "collegedekho",
        "Collegedunia": "collegedunia",
        "Practo": "practo",
        "Website": "website web_site",
        "Direct": "direct (direct)",
        "Email": "email e-mail newsletter mailchimp",
        "SMS": "sms",
        "RCS": "rcs",
        "IVR": "ivr",
        "Affiliate": "affiliate affiliates",
        "ChatGPT": "chatgpt openai",
        "Perplexity": "perplexity",
        "Gemini": "gemini bard google_gemini",
        "Claude": "claude anthropic",
        "Copilot": "copilot microsoft_copilot bing_chat",
    }
)

LONGEST_NAME = 200  # characters of a name that is remembered
_UNHEARD = re.compile(r"[\s_.\-]+")


def squeeze(name: str) -> str:
    """`name` as it is compared: case-folded, without blanks, underscores, hyphens and dots."""
    # What is remembered is anybody's text: names that no field has would fill the memory.
    return _squeezed(name) if len(name) <= LONGEST_NAME else _squeezed.__wrapped__(name)


@lru_cache(maxsize=4096)
def _squeezed(name: str) -> str:
    return _UNHEARD.sub("", name.casefold())


SOURCE_NAMES: Mapping[str, str] = MappingProxyType(
    {squeeze(alias): name for name, aliases in _SPELLINGS.items() for alias in (name, *aliases.split())}
)

# A paid click of a search engine is another source than its free results.
PAID_NAMES: Mapping[str, str] = MappingProxyType(
    {"Google": "Google Ads", "Google Organic Shopping": "Google Ads", "Bing": "Microsoft Ads"}
)

# Spellings that only ever name paid clicks, squeezed; any other says so with its end: fb-ads, tiktokads.
PAID_SPELLINGS = frozenset({"adwords", "googleadwords", "sem", "gdn", "ctwa"}) | {
    spelling for spelling in SOURCE_NAMES if spelling.endswith(("ads", "ad"))
}

# Where only utm_medium says something.
MEDIUM_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "email": "Email",
        "sms": "SMS",
        "rcs": "RCS",
        "whatsapp": "WhatsApp",
        "affiliate": "Affiliate",
        "ivr": "IVR",
    }
)

# Click ids in the order they are believed.
CLICK_IDS: Mapping[str, str] = MappingProxyType(
    {
        "gclid": "Google Ads",
        "gbraid": "Google Ads",
        "wbraid": "Google Ads",
        "msclkid": "Microsoft Ads",
        "ttclid": "TikTok",
        "li_fat_id": "LinkedIn",
        "twclid": "X",
        "sccid": "Snapchat",
        "rdt_cid": "Reddit",
        "qclid": "Quora",
        "yclid": "Yandex",
        "ymclid": "Yandex",
        "dclid": "Google Display",
        "ctwa_clid": "WhatsApp",
        "epik": "Pinterest",
        "tblci": "Taboola",
        "tblclid": "Taboola",
        "dicbo": "Outbrain",
        "outbrainclickid": "Outbrain",
        "oppref": "ChatGPT",
        "gclsrc": "Google Ads",
        "gad_source": "Google Ads",
        "gad_campaignid": "Google Ads",
        "irclickid": "Affiliate",
        "aff_id": "Affiliate",
        "affid": "Affiliate",
        "igshid": "Instagram",
        "igsh": "Instagram",
        "fbclid": "Facebook",
        "srsltid": "Google Organic Shopping",  # a free listing of Google Merchant, not an ad
        "mc_cid": "Email",
        "mc_eid": "Email",
        "_hsenc": "Email",
        "_hsmi": "Email",
        "_kx": "Email",
        "mkt_tok": "Email",
        "vero_id": "Email",
    }
)
# Who follows a link that carries one of these was not brought by an ad: Meta marks every link that leaves it.
UNPAID_CLICKS = frozenset({"fbclid", "igshid", "igsh", "srsltid", "irclickid", "aff_id", "affid"}) | {
    click_id for click_id, name in CLICK_IDS.items() if name == "Email"
}
# HubSpot's tagging, which only ads carry.
AD_IDS = frozenset({"hsa_acc", "hsa_ad", "hsa_cam", "hsa_grp"})
# Links from Instagram carry fbclid too: where the referrer is of the same house, it knows better.
SAME_HOUSE = frozenset({"Facebook", "Instagram", "WhatsApp"})

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "gad_")
_OTHER_TRACKING = "clickid click_id oborigurl s_kwcid ef_id _openstat __s _ga _gl _fbp _fbc _ttp"
TRACKING_PARAMETERS = frozenset(CLICK_IDS) | frozenset(_OTHER_TRACKING.split())
