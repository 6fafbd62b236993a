"""Who speaks which language: everybody's locale on the platform, known without asking while a request waits.

All known locales are read at start. After somebody acted, the platform is asked for theirs, at most once a day; a
change that the platform tells of is kept at once. What is not English is answered in Dutch.
"""

from __future__ import annotations

import time

from slack_sdk.web.async_client import AsyncWebClient

from handlers.catalogues import DUTCH, ENGLISH
from handlers.office import Office
from meldcode.people import Identity
from meldcode.ports import Transaction

ASK_AGAIN = 24 * 3600.0


def language_of(locale: str | None) -> str:
    """Return the language for a locale such as en-GB."""
    return ENGLISH if (locale or "").lower().startswith("en") else DUTCH


class Languages:
    """The locales of the people of this installation."""

    def __init__(self, office: Office[Transaction], client: AsyncWebClient) -> None:
        self._office = office
        self._client = client
        self._locales: dict[Identity, str] = {}
        self._asked: dict[Identity, float] = {}

    async def begin(self) -> None:
        """Read what is known."""
        self._locales = await self._office.run(lambda tx, _now: tx.people.locales())

    def of(self, who: Identity) -> str:
        """Return this person's language."""
        return language_of(self._locales.get(who))

    async def learn(self, who: Identity) -> None:
        """Ask the platform for this person's locale, unless it was asked lately."""
        now = time.monotonic()
        if not who.user or now - self._asked.get(who, -ASK_AGAIN) < ASK_AGAIN:
            return
        self._asked[who] = now
        said = await self._client.users_info(user=who.user, include_locale=True)
        await self.keep(who, str((said.get("user") or {}).get("locale") or ""))

    async def keep(self, who: Identity, locale: str) -> None:
        """Keep this locale, when it is another than before."""
        if locale and locale != self._locales.get(who):
            self._locales[who] = locale
            await self._office.run(lambda tx, _now: tx.people.set_locale(who, locale))
