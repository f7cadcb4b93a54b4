"""Every kind of source by the name configuration uses for it."""

from __future__ import annotations

from gateway.sources import (
    education,
    form,
    generic,
    generic_sample,
    justdial,
    magicbricks,
    ninety_nine_acres,
    partner,
    portal,
)
from gateway.sources.base import Door, Kind

SOURCES: dict[str, Kind] = {
    "99acres": Kind(
        door=Door.WEBHOOK,
        verify=ninety_nine_acres.verify,
        parse=ninety_nine_acres.parse,
        reply=ninety_nine_acres.reply,
        secret_fields=portal.SECRET_FIELDS,
        sample=ninety_nine_acres.sample,
    ),
    "education": Kind(
        door=Door.WEBHOOK,
        verify=education.verify,
        parse=education.parse,
        acknowledge=education.acknowledge,
        secret_fields=education.SECRET_FIELDS,
        sample=education.sample,
    ),
    "justdial": Kind(
        door=Door.WEBHOOK,
        verify=justdial.verify,
        parse=justdial.parse,
        acknowledge=justdial.acknowledge,
        secret_fields=justdial.SECRET_FIELDS,
        sample=justdial.sample,
    ),
    "magicbricks": Kind(
        door=Door.WEBHOOK,
        verify=magicbricks.verify,
        parse=magicbricks.parse,
        acknowledge=magicbricks.acknowledge,
        secret_fields=portal.SECRET_FIELDS,
        sample=magicbricks.sample,
    ),
    "form": Kind(door=Door.FORM, verify=form.verify, parse=form.parse),
    "generic": Kind(
        door=Door.WEBHOOK,
        verify=generic.verify,
        parse=generic.parse,
        secret_fields=generic.SECRET_FIELDS,
        sample=generic_sample.sample,
    ),
    "partner": Kind(door=Door.PARTNER, verify=partner.verify, parse=partner.parse),
}
