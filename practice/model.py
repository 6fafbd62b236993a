"""The data of the practice workspace: people, messages, views and the traffic.

Block Kit payloads stay dicts, as in Slack's documentation. What the workspace itself keeps is typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Json = dict[str, Any]
Move = Callable[[], Awaitable[str]]


class Clock(Protocol):
    """The time in the workspace, and the ways to move it.

    Each move has a label for its button. A move returns the reason why it failed, or an empty string.
    """

    @property
    def moves(self) -> Sequence[tuple[str, Move]]:
        """The moves that are possible now."""

    def now(self) -> datetime:
        """Return the current time in the workspace."""


@dataclass(frozen=True)
class Advice:
    """A good next step in a training: what to do, why, and who does it (a user id)."""

    title: str
    do: str
    why: str
    who: str


@dataclass(frozen=True)
class Guide:
    """The guide beside a training: the situation, the step to take now, and the steps already taken."""

    title: str
    situation: str
    now: Advice | None
    done: Sequence[Advice]
    afterwards: str


@dataclass(frozen=True)
class Training:
    """A prepared case to train on; `begin_as` is the user id to begin as."""

    id: str
    title: str
    summary: str
    begin_as: str


class Director(Protocol):
    """Can start everything over, with or without a prepared case. It is implemented outside the workspace."""

    @property
    def trainings(self) -> Sequence[Training]:
        """The prepared cases."""

    async def begin(self, training_id: str) -> str:
        """Start over, with a prepared case or (empty) without one. Returns why it failed, or an empty string."""

    def guide(self) -> Guide | None:
        """Return the guide of the current training, if there is one. It may block, to read a database."""


@dataclass(frozen=True)
class Person:
    """A member of the workspace. `title` is shown beside the name; `users.info` says `flags` of the account."""

    id: str
    name: str
    title: str = ""
    locale: str = "nl-NL"
    team_id: str = "T0PRACTICE"
    is_active: bool = True
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True)
class AppConfig:
    """The one app of the workspace: what its developer would see on api.slack.com.

    With a `request_url`, everything is sent there as signed HTTP requests; without it, by Socket Mode.
    With a `client_id`, the app can be installed over OAuth; without a `bot_token`, it is not installed yet.
    `manifest` is a Slack app manifest (a dict). Its scopes, commands, shortcuts and features are enforced.
    """

    manifest: Json
    bot_token: str
    app_token: str
    signing_secret: str
    request_url: str | None = None
    client_id: str = ""
    client_secret: str = ""
    app_id: str = "A0PRACTICE"
    bot_user_id: str = "U0MELDBOT"
    bot_id: str = "B0MELDBOT"
    team_id: str = "T0PRACTICE"
    enterprise_id: str = ""
    is_org_wide: bool = False
    team_name: str = "De Linde"


@dataclass
class File:
    """A file that the app uploaded. Its content is in memory until the file is deleted."""

    id: str
    name: str
    title: str
    size: int
    content: bytes | None = None

    @property
    def is_deleted(self) -> bool:
        """Whether the content is gone."""
        return self.content is None


@dataclass
class Message:
    """One message in the DM between the app and one person (`user_id`), from either of them."""

    ts: str
    channel: str
    user_id: str
    text: str
    sent_at: datetime
    blocks: list[Json] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    from_app: bool = True
    is_ephemeral: bool = False
    is_read: bool = False


@dataclass
class View:
    """A modal or Home tab. `payload` is the full view object that Slack sends with interactions.

    `payload["state"]["values"]` is what was typed so far. `errors` are the field errors (block_id to text) of the last
    submission.
    """

    id: str
    user_id: str
    payload: Json
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def type(self) -> Literal["modal", "home"]:
        """Whether it is a modal or a Home tab."""
        return "home" if self.payload["type"] == "home" else "modal"


@dataclass(frozen=True)
class Exchange:
    """One line of the traffic: a request to or from the app, and its answer. `fault` says what went wrong."""

    number: int
    at: datetime
    direction: Literal["to_app", "from_app"]
    what: str
    request: Json
    answer: Json
    milliseconds: float
    fault: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a person sees after doing something.

    `text` is an ephemeral answer (also posted in their DM), `errors` are field errors, and `failure` is Slack's code
    when the app did not answer properly (for example `operation_timeout`).
    """

    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    @property
    def ok(self) -> bool:
        """Whether the app accepted it without errors."""
        return not self.errors and not self.failure
