"""Who counts as a colleague among the accounts that Slack knows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any

SLACKBOT = "USLACKBOT"
"""Slack says of it that it is no bot."""
NO_COLLEAGUE = ("deleted", "is_bot", "is_workflow_bot", "is_stranger", "is_invited_user")
GUEST = ("is_restricted", "is_ultra_restricted")


class Member(Enum):
    """What an account can be for a school."""

    COLLEAGUE = "colleague"
    GUEST = "guest"
    NOBODY = "nobody"


def member_of(said: Mapping[str, Any]) -> Member:
    """Return what the account is, by what `users.info` says. Without an answer nobody is known to be one."""
    if not said or said.get("id") == SLACKBOT or any(said.get(flag) for flag in NO_COLLEAGUE):
        return Member.NOBODY
    return Member.GUEST if any(said.get(flag) for flag in GUEST) else Member.COLLEAGUE


def is_nobody(said: Mapping[str, Any], unconfirmed: Collection[str]) -> bool:
    """Tell whether the account can have no role; a guest cannot either who is among those that nobody confirmed."""
    member = member_of(said)
    return member is Member.NOBODY or (member is Member.GUEST and said.get("id") in unconfirmed)
