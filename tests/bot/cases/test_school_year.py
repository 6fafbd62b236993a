"""*Nieuw schooljaar* on screen: page after page, what is wrong at its field, and all of it at once (G10)."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest

from handlers.platform import limits
from practice.model import View
from tests.bot.cases.closing import SIGNAL, record
from tests.bot.cases.test_finding import home
from tests.clock import until
from tests.on_screen import blocks_of, buttons_of, words_of
from tests.running import FATIMA, KARIN, LINDE, MEHMET, SANNE, Running, linde_with, person, running

pytestmark = pytest.mark.rule("G10")
GROUPS = {SANNE: ["5"], MEHMET: ["6"]}
TEACHERS = [
    person(SANNE, "Sanne de Boer", "teacher", groups=["5"]),
    person(MEHMET, "Mehmet Yılmaz", "teacher", groups=["6"]),
]
SCHOOL = linde_with(*TEACHERS, *(one for one in LINDE["people"] if one["slack"] not in GROUPS))


def submit_of(view: View) -> str:
    return str(view.payload["submit"]["text"])


def fields(view: View, what: str) -> list[str]:
    return [block["block_id"] for block in blocks_of(view) if block.get("block_id", "").startswith(f"{what} ")]


async def reported(school: Running, count: int) -> list[str]:
    names = [f"{first}{second}" for first in "BDFGHKLM" for second in ("aal", "oer", "ies")]
    codes: list[str] = []
    for number in range(count):
        named = {"first_name": names[number % len(names)], "last_name": f"V{names[-1 - number // len(names)]}{number}"}
        codes.append(await record(school, SANNE, "signal", same_as="another", **SIGNAL | named))
    return codes


async def test_many_cases_move_up_in_pages_and_at_once(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, database_url=database_url, schools=[SCHOOL]) as school:
        codes = await reported(school, limits.SCHOOL_YEAR + 3)
        first = await home(school, KARIN, "Nieuw schooljaar")
        assert len(blocks_of(first)) <= limits.BLOCKS
        assert (submit_of(first), len(fields(first, "group"))) == ("Volgende", limits.SCHOOL_YEAR)
        assert "Nu: groep 5, Sanne de Boer" in words_of(first)
        assert not [word for word in ("Baal", "Boer") if word in json.dumps(first.payload["private_metadata"])]
        empty = {name: {"answer": {"type": "plain_text_input", "value": None}} for name in fields(first, "group")[:1]}
        refused = await school.send(school.submission(KARIN, first, empty))
        assert refused["errors"] == {fields(first, "group")[0]: "Vul dit nog in."}
        assert (await school.actor(KARIN).submit(first, {})).ok
        second = school.modal(KARIN)
        assert (submit_of(second), len(fields(second, "group"))) == ("Toepassen", 3)
        assert "Vorige pagina" in buttons_of(second)
        assert (await school.press(KARIN, second, "Vorige pagina")).ok
        assert (await school.actor(KARIN).submit(school.modal(KARIN), {})).ok
        assert "Nu: groep 5, Sanne de Boer" in words_of(school.modal(KARIN)), "nothing changed yet"
        assert (await school.actor(KARIN).submit(school.modal(KARIN), {})).ok
        await until(lambda: "Klaar" in words_of(school.modal(KARIN)))
        assert f"Klaar. Aangepast: {len(codes)}. In de lijst: {len(codes)}." in words_of(school.modal(KARIN))
        await school.sent()
        told = words_of(school.messages(MEHMET)[-1]) + school.messages(MEHMET)[-1].text
        assert "andere leerkrachten" in told and "Baal" not in told
        shown = await school.open_case(MEHMET, codes[0])
        assert "groep 6" in words_of(shown) and "Nieuw schooljaar" in words_of(shown)


async def test_only_the_care_coordinator_has_the_button(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[SCHOOL]) as school:
        await reported(school, 1)
        await school.sent()
        for user in (SANNE, FATIMA, KARIN):
            await school.open_home(user)
            await until(partial(school.home, user))
            assert ("Nieuw schooljaar" in school.home(user)) is (user == KARIN)
        form = await home(school, KARIN, "Nieuw schooljaar")
        forged = json.loads(form.payload["private_metadata"])["school"]
        await school.send(school.click(SANNE, school.messages(KARIN)[0], "school-year", forged))
        assert "andere rol" in words_of(school.modal(SANNE))
