"""The naive forwarder: checks the lead, posts it to the dialer, answers with the Lead ID; stores nothing."""

from __future__ import annotations

import hmac
import os
import re

import requests
from flask import Flask, jsonify, request
from requests.adapters import HTTPAdapter

DIALER_URL = os.environ["DIALER_URL"]
LIST_ID = "25062018"
API_KEY = os.environ["API_KEY"]
PHONE = re.compile(r"[6-9]\d{9}")

app = Flask(__name__)
session = requests.Session()
session.trust_env = False
session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=256))


def dialer_fields(lead):
    return {
        "source": "gateway",
        "action": "add_lead",
        "custom_fields": "Y",
        "list_id": LIST_ID,
        "phone_number": lead["MobileNo"],
        "MobileNo": lead["MobileNo"],
        "CustomerName": lead["CustomerName"],
        "EnquiryType": lead.get("EnquiryType", ""),
        "LeadSource": "Website",
        "LeadfromURL": lead.get("LeadfromURL", ""),
    }


@app.post("/v1/leads")
def add_lead():
    if not hmac.compare_digest(request.headers.get("Authorization", ""), f"Bearer {API_KEY}"):
        return jsonify(error="not allowed"), 401
    lead = request.get_json()
    if not PHONE.fullmatch(str(lead.get("MobileNo", ""))) or not lead.get("CustomerName"):
        return jsonify(error="MobileNo and CustomerName are required"), 422
    reply = session.post(DIALER_URL, data=dialer_fields(lead), timeout=30).json()
    if reply.get("success") != "true":
        return jsonify(outcome="failure", message=reply.get("message")), 422
    data = reply["data"]
    dialer = {"lead_id": data["Lead ID"], "list_id": data["List ID"], "status": data["Status"]}
    return jsonify(outcome="success", dialer=dialer), 201
