"""Requests as Slack sends them: signed, each submission about another pupil, with texts that give no hints."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from bench.school import SECRET, TEAM, teacher
from handlers.platform.forms.form_reference import FormRef
from handlers.platform.forms.form_state import ANSWER
from handlers.platform.request import Request
from handlers.views.forms import form_modal
from meldcode.application.cases.open_form import FormView
from meldcode.domain.plan.file import PLANS, load_plan

TEXT = "Hij kwam zonder jas en zonder eten op school. Op zijn arm zat een blauwe plek van drie centimeter. " * 3
SYLLABLES = ("ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu")


@dataclass(frozen=True)
class Signed:
    """A request that is ready to send."""

    number: int
    body: bytes
    headers: dict[str, str]


def submission(number: int) -> Signed:
    """The signal form, filled in and submitted."""
    return _signed(number, {"payload": json.dumps(_view_submission(number))})


def form_closed(number: int) -> Signed:
    """Somebody closes the signal form, which stores nothing, and is looked at later for all at once."""
    return _signed(number, {"payload": json.dumps({**_view_submission(number), "type": "view_closed"})})


def signal_command(number: int) -> Signed:
    """`/signaal`, which opens a form."""
    fields = {
        "command": "/signaal",
        "text": "",
        "team_id": TEAM,
        "user_id": teacher(number),
        "trigger_id": f"1.{number}",
    }
    return _signed(number, {**fields, "response_url": "http://127.0.0.1/none", "api_app_id": "A0BENCH"})


def home_opened(number: int) -> Signed:
    """The care coordinator of the first school opens the Home tab."""
    event = {"type": "app_home_opened", "user": "U0CARECOORDINATOR0", "tab": "home", "channel": "D0", "event_ts": "1.2"}
    callback = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A0BENCH", "event_id": f"Ev{number}"}
    body = json.dumps({**callback, "event": event, "authorizations": []}).encode()
    return _signed_body(number, body, "application/json")


def key(number: int) -> str:
    """The idempotency key under which this submission is stored."""
    request = Request(_view_submission(number))
    return FormRef.loaded(request.view["private_metadata"]).key(request)


def _view_submission(number: int) -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": teacher(number), "username": "bench", "name": "bench", "team_id": TEAM},
        "api_app_id": "A0BENCH",
        "trigger_id": "1.2",
        "is_enterprise_install": False,
        "response_urls": [],
        "view": {**form(), "id": f"V{number}", "hash": "1.a", "state": {"values": _values(number)}},
    }


@cache
def form() -> dict[str, Any]:
    """The signal form, as the program renders it."""
    plan = load_plan(PLANS / "heutink.yaml")
    return form_modal(FormView(plan.opening, plan, {}))


def _values(number: int) -> dict[str, Any]:
    typed = {"first_name": "Pim", "last_name": last_name(number), "group": "5", "what": TEXT}
    chosen = {"heard_from": "self"}
    kinds = {"kind": {"type": "checkboxes", "selected_options": [{"value": "abuse_or_neglect"}]}}
    texts = {field: {"type": "plain_text_input", "value": value} for field, value in typed.items()}
    choices = {field: {"type": "radio_buttons", "selected_option": {"value": id_}} for field, id_ in chosen.items()}
    day = {"happened_on": {"type": "datepicker", "selected_date": time.strftime("%Y-%m-%d", time.gmtime(time.time()))}}
    return {field: {ANSWER: value} for field, value in {**texts, **choices, **kinds, **day}.items()}


def last_name(number: int) -> str:
    """A different name for each number, in letters."""
    return "".join(SYLLABLES[int(digit)] for digit in f"{number:06}").capitalize()


def _signed(number: int, fields: dict[str, str]) -> Signed:
    return _signed_body(number, urlencode(fields).encode(), "application/x-www-form-urlencoded")


def _signed_body(number: int, body: bytes, content_type: str) -> Signed:
    now = str(int(time.time()))
    signature = hmac.digest(SECRET.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hex()
    headers = {
        "Content-Type": content_type,
        "X-Slack-Request-Timestamp": now,
        "X-Slack-Signature": f"v0={signature}",
    }
    return Signed(number, body, headers)
