"""The words of attribution: names of lead sources with their aliases, click ids, referring hosts."""

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
        "ChatGPT": "chatgpt chatgpt.com openai",
        "Perplexity": "perplexity perplexity.ai",
        "Gemini": "gemini gemini.google.com",
    }
)

_UNHEARD = re.compile(r"[\s_.\-]+")


@lru_cache(maxsize=4096)
def squeeze(name: str) -> str:
    """`name` as it is compared: case-folded, without blanks, underscores, hyphens and dots."""
    return _UNHEARD.sub("", name.casefold())


SOURCE_NAMES: Mapping[str, str] = MappingProxyType(
    {squeeze(alias): name for name, aliases in _SPELLINGS.items() for alias in (name, *aliases.split())}
)

# A paid click of a search engine is another source than its free results.
PAID_NAMES: Mapping[str, str] = MappingProxyType({"Google": "Google Ads", "Bing": "Microsoft Ads"})

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
        "srsltid": "Google",
        "mc_cid": "Email",
        "mc_eid": "Email",
        "_hsenc": "Email",
        "_hsmi": "Email",
        "_kx": "Email",
        "mkt_tok": "Email",
        "vero_id": "Email",
    }
)
# Links from Instagram carry fbclid too: where the referrer is of the same house, it knows better.
SAME_HOUSE = frozenset({"Facebook", "Instagram", "WhatsApp"})

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "hsa_", "gad_")
_OTHER_TRACKING = "clickid click_id oborigurl s_kwcid ef_id _openstat __s _ga _gl _fbp _fbc _ttp"
TRACKING_PARAMETERS = frozenset(CLICK_IDS) | frozenset(_OTHER_TRACKING.split())

# Referring hosts; a longer name is asked first, so l.facebook.com is Facebook and notfacebook.com is not.
REFERRERS: Mapping[str, str] = MappingProxyType(
    {
        "facebook.com": "Facebook",
        "fb.me": "Facebook",
        "messenger.com": "Facebook",
        "com.facebook.katana": "Facebook",
        "com.facebook.lite": "Facebook",
        "instagram.com": "Instagram",
        "com.instagram.android": "Instagram",
        "whatsapp.com": "WhatsApp",
        "wa.me": "WhatsApp",
        "com.whatsapp": "WhatsApp",
        "com.whatsapp.w4b": "WhatsApp",
        "youtube.com": "YouTube",
        "youtu.be": "YouTube",
        "com.google.android.youtube": "YouTube",
        "googleadservices.com": "Google Ads",
        "googlesyndication.com": "Google Display",
        "doubleclick.net": "Google Display",
        "business.google.com": "Google Business Profile",
        "maps.google.com": "Google Business Profile",
        "g.co": "Google Business Profile",
        "gemini.google.com": "Gemini",
        "mail.google.com": "Email",
        "com.google.android.gm": "Email",
        "com.google.android.googlequicksearchbox": "Google",
        "bing.com": "Bing",
        "yahoo.com": "Yahoo",
        "mail.yahoo.com": "Email",
        "duckduckgo.com": "DuckDuckGo",
        "ecosia.org": "Ecosia",
        "yandex.ru": "Yandex",
        "yandex.com": "Yandex",
        "baidu.com": "Baidu",
        "outlook.live.com": "Email",
        "outlook.office.com": "Email",
        "linkedin.com": "LinkedIn",
        "lnkd.in": "LinkedIn",
        "com.linkedin.android": "LinkedIn",
        "twitter.com": "X",
        "x.com": "X",
        "t.co": "X",
        "com.twitter.android": "X",
        "tiktok.com": "TikTok",
        "snapchat.com": "Snapchat",
        "reddit.com": "Reddit",
        "pinterest.com": "Pinterest",
        "quora.com": "Quora",
        "telegram.org": "Telegram",
        "t.me": "Telegram",
        "org.telegram.messenger": "Telegram",
        "taboola.com": "Taboola",
        "outbrain.com": "Outbrain",
        "sharechat.com": "ShareChat",
        "truecaller.com": "Truecaller",
        "indiamart.com": "IndiaMART",
        "justdial.com": "JustDial",
        "jsdl.in": "JustDial",
        "tradeindia.com": "TradeIndia",
        "sulekha.com": "Sulekha",
        "99acres.com": "99acres",
        "magicbricks.com": "MagicBricks",
        "housing.com": "Housing.com",
        "cardekho.com": "CarDekho",
        "carwale.com": "CarWale",
        "shiksha.com": "Shiksha",
        "collegedekho.com": "CollegeDekho",
        "collegedunia.com": "Collegedunia",
        "practo.com": "Practo",
        "chatgpt.com": "ChatGPT",
        "openai.com": "ChatGPT",
        "perplexity.ai": "Perplexity",
    }
)
# A visitor comes back from these in the middle of a visit: they send nobody.
NO_SOURCES = frozenset(
    {
        "localhost",
        "accounts.google.com",
        "login.microsoftonline.com",
        "checkout.stripe.com",
        "razorpay.com",
        "payu.in",
        "paytm.com",
        "ccavenue.com",
        "phonepe.com",
    }
)
GOOGLE_SEARCH = re.compile(r"(?:www\.)?google\.(?:com|[a-z]{2}|com?\.[a-z]{2})", re.ASCII)
