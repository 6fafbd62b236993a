"""A colleague at the desk: what they receive, see and record."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import expect

from tests.story.desk import Desk, Filled

FORBIDDEN_IN_MESSAGES = ("Daan", "Kuiper", "slaap", "bang", "blauwe plek")


@dataclass(frozen=True)
class Colleague:
    """Their every action begins with taking their place at the desk."""

    desk: Desk
    name: str

    async def reports(self, signal: Filled) -> str:
        """Pass on a signal; return the code of the case."""
        await self.comes()
        await self.desk.type("/signaal")
        await self.desk.fill("Signaal", signal)
        await self.desk.sees_title("Opgeslagen")
        found = re.search(r"dossier (\d\d-\w{4})", await self.desk.dialog.inner_text())
        assert found
        return found[1]

    async def is_told(self, code: str, *sentences: str) -> None:
        """Expect that the last message is about this case and says this; no message has the pupil or what was seen."""
        await self.comes()
        for sentence in (f"ossier {code}", *sentences):
            await expect(self.desk.last_message).to_contain_text(sentence)
        shown = await self.desk.page.get_by_role("log").inner_text()
        assert [word for word in FORBIDDEN_IN_MESSAGES if word in shown] == []

    async def is_told_nothing(self) -> None:
        await self.comes()
        await expect(self.desk.page.get_by_text("Nog geen berichten")).to_be_visible()

    async def opens(self, code: str, *sentences: str) -> None:
        """Open the case from the last message, or from what was just saved, and read this in it."""
        await self.comes()
        if not await self.desk.page.get_by_role("dialog", name=f"Dossier {code}").count():
            await self.desk.press("Dossier openen")
            await self.desk.sees_title(f"Dossier {code}")
        await self.desk.sees(*sentences)

    async def must_next(self, code: str, button: str) -> None:
        """Expect that this is the one coloured button of the case."""
        await self.opens(code)
        await expect(self.desk.dialog.locator(".actions .primary[data-click]")).to_have_text(button)

    async def begins(self, code: str, button: str, title: str) -> None:
        """Open a form of the case."""
        await self.opens(code)
        await self.desk.press(button)
        await self.desk.sees_title(title)

    async def records(self, code: str, button: str, title: str, answers: Filled) -> None:
        """Fill in a form of the case and save it."""
        await self.begins(code, button, title)
        await self.saves(title, answers)

    async def saves(self, title: str, answers: Filled) -> None:
        """Save the open form, and expect the confirmation."""
        await self.desk.fill(title, answers)
        await self.desk.sees_title("Opgeslagen")

    async def comes(self) -> None:
        """Take the place at the desk; the previous person closes what they had open."""
        if not self.desk.who:
            await self.desk.sit_down(self.name)
        elif self.desk.who != self.name:
            await self.desk.put_away()
            await self.desk.become(self.name)
