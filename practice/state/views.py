"""The modals and Home tabs that people have on their screens."""

from __future__ import annotations

import itertools
import secrets
from typing import Literal

from practice.blocks.elements import state_values, with_ids
from practice.blocks.surfaces import is_too_large, view_problems
from practice.errors import ApiError
from practice.model import AppConfig, Json, View

STACK_LIMIT = 3


class Views:
    """Each person's stack of modals (top last) and Home tab. Every change is checked against Slack's limits."""

    def __init__(self, app: AppConfig) -> None:
        self._app = app
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def open(self, user_id: str, view: Json) -> View:
        """Show a first modal, in place of any open ones."""
        opened = self._new(user_id, view, "modal")
        self.stacks[user_id] = [opened]
        return opened

    def push(self, user_id: str, view: Json) -> View:
        """Show a modal on top of the one that is open."""
        stack = self.stacks.get(user_id, [])
        if not stack:
            raise ApiError("not_found")
        if len(stack) >= STACK_LIMIT:
            raise ApiError("push_limit_reached")
        pushed = self._new(user_id, view, "modal")
        pushed.payload |= {"root_view_id": stack[0].id, "previous_view_id": stack[-1].id}
        stack.append(pushed)
        return pushed

    def publish(self, user_id: str, view: Json, known_hash: str | None = None) -> View:
        """Show a Home tab. It keeps its id when it is published again."""
        home = self.homes.get(user_id)
        if home is None:
            self.homes[user_id] = home = self._new(user_id, view, "home")
            return home
        return self._change(home, view, known_hash)

    def update(self, which: str, view: Json, known_hash: str | None = None) -> View:
        """Replace the content of a view that is still open, found by its id or by the app's own (`external_id`)."""
        found = self.find(which) or self._named(which)
        if found is None:
            raise ApiError("not_found")
        return self._change(found, view, known_hash)

    def find(self, view_id: str | None) -> View | None:
        """Return the view with this id, if it is still on a person's screen."""
        return next((view for view in self._shown() if view.id == view_id), None)

    def _named(self, external_id: str) -> View | None:
        return next((view for view in self._shown() if view.payload["external_id"] == external_id), None)

    def close(self, view: View) -> None:
        """Remove one modal from its stack."""
        self.stacks[view.user_id] = [other for other in self.stacks.get(view.user_id, []) if other.id != view.id]

    def clear(self, user_id: str) -> None:
        """Close all modals of a person."""
        self.stacks[user_id] = []

    def _shown(self) -> list[View]:
        return [*itertools.chain.from_iterable(self.stacks.values()), *self.homes.values()]

    def _new(self, user_id: str, view: Json, surface: Literal["modal", "home"]) -> View:
        self._check(view, surface, None)
        view_id = f"V0{secrets.token_hex(5).upper()}"  # never reused after a reset: the app may remember it
        ids = {"id": view_id, "root_view_id": view_id, "previous_view_id": None}
        return View(view_id, user_id, {**self._completed(view, {}), **ids})

    def _change(self, shown: View, view: Json, known_hash: str | None) -> View:
        if known_hash and known_hash != shown.payload["hash"]:
            raise ApiError("hash_conflict")
        self._check(view, shown.type, shown)
        ids = {name: shown.payload[name] for name in ("id", "root_view_id", "previous_view_id")}
        shown.payload = {**self._completed(view, shown.payload["state"]["values"]), **ids}
        shown.errors = {}
        return shown

    def _check(self, view: Json, surface: Literal["modal", "home"], shown: View | None) -> None:
        if is_too_large(view):
            raise ApiError("view_too_large")
        if problems := view_problems(view, surface):
            raise ApiError("invalid_arguments", problems)
        named = self._named(view["external_id"]) if view.get("external_id") else None
        if named and named is not shown:
            raise ApiError("duplicate_external_id")

    def _completed(self, view: Json, typed: Json) -> Json:
        """Return the view as Slack returns it: with a default for everything that the app left out."""
        blocks = with_ids(view["blocks"])
        return {
            "team_id": self._app.team_id,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **view,
            "blocks": blocks,
            "state": {"values": state_values(blocks, typed)},
            "hash": f"{secrets.randbelow(10**10):010d}.{secrets.token_hex(4)}",
            "app_id": self._app.app_id,
            "app_installed_team_id": self._app.team_id,
            "bot_id": self._app.bot_id,
        }
