"""The naive durable forwarder: inserts the lead into SQLite (FULL), posts it, updates the row, answers."""

from __future__ import annotations

import hmac
import json
import os
import re
import sqlite3
import threading
import time

import requests
from flask import Flask, jsonify, request
from requests.adapters import HTTPAdapter

DIALER_URL = os.environ["DIALER_URL"]
DATABASE = os.environ["DATABASE"]
LIST_ID = "25062018"
API_KEY = os.environ["API_KEY"]
PHONE = re.compile(r"[6-9]\d{9}")
SCHEMA = """
CREATE TABLE IF NOT EXISTS leads (
  id INTEGER PRIMARY KEY, received_at REAL NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL,
  lead_id TEXT, response TEXT
)
"""

app = Flask(__name__)
session = requests.Session()
session.trust_env = False
session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=64))
local = threading.local()


def database():
    """One connection per thread, as the threads of gunicorn stay the same."""
    if not hasattr(local, "connection"):
        local.connection = sqlite3.connect(DATABASE, timeout=30, isolation_level=None)
        local.connection.execute("PRAGMA journal_mode=WAL")
        local.connection.execute("PRAGMA synchronous=FULL")
        local.connection.execute(SCHEMA)
    return local.connection


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
    connection = database()
    row = connection.execute(
        "INSERT INTO leads (received_at, payload, state) VALUES (?, ?, 'new')",
        (time.time(), json.dumps(lead)),
    ).lastrowid
    reply = session.post(DIALER_URL, data=dialer_fields(lead), timeout=30).json()
    created = reply.get("success") == "true"
    data = reply.get("data", {})
    connection.execute(
        "UPDATE leads SET state = ?, lead_id = ?, response = ? WHERE id = ?",
        ("delivered" if created else "failed", data.get("Lead ID"), json.dumps(reply), row),
    )
    if not created:
        return jsonify(outcome="failure", message=reply.get("message")), 422
    dialer = {"lead_id": data["Lead ID"], "list_id": data["List ID"], "status": data["Status"]}
    return jsonify(outcome="success", id=row, dialer=dialer), 201
