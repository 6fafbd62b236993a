"""What stands in the practice workspace: people, messages, views and the traffic, as plain data.

Block Kit payloads stay the dicts that Slack's documentation shows; only what the workspace itself keeps is typed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

Json = dict[str, Any]
Move = Callable[[], Awaitable[str]]


class Clock(Protocol):
    """The time that is played, and the ways to move it.

    Each of the `moves` has a label for its button; it returns why it could not be done, or nothing.
    """

    @property
    def moves(self) -> Sequence[tuple[str, Move]]:
        """What can be done to it now."""

    def now(self) -> datetime:
        """Return the time that it is."""


@dataclass(frozen=True)
class Advice:
    """A good next step for whoever trains: what to do, why, and who does it (a user id)."""

    title: str
    do: str
    why: str
    who: str


@dataclass(frozen=True)
class Guide:
    """What stands beside the case that is trained on: what is going on, the step to do now, and those done before."""

    title: str
    situation: str
    now: Advice | None
    done: Sequence[Advice]
    afterwards: str


@dataclass(frozen=True)
class Training:
    """A prepared case to train on."""

    id: str
    title: str
    summary: str
    begin_as: str


class Director(Protocol):
    """Who can begin everything anew, with or without a prepared case. What it does lies outside the workspace."""

    @property
    def trainings(self) -> Sequence[Training]:
        """The prepared cases that can be chosen."""

    async def begin(self, training_id: str) -> str:
        """Begin anew, with this prepared case or (empty) without; return why it could not be done, or nothing."""

    def guide(self) -> Guide | None:
        """Return what stands beside the case that is trained on now; it may read from a database."""


@dataclass(frozen=True)
class Person:
    """A member of the workspace. `title` is the role in words, as people see it beside the name."""

    id: str
    name: str
    title: str = ""
    locale: str = "nl-NL"
    team_id: str = "T0PRACTICE"
    is_active: bool = True


@dataclass(frozen=True)
class AppConfig:
    """The one app of the workspace: what its developer would find on api.slack.com.

    With `request_url` everything is sent there as signed HTTP requests; without it, by Socket Mode.
    With a `client_id` it can be installed over OAuth; without a `bot_token` it is not installed yet.
    `manifest` is a Slack app manifest (a dict): its scopes, commands, shortcuts and features are enforced.
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
    team_name: str = "De Linde"


@dataclass
class File:
    """A file that the app uploaded. What it holds is kept in memory, until it is deleted."""

    id: str
    name: str
    title: str
    size: int
    content: bytes | None = None

    @property
    def is_deleted(self) -> bool:
        """True once nothing of it is left."""
        return self.content is None


@dataclass
class Message:
    """One message in the conversation between the app and one person (`user_id`); also the person's own."""

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
    """A modal or Home tab. `payload` is the full view object that Slack sends along with interactions.

    `payload["state"]["values"]` holds what was typed so far; `errors` the field errors (block_id to text) of the
    last submission.
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
    """One line of the traffic: a request to or from the app and its answer. `fault` says where Slack would refuse."""

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

    `text` is an ephemeral answer (also put in their messages), `errors` are field errors, and `failure` is what Slack
    itself says when the app did not answer well (for example `operation_timeout`).
    """

    text: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    failure: str = ""

    @property
    def ok(self) -> bool:
        """True when the app took it without errors."""
        return not self.errors and not self.failure
