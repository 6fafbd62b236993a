"""What an error of Slack means for the message that was to be sent."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum, auto

from slack_sdk.errors import SlackApiError

LONGEST_WAIT_DIGITS = 9
"""Of a wait in seconds; a timedelta overflows on more."""


class Meaning(Enum):
    """What to do with the message.

    `LATER`: Slack is away or busy. `NOBODY`: this person cannot be reached. `LOCKED_OUT`: nobody can be reached, since
    Slack refuses the token or the app's rights. `DOUBTFUL`: the message itself may be wrong, so give up after a while.
    """

    LATER = auto()
    NOBODY = auto()
    LOCKED_OUT = auto()
    DOUBTFUL = auto()


NOBODY = frozenset(
    {"channel_not_found", "user_not_found", "users_not_found", "user_disabled", "cannot_dm_bot", "is_archived"}
)
LOCKED_OUT = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "messages_tab_disabled",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "restricted_action",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
LATER = frozenset(
    {"fatal_error", "internal_error", "ratelimited", "rate_limited", "request_timeout", "service_unavailable"}
)
SERVER_ERRORS, TOO_MANY = 500, 429


def code_of(error: SlackApiError) -> str:
    """Return the error code of Slack, or the HTTP status."""
    data = error.response.data if isinstance(error.response.data, dict) else {}
    return str(data.get("error") or f"http_{error.response.status_code}")[:60]


def meaning_of(error: SlackApiError) -> Meaning:
    """Return what this error means."""
    code, status = code_of(error), error.response.status_code
    if code in NOBODY:
        return Meaning.NOBODY
    if code in LOCKED_OUT:
        return Meaning.LOCKED_OUT
    is_away = code in LATER or status >= SERVER_ERRORS or status == TOO_MANY
    return Meaning.LATER if is_away else Meaning.DOUBTFUL


def retry_after(error: SlackApiError, longest: timedelta) -> timedelta | None:
    """How long Slack asks to wait, but at most `longest`: a wrong answer must block nobody for days."""
    headers = error.response.headers
    wait = str(headers.get("Retry-After", headers.get("retry-after", "")))
    if not wait.isdecimal():
        return None
    return min(timedelta(seconds=int(wait[:LONGEST_WAIT_DIGITS])), longest)
