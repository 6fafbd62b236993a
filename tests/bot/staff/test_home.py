"""The Home tab: what waits for this person, their week, and for a school leader the figures of the school."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.home_tabs import publisher
from meldcode.application.ports.unit_of_work import UnitOfWork
from meldcode.domain.case.state import Answer
from meldcode.domain.events import StaffChanged
from meldcode.domain.staff import Identity
from tests.bot.cases.closing import record
from tests.bot.staff.test_roles_in_slack import give
from tests.clock import until
from tests.names import NAMES
from tests.on_screen import buttons_of
from tests.running import FATIMA, JORIS, KARIN, MEHMET, SANNE, WILLEM, Running, running, signal


async def home_of(school: Running, user: str) -> str:
    await school.open_home(user)
    await until(lambda: school.home(user))
    return school.home(user)


async def shows(school: Running, user: str, words: str) -> None:
    await until(lambda: words in school.home(user))


@pytest.mark.parametrize(
    ("user", "words"),
    [
        (SANNE, "Je hoeft niet zeker te zijn"),
        (KARIN, "Geeft een collega een signaal door"),
        (JORIS, "Geeft een collega een signaal door"),
        (FATIMA, "hier per stap"),
        (WILLEM, "Jij leest geen dossiers"),
    ],
)
async def test_an_empty_tab_teaches_each_role(tmp_path: Path, user: str, words: str) -> None:
    async with running(tmp_path) as school:
        seen = await home_of(school, user)
        assert words in seen
        assert ("pas als je een dossier opent" in seen) == (user != WILLEM)
        home = school.workspace.home_of(user)
        assert home is not None
        assert "Acuut gevaar" in buttons_of(home)
        assert home.payload["blocks"][0]["type"] == "actions"  # at the top: always in sight


async def test_what_waits_comes_first_with_its_step_and_its_day(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        waiting = await home_of(school, KARIN)
        for words in (
            "Dit wacht op jou (1)",
            f"*Dossier {code}*",
            "●○○○ stap 1 van 4, Signalen vastleggen",
            "Nu nodig: Signaal oppakken, uiterlijk vandaag",
            f"*Uiterlijk vandaag:* {code}",
        ):
            assert words in waiting
        following = await home_of(school, SANNE)
        assert "Er wacht nu niets op jou." in following
        assert "Ook open (1)" in following
        assert "jouw dossier" in following
        assert "Nu nodig" not in following
        assert "Hier is nu een ander aan de beurt, uiterlijk vandaag" in following
        school.clock.forward(days=2)
        await school.open_home(KARIN)
        await until(lambda: f"*Had al klaar moeten zijn:* {code}" in school.home(KARIN))


@pytest.mark.rule("G3")
async def test_no_pupil_stands_there_and_no_case_for_whom_it_is_not(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        for user in (SANNE, KARIN, JORIS, FATIMA, MEHMET, WILLEM):
            seen = await home_of(school, user)
            assert not [word for word in ("Sem", "Bakker", "blauwe plek") if word in seen]
            assert (code in seen) is (user in (SANNE, KARIN, JORIS)), "a school leader reads from step 3 on"


async def test_who_leads_the_school_sees_counts_and_whose_turn_it_is(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.report(MEHMET, signal(Voornaam="Lies", Groep="6"))
        seen = await home_of(school, FATIMA)
        assert "De Linde: 2 open" in seen
        assert "te laat" not in seen
        school.clock.forward(days=2)
        await school.open_home(FATIMA)
        for words in (
            "De Linde: 2 open, waarvan 2 te laat",
            "stap 1, Signalen vastleggen: 2, waarvan 2 te laat",
            "IB-er/zorgcoördinator (Karin Visser): 2, waarvan 2 te laat",
            "vertrouwenspersoon (Joris Hendriks): 2, waarvan 2 te laat",
        ):
            await shows(school, FATIMA, words)
        assert "Wie is nu aan de beurt" not in await home_of(school, KARIN)


async def turns_to_the_second_page(school: Running) -> None:
    for number in range(11):
        await school.report(SANNE, signal(Voornaam=NAMES[number]))
    assert "Pagina 1 van 2" in await home_of(school, KARIN)
    first = school.workspace.home_of(KARIN)
    assert first is not None
    await school.press(KARIN, first, "Volgende pagina")
    await until(lambda: "Pagina 2 van 2" in school.home(KARIN))


async def test_pages_turn_forth_and_back(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await turns_to_the_second_page(school)
        last = school.workspace.home_of(KARIN)
        assert last is not None
        assert buttons_of(last).count("Dossier openen") == 1
        await school.press(KARIN, last, "Vorige pagina")
        await until(lambda: "Pagina 1 van 2" in school.home(KARIN))


async def test_all_who_have_the_case_on_their_tab_see_a_change_at_once_without_a_message(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        # Who wrote the signal gets no message of it, and nobody here has opened their tab.
        for user in (SANNE, KARIN, JORIS):
            await shows(school, user, "Signalen vastleggen")
        assert not school.messages(SANNE)
        [code] = school.codes(KARIN)
        await before_the_talk(school, code)
        await shows(school, FATIMA, f"*Dossier {code}*")
        await until(lambda: code not in school.home(JORIS))
        assert not school.home(MEHMET) or "Dossier" not in school.home(MEHMET)


async def before_the_talk(school: Running, code: str) -> None:
    """Steps 1 and 2 are done: the school leader reads the case from now on, and the confidant no longer (G3)."""
    await record(school, KARIN, "taken_up", code)
    present: dict[str, Answer] = {"parents_informed": "yes", "present": (SANNE, KARIN), "consulted": "swv"}
    today = school.clock().date().isoformat()
    await record(school, KARIN, "consultation", code, consulted_on=today, advice="Praten.", **present)


@pytest.mark.rule("G5")
async def test_who_gets_or_loses_a_role_sees_it_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await shows(school, JORIS, "Signalen vastleggen")
        await give(school, FATIMA, MEHMET, "confidant")
        await shows(school, MEHMET, "Signalen vastleggen")
        await give(school, FATIMA, JORIS)
        await until(lambda: "Signalen vastleggen" not in school.home(JORIS))
        home = school.workspace.home_of(JORIS)
        assert home is not None
        assert buttons_of(home) == ["Acuut gevaar"]


async def test_who_loses_a_role_while_slack_is_away_keeps_no_code_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "TRY_AGAIN", 0.5)
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        await shows(school, JORIS, "Signalen vastleggen")

        def takes_all_roles(uow: UnitOfWork, _now: datetime) -> None:
            person = uow.staff.by_identity(Identity("slack", school.workspace.app.team_id, JORIS))
            assert person
            for place in person.memberships:
                uow.staff.set_roles(person.id, place, (), (), None)
                uow.emit(StaffChanged(place, frozenset({person.id})))

        school.expect("server_error")
        school.workspace.faults.server_error = 10  # more than there are tabs
        await school.program.executor.execute(takes_all_roles)
        await until(lambda: "Signalen vastleggen" not in school.home(JORIS))


@pytest.mark.rule("G5")
async def test_who_stands_in_sees_at_once_what_they_take_over(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.actor(SANNE).command("/meldcode", "vervanging")
        today = school.clock().date().isoformat()
        filled = {"Wie vervangt?": MEHMET, "Eerste dag": today, "Laatste dag": today}
        answer = await school.actor(SANNE).fill(school.modal(SANNE), **filled)
        assert answer.ok and not answer.errors, answer
        await shows(school, MEHMET, "Signalen vastleggen")


async def test_a_change_leaves_somebody_at_the_page_they_turned_to_until_they_open_the_tab_anew(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await turns_to_the_second_page(school)
        await school.report(SANNE, signal(Voornaam="Later"))
        await until(lambda: school.home(KARIN).count("*Dossier ") == 2)
        assert "Pagina 2 van 2" in school.home(KARIN)
        await school.open_home(KARIN)
        await shows(school, KARIN, "Pagina 1 van 2")
