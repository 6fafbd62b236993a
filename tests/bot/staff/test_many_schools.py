"""Somebody who leads many schools: no screen is too long for Slack, and everything stands on one of its pages (G2)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from practice.model import View
from tests.bot.staff.test_home import home_of
from tests.clock import until
from tests.names import NAMES
from tests.on_screen import button, buttons_of, words_of
from tests.running import FATIMA, SANNE, Running, person, running, signal

pytestmark = pytest.mark.rule("G2")
COUNT = 16
PLACES = [f"Basisschool {number:02} met een lange naam in een ander dorp" for number in range(COUNT)]
SCHOOLS = [
    {
        "name": name,
        "region": "noord",
        "people": [
            person(SANNE, "Sanne de Boer", "teacher", groups=["5"]),
            person(FATIMA, "Fatima el Amrani", "care_coordinator", "school_leader"),
        ],
    }
    for name in PLACES
]


async def pages_of(school: Running, user: str) -> list[str]:
    """The words on each page of somebody's Home tab."""
    seen = [await home_of(school, user)]
    while "Volgende pagina" in buttons_of(shown := home_view_of(school, user)):
        await school.press(user, shown, "Volgende pagina")
        await until(lambda: school.home(user) != seen[-1])
        seen.append(school.home(user))
    return seen


def home_view_of(school: Running, user: str) -> View:
    home = school.workspace.home_of(user)
    assert home is not None
    return home


async def test_who_leads_many_schools_sees_all_of_them(tmp_path: Path) -> None:
    async with running(tmp_path, schools=SCHOOLS) as school:
        for number, place in enumerate(PLACES):
            await school.report(SANNE, signal(Voornaam=NAMES[number % len(NAMES)], School=place))
        await school.sent()
        pages = await pages_of(school, FATIMA)
        everything = "\n".join(pages)
        assert len(pages) == 6
        assert [place for place in PLACES if f"{place}: 1 open" not in everything] == [], "the figures"
        assert [place for place in PLACES if f"Op {place}" not in everything] == [], "roles that nobody has"
        assert len({*re.findall(r"Dossier (\d\d-[A-Z0-9]{4})\*", everything)}) == COUNT
        for words in ("dossiers", "", "rollen"):
            assert (await school.actor(FATIMA).command("/meldcode", words)).ok
        await until(lambda: len(school.workspace.messages_of(FATIMA)) > 1)
        listed = words_of(next(one for one in school.workspace.messages_of(FATIMA) if one.is_ephemeral))
        assert "De rest staat op het tabblad Start" in listed
        assert button(school.modal(FATIMA), "Rollen wijzigen")
