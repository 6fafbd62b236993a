"""The practice workspace: everything that people and the app have done so far. It keeps state and sends nothing."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from practice.errors import ApiError
from practice.model import AppConfig, Clock, Director, Exchange, File, Json, Message, Person, View
from practice.state.faults import Faults
from practice.state.files import Files
from practice.state.installation_codes import InstallationCodes
from practice.state.modal_file import ModalFile
from practice.state.rates import Rates
from practice.state.response_urls import ResponseUrls
from practice.state.sockets import Sockets
from practice.state.triggers import Triggers
from practice.state.views import Views

TRAFFIC_KEPT = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Timeouts:
    """Seconds that Slack waits for an acknowledgement, and before each redelivery of an event (Slack: 0, 60, 300)."""

    acknowledgement: float = 3.0
    redeliveries: tuple[float, ...] = (0.0, 1.0, 2.0)


class Workspace:
    """The state of a workspace with one app and its people.

    With a `clock`, messages and traffic carry its time. Trigger ids, response URLs and OAuth codes always expire by
    `now`, the machine's time, so that moving the clock does not invalidate them. With a `modal_file`, modals that are
    open stay open when it is started again. A test in which people act faster than they can sets `rates` to None.
    """

    def __init__(
        self,
        app: AppConfig,
        people: list[Person],
        *,
        now: Callable[[], datetime] = _utc_now,
        clock: Clock | None = None,
        modal_file: Path | None = None,
    ) -> None:
        self.app = app
        self.people: dict[str, Person] = {person.id: person for person in people}
        self._initial_people = dict(self.people)
        self.clock = clock
        self.now = clock.now if clock else now
        self._machine_now = now
        self.installation_codes: InstallationCodes[Workspace] = InstallationCodes(now)
        self.director: Director | None = None
        self.base_url = "http://127.0.0.1"
        self.timeouts = Timeouts()
        self.sockets = Sockets()
        self.version = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._background: set[asyncio.Task[None]] = set()
        self._start()
        self._modal_file = ModalFile(modal_file)
        self.views.stacks = self._modal_file.read()

    def _start(self) -> None:
        self.faults = Faults(on_drop=self._drop_sockets)
        self.rates: Rates | None = Rates()
        self.traffic: deque[Exchange] = deque(maxlen=TRAFFIC_KEPT)
        self.triggers = Triggers(self._machine_now)
        self.response_urls = ResponseUrls(self._machine_now)
        self.views = Views(self.app)
        self.files = Files()
        self._messages: dict[str, list[Message]] = {user_id: [] for user_id in self.people}
        self._exchanges = itertools.count(1)
        self._stamps = itertools.count(1)

    def reset(self) -> None:
        """Forget everything except the app, the initial people and the open sockets."""
        self.people |= self._initial_people
        self._start()
        self.touch()

    def _drop_sockets(self) -> None:
        self.record("to_app", "disconnect", {"sockets": len(self.sockets)}, {}, fault="drop_socket")
        self.sockets.drop()

    def update_person(self, person: Person) -> None:
        """Replace what is known about a person."""
        self.people[person.id] = person
        self.touch()

    # Changes that a page shows.
    def touch(self) -> None:
        """Wake everybody who waits for a change."""
        self.version += 1
        self._modal_file.write(self.views.stacks)
        for loop, event in list(self._waiting):
            loop.call_soon_threadsafe(event.set)

    async def wait_for_change(self, since: int, timeout: float) -> int:
        """Return the version when it exceeds `since`, or after `timeout` seconds."""
        waiting = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(waiting)
        try:
            if self.version <= since:
                await asyncio.wait_for(waiting[1].wait(), timeout)
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(waiting)
        return self.version

    def record(
        self,
        direction: Literal["to_app", "from_app"],
        what: str,
        request: Json,
        answer: Json,
        milliseconds: float = 0,
        *,
        fault: str = "",
    ) -> None:
        """Add an exchange to the traffic."""
        number = next(self._exchanges)
        self.traffic.append(Exchange(number, self.now(), direction, what, request, answer, milliseconds, fault))
        self.touch()

    def in_background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background, such as a redelivery."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def finish_background(self) -> None:
        """Wait until all background work is done."""
        while self._background:
            await asyncio.gather(*self._background)

    @property
    def team_domain(self) -> str:
        """The part of the workspace's address before .slack.com."""
        return self.app.team_name.lower().replace(" ", "-")

    # Messages.
    def stamp(self) -> str:
        """Return a new `ts`: the current time, made unique."""
        return f"{int(self.now().timestamp())}.{next(self._stamps):06d}"

    def channel_of(self, user_id: str) -> str:
        """Return the id of the DM between the app and this person."""
        return f"D{user_id[1:]}"

    def person_in(self, channel: str) -> Person:
        """Return the person in this DM. Raises ApiError if there is none."""
        for person in self.people.values():
            if self.channel_of(person.id) == channel:
                return person
        raise ApiError("channel_not_found")

    def post(
        self,
        user_id: str,
        text: str,
        blocks: list[Json] | None = None,
        *,
        files: list[File] | None = None,
        from_app: bool = True,
        is_ephemeral: bool = False,
    ) -> Message:
        """Put a message in a person's DM."""
        message = Message(
            ts=self.stamp(),
            channel=self.channel_of(user_id),
            user_id=user_id,
            text=text,
            sent_at=self.now(),
            blocks=blocks or [],
            files=files or [],
            from_app=from_app,
            is_ephemeral=is_ephemeral,
            is_read=not from_app,
        )
        self._messages.setdefault(user_id, []).append(message)
        self.touch()
        return message

    def message(self, user_id: str, ts: str) -> Message:
        """Return one message in a person's DM. Raises ApiError if it is not there."""
        for message in self._messages.get(user_id, []):
            if message.ts == ts:
                return message
        raise ApiError("message_not_found")

    def delete(self, message: Message) -> None:
        """Delete a message."""
        self._messages[message.user_id].remove(message)
        self.touch()

    def messages_of(self, user_id: str) -> list[Message]:
        """Return the messages in a person's DM, oldest first, ephemeral ones included."""
        return list(self._messages.get(user_id, []))

    def unread_of(self, user_id: str) -> int:
        """Return the number of messages that a person has not read."""
        return sum(not message.is_read for message in self._messages.get(user_id, []))

    def mark_read(self, user_id: str) -> None:
        """Mark all messages of a person as read."""
        if self.unread_of(user_id):
            for message in self._messages[user_id]:
                message.is_read = True
            self.touch()

    def file_of(self, user_id: str, file_id: str) -> File | None:
        """Return a file that was shared with a person and not deleted since."""
        shared = (file for message in self._messages.get(user_id, []) for file in message.files)
        return next((file for file in shared if file.id == file_id and not file.is_deleted), None)

    # Views.
    def home_of(self, user_id: str) -> View | None:
        """Return the Home tab that the app published for a person."""
        return self.views.homes.get(user_id)

    def modals_of(self, user_id: str) -> list[View]:
        """Return a person's open modals, top last."""
        return list(self.views.stacks.get(user_id, []))
