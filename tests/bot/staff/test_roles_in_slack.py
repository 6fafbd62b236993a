"""Giving roles in Slack: the first school leader is guided through them, and everybody concerned is notified (G3)."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.platform.members import SLACKBOT
from practice.blocks.elements import all_elements
from practice.model import Person, View
from tests.clock import until
from tests.on_screen import blocks_of, button, buttons_of, read, typed_in, words_of
from tests.running import BEUK, FATIMA, KARIN, LINDE, NOOR, SANNE, WILLEM, Running, linde_with, person, running

pytestmark = pytest.mark.rule("G3")
ALONE = linde_with(person(FATIMA, "Fatima el Amrani", "school_leader"))
BOXES = {"care_coordinator": "IB-er/zorgcoördinator", "teacher": "leerkracht", "confidant": "vertrouwenspersoon"}


async def overview(school: Running, user: str) -> View:
    answer = await school.actor(user).command("/meldcode", "rollen")
    assert answer.ok, answer
    return school.modal(user)


async def pick(school: Running, by: str, whom: str) -> View:
    """Choose somebody, and wait for their form."""
    shown = school.modal(by)
    await school.actor(by).click(shown, "roles-of", {"selected_user": whom})
    await until(lambda: school.modal(by).payload.get("callback_id") == "roles")
    return school.modal(by)


async def give(school: Running, by: str, whom: str, *roles: str, **filled: str) -> View:
    await overview(school, by)
    await school.press(by, school.modal(by), "Rollen wijzigen")
    form = await pick(school, by, whom)
    answer = await school.actor(by).fill(form, **{"Rollen": [BOXES[role] for role in roles], **filled})
    assert answer.ok and not answer.errors, answer
    return school.modal(by)


async def test_the_first_school_leader_is_led_through_the_roles(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[ALONE]) as school:
        school.workspace.people[KARIN] = school.workspace.people[NOOR].__class__(KARIN, "Karin Visser")
        await school.open_home(FATIMA)
        await until(lambda: school.home(FATIMA))
        home = school.workspace.home_of(FATIMA)
        assert home is not None
        assert buttons_of(home).count("Iemand kiezen") == 4
        assert "IB-er/zorgcoördinator*: pakt signalen op" in words_of(home)
        action = next(e for _, e in all_elements(blocks_of(home)) if "care_coordinator" in e.get("value", ""))
        await school.actor(FATIMA).click(home, action["action_id"])
        assert "Wie wordt IB-er/zorgcoördinator?" in words_of(school.modal(FATIMA))
        form = await pick(school, FATIMA, KARIN)
        assert typed_in(form)["Naam"] == "Karin Visser"
        assert [read(role) for role in typed_in(form)["Rollen"]] == [BOXES["care_coordinator"]]
        assert "kan meteen alle dossiers van de school lezen, ook die van vóór vandaag" in words_of(form)
        answer = await school.actor(FATIMA).submit(form, {})
        assert answer.ok, answer
        assert "Karin Visser* heeft er nu deze rol bij: IB-er/zorgcoördinator" in words_of(school.modal(FATIMA))
        await school.sent()
        [message] = school.messages(KARIN)
        assert "Er is iets veranderd in wie welke rol heeft" in words_of(message)
        await school.press(KARIN, message, "Wie heeft welke rol?")
        assert "Jouw rollen hier: IB-er/zorgcoördinator" in words_of(school.modal(KARIN))
        await school.open_home(FATIMA)
        await until(lambda: "IB-er/zorgcoördinator*: pakt" not in school.home(FATIMA))


async def test_a_role_is_given_and_the_overview_below_shows_it(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[LINDE, BEUK]) as school:
        await give(school, WILLEM, SANNE, "teacher", "confidant", Groepen="5, 6")
        assert "Sanne de Boer* heeft er nu deze rol bij: vertrouwenspersoon" in words_of(school.modal(WILLEM))
        await until(lambda: "Sanne de Boer kreeg de rol vertrouwenspersoon" in words_of(below(school, WILLEM)))
        await school.sent()
        assert all(len(school.messages(user)) == 1 for user in (SANNE, KARIN, FATIMA))
        assert school.messages(WILLEM) == []
        for user in (SANNE, KARIN, FATIMA):
            assert "Sanne" not in words_of(school.messages(user)[0])


def below(school: Running, user: str) -> View:
    return school.workspace.modals_of(user)[0]


@pytest.mark.parametrize("user", [SANNE, KARIN])
async def test_whoever_does_not_administer_sees_no_button_and_gets_no_form(tmp_path: Path, user: str) -> None:
    async with running(tmp_path) as school:
        shown = await overview(school, user)
        assert buttons_of(shown) == []
        assert ("Laatste wijzigingen" in words_of(shown)) is (user == KARIN)
        with school.program.store.transaction() as uow:
            linde = next(one.id for one in uow.staff.schools() if one.name == "De Linde")
        forged = f'{{"school": "{linde}", "user": "{user}", "seen": ""}}'
        answer = await school.send(school.submission(user, shown, callback_id="roles", private_metadata=forged))
        assert "geeft iemand anders de rollen" in str(answer)


async def test_the_last_school_leader_is_refused_at_the_form(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[ALONE]) as school:
        await overview(school, FATIMA)
        await school.press(FATIMA, school.modal(FATIMA), "Rollen wijzigen")
        form = await pick(school, FATIMA, FATIMA)
        assert "Jouw eigen rollen" in words_of(form)
        answer = await school.actor(FATIMA).fill(form, Rollen=[])
        assert "Geef eerst iemand anders die rol" in str(answer.errors)


async def test_a_bot_gets_no_role(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await overview(school, FATIMA)
        await school.press(FATIMA, school.modal(FATIMA), "Rollen wijzigen")
        bot = school.workspace.app.bot_user_id
        await school.actor(FATIMA).click(school.modal(FATIMA), "roles-of", {"selected_user": bot})
        await until(lambda: "geen collega met een eigen account" in words_of(school.modal(FATIMA)))


async def test_a_start_leaves_what_was_changed_in_slack(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await give(school, FATIMA, NOOR, "teacher", Groepen="3")
    async with running(tmp_path) as school:
        shown = await overview(school, FATIMA)
        assert "Noor Bakker" in words_of(shown)
        assert button(shown, "Rollen wijzigen")


@pytest.mark.parametrize(
    "flag", ["is_stranger", "is_invited_user", "is_workflow_bot", "is_bot", "deleted", "USLACKBOT"]
)
async def test_who_is_no_colleague_gets_no_role(tmp_path: Path, flag: str) -> None:
    async with running(tmp_path) as school:
        user = flag if flag == SLACKBOT else NOOR
        school.workspace.people[user] = Person(user, "Noor Bakker", flags=frozenset({flag} - {user}))
        await overview(school, FATIMA)
        await school.press(FATIMA, school.modal(FATIMA), "Rollen wijzigen")
        await school.actor(FATIMA).click(school.modal(FATIMA), "roles-of", {"selected_user": user})
        await until(lambda: "geen collega" in words_of(school.modal(FATIMA)))


@pytest.mark.parametrize("flag", ["is_restricted", "is_ultra_restricted"])
async def test_a_guest_gets_a_role_only_when_it_is_confirmed(tmp_path: Path, flag: str) -> None:
    async with running(tmp_path) as school:
        school.workspace.people[NOOR] = Person(NOOR, "Noor Bakker", flags=frozenset({flag}))
        await overview(school, FATIMA)
        await school.press(FATIMA, school.modal(FATIMA), "Rollen wijzigen")
        form = await pick(school, FATIMA, NOOR)
        roles = [BOXES["teacher"]]
        assert (await school.actor(FATIMA).fill(form, Rollen=roles)).errors
        sure = {"Let op: dit is een gast": ["Deze persoon werkt op school en mag dit weten"]}
        answer = await school.actor(FATIMA).fill(school.modal(FATIMA), **{"Rollen": roles, **sure})
        assert answer.ok and not answer.errors
        assert "Noor Bakker* heeft er nu deze rol bij: leerkracht" in words_of(school.modal(FATIMA))
