"""A route nobody thought about stays closed."""

from __future__ import annotations

from flask import Blueprint

from gateway.web.blueprints import BLUEPRINTS, GUARDS
from tests.web.gateway_under_test import Gateway


def test_every_route_stands_behind_a_guard(gateway: Gateway) -> None:
    unguarded = [
        rule.rule
        for rule in gateway.app.url_map.iter_rules()
        if rule.endpoint.rpartition(".")[0] not in GUARDS
    ]

    assert unguarded == []


def test_the_table_and_the_mounted_blueprints_are_the_same(gateway: Gateway) -> None:
    assert set(gateway.app.blueprints) == {blueprint.name for blueprint, _ in BLUEPRINTS} == set(GUARDS)


def test_a_blueprint_outside_the_table_answers_500(gateway: Gateway) -> None:
    stray = Blueprint("stray", __name__)
    stray.add_url_rule("/stray", view_func=lambda: "open")
    gateway.app.register_blueprint(stray)
    gateway.app.add_url_rule("/loose", endpoint="loose", view_func=lambda: "open")

    for path in ("/stray", "/loose"):
        answer = gateway.ask("GET", path)
        assert (answer.status_code, answer.json["reason_code"]) == (500, "gateway.unguarded")
