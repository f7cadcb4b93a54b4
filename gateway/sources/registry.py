"""Every kind of source by the name configuration uses for it."""

from __future__ import annotations

from gateway.sources import form, generic, generic_sample, partner
from gateway.sources.base import Door, Kind

SOURCES: dict[str, Kind] = {
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
