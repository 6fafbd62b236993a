"""What people of the school do in the browser, in their own words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from playwright.async_api import Locator, Page, ViewportSize, expect

Filled = Mapping[str, str | Sequence[str]]
"""What somebody fills in, by the label of the question: what they type, or the choice or choices they make."""

DESKTOP = ViewportSize(width=1100, height=800)
QUIET_MS = 500
PHONE = ViewportSize(width=390, height=800)


class Desk:
    """One browser at which people take turns. Pictures are taken if there is a folder for them."""

    def __init__(self, page: Page, url: str, pictures: Path | None) -> None:
        self.page = page
        self.who = ""
        self._url = url
        self._pictures = pictures

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def last_message(self) -> Locator:
        return self.page.get_by_role("article").last

    async def sit_down(self, name: str) -> None:
        """Start as this person."""
        await self.page.set_viewport_size(DESKTOP)
        await self.page.goto(self._url)
        await self.page.get_by_role("link", name=name).click()
        await self._is(name)

    async def become(self, name: str) -> None:
        """Go on as somebody else."""
        await self.page.get_by_role("navigation", name="Mensen").get_by_role("link", name=name).click()
        await self._is(name)

    async def _is(self, name: str) -> None:
        await expect(self.page.get_by_text(f"Je bent {name}")).to_be_visible()
        self.who = name

    async def type(self, line: str) -> None:
        await self.page.get_by_label("Bericht aan Meldwijzer").fill(line)
        await self.page.keyboard.press("Enter")

    async def go_to(self, tab: str) -> None:
        await self.page.get_by_role("navigation", name="Onderdelen").get_by_role("link", name=tab).click()

    async def sees_title(self, title: str) -> None:
        await expect(self.page.get_by_role("dialog", name=title)).to_be_visible()

    async def press(self, label: str) -> None:
        """Press a button of what is on top: the dialog if there is one, else the last message or the Home tab."""
        place = self.dialog if await self.dialog.count() else self.page.get_by_role("main")
        await place.get_by_role("button", name=label, exact=True).last.click()

    async def choose_from_menu(self, label: str) -> None:
        """Choose what stands in a menu behind three dots."""
        menus = self.dialog.get_by_role("button", name="Meer keuzes")
        await menus.first.wait_for()
        for menu in await menus.all():
            await menu.click()
            if await self.dialog.get_by_role("button", name=label, exact=True).count():
                break
            await menu.click()
        await self.press(label)

    async def sees(self, *sentences: str) -> None:
        """In the dialog."""
        for sentence in sentences:
            await expect(self.dialog).to_contain_text(sentence, use_inner_text=True)

    async def fill(self, title: str, answers: Filled) -> None:
        """Fill in the form with this title, and save it."""
        await self.sees_title(title)
        for question, answer in answers.items():
            await self.answer(question, answer)
        await self.press("Opslaan")

    async def answer(self, question: str, answer: str | Sequence[str]) -> None:
        """Answer one question of the open form."""
        await self._answer(self.question(question), answer)

    def question(self, label: str) -> Locator:
        """The question of a form: its control, or the group of its choices."""
        choices = self.dialog.get_by_role("group", name=label, exact=True)
        return choices.or_(self.dialog.get_by_label(label, exact=True))

    async def _answer(self, question: Locator, answer: str | Sequence[str]) -> None:
        kind = await question.evaluate("element => element.tagName")
        if kind == "FIELDSET":
            wanted = [answer] if isinstance(answer, str) else answer
            for choice in reversed(await question.get_by_role("checkbox", checked=True).all()):
                await choice.uncheck()
            for name in wanted:
                await question.get_by_label(name).check()
        elif kind == "SELECT":
            option = question.get_by_role("option", name=str(answer))
            await question.select_option(await option.get_attribute("value"))
        else:
            await question.fill(str(answer))

    async def is_refused_at(self, question: str, reason: str) -> None:
        """The form stays, with the reason at this question and no other."""
        await expect(self.question(question)).to_have_accessible_description(re.compile(re.escape(reason)))
        await expect(self.dialog.locator("[aria-invalid=true]")).to_have_count(1)

    async def close(self) -> None:
        await self.press("Sluiten")
        await expect(self.dialog).to_have_count(0)

    async def put_away(self) -> None:
        """Close whatever is open, a form on top of a case too."""
        for _ in range(3):
            if not (title := await self.dialog.get_by_role("heading", level=2).all_inner_texts()):
                return
            await self.page.keyboard.press("Escape")
            await expect(self.page.get_by_role("dialog", name=title[0], exact=True)).to_have_count(0)

    async def everything_shown(self) -> str:
        """All words on the page, with those of the dialog."""
        return await self.page.locator("body").inner_text()

    async def picture(self, name: str) -> None:
        if self._pictures is None:
            return
        self._pictures.mkdir(parents=True, exist_ok=True)
        await self.page.mouse.move(0, 0)
        await self._quiet()
        await self.page.screenshot(path=self._pictures / f"{name}.png", caret="hide", animations="disabled")

    async def _quiet(self) -> None:
        """Wait until what happens elsewhere meanwhile, such as messages that arrive, is shown."""
        shown, before = await self.page.content(), ""
        while shown != before:
            await self.page.wait_for_timeout(QUIET_MS)
            shown, before = await self.page.content(), shown

    async def picture_on_phone(self, name: str) -> None:
        """The same on a phone; nothing may stick out."""
        await self.page.set_viewport_size(PHONE)
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        await self.picture(f"{name}-phone")
        await self.page.set_viewport_size(DESKTOP)
