"""The language of each person, from their Slack locale, without a call to Slack while a request waits.

Known locales are read at start. Slack is asked for unknown ones, so that the first answer is in the right language too,
and for the locale of somebody who acts, at most once a day. A change that Slack reports is stored at once. Locales
other than English are answered in Dutch.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from handlers.i18n.catalogues import DUTCH, ENGLISH
from handlers.platform.errors import log_error
from handlers.platform.workspaces import NotInstalled, Workspaces
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.staff import Identity

ASK_AGAIN = 24 * 3600.0
KEEP_UP_EVERY = 60.0
"""Seconds between two looks at what other processes learned, and at who is new."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""How far our clock and Slack's may differ."""
BETWEEN_TWO = 0.6
"""Seconds between two calls about people who did not act: Slack allows a hundred calls a minute."""


def language_of(locale: str | None) -> str:
    """Return the language for a locale such as en-GB."""
    return ENGLISH if (locale or "").lower().startswith("en") else DUTCH


class Languages:
    """The locales of the people of this installation."""

    def __init__(self, executor: Executor[UnitOfWork], workspaces: Workspaces) -> None:
        self._executor = executor
        self._workspaces = workspaces
        self._locales: dict[Identity, str] = {}
        self._asked: dict[Identity, float] = {}

    async def load(self) -> None:
        """Read the known locales."""
        self._locales = await self._executor.execute(lambda uow, _now: uow.identities.locales(), seconds=JOB_SECONDS)

    def language_of(self, who: Identity) -> str:
        """Return this person's language."""
        return language_of(self._locales.get(who))

    async def run(self, heartbeat: Callable[[], None]) -> None:
        """Read what other processes learned, and ask for unknown locales, until cancelled."""
        while True:
            await self.load()
            heartbeat()
            await self._ask_unknown()
            await asyncio.sleep(KEEP_UP_EVERY)

    async def _ask_unknown(self) -> None:
        unknown = await self._executor.execute(lambda uow, _now: uow.identities.without_locale(), seconds=JOB_SECONDS)
        for who in unknown:
            if self.may_ask(who):
                try:
                    await self.learn(who)
                except NotInstalled:
                    continue  # the app must be installed first
                except Exception as error:  # go on with the others
                    log_error(error, "languages")
                await asyncio.sleep(BETWEEN_TWO)

    def may_ask(self, who: Identity) -> bool:
        """Whether Slack has not been asked for this person's locale in the last day."""
        return bool(who.user) and time.monotonic() - self._asked.get(who, -ASK_AGAIN) >= ASK_AGAIN

    async def learn(self, who: Identity) -> None:
        """Ask Slack for this person's locale, unless it was asked in the last day."""
        if not self.may_ask(who):
            return
        client = await self._workspaces.client(who.workspace)
        self._asked[who] = asked = time.monotonic()
        said = await client.users_info(user=who.user, include_locale=True)
        if locale := str((said.get("user") or {}).get("locale") or ""):
            await self._executor.execute(self._keep, who, locale, asked, seconds=JOB_SECONDS)

    def _keep(self, uow: UnitOfWork, who: Identity, locale: str, asked: float, now: datetime) -> None:
        """Store what Slack answered, unless it told something later than the question."""
        asked_at = now - CLOCKS_DIFFER - timedelta(seconds=time.monotonic() - asked)
        if uow.identities.set_locale(who, locale, asked_at) or who not in self._locales:
            self.told(who, locale)

    def told(self, who: Identity, locale: str) -> None:
        """Answer this person in this locale from now on."""
        self._locales[who] = locale
