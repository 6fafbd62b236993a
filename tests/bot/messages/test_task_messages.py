"""A message for each task: updated in place while it is about it, and never about what somebody did themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.domain.case.state import Answer
from tests.bot.cases.closing import SIGNAL, closed_case, record
from tests.bot.messages.test_reminders import (
    comes,
    consulted,
    decided,
    on_a_monday,
    records,
    reported,
    send,
    unread,
)
from tests.on_screen import buttons_of, words_of
from tests.running import FATIMA, JORIS, KARIN, SANNE, WILLEM, Running, running

BOTH = (SANNE, KARIN)
CONSULTED: dict[str, Answer] = {
    "parents_informed": "yes",
    "present": BOTH,
    "consulted": "swv",
    "advice": "Praten.",
    "consulted_on": "2026-11-23",
}
SAFE: dict[str, Answer] = {"danger_by_talk": "no", "why": "Rustig.", "safety_by": BOTH}
PUPIL = ("first_name", "last_name", "group")
EVERYBODY = (SANNE, KARIN, JORIS, FATIMA, WILLEM)


def shown(school: Running, user: str) -> list[str]:
    """The first lines of somebody's messages as they are now, without the case."""
    return [words_of(message).split(": ", 1)[1].split("\n")[0].strip("*") for message in school.messages(user)]


async def does(school: Running, by: str, code: str, action: str, **answers: Answer) -> dict[str, int]:
    """Record something; return how many new messages each got."""
    unread(school, *EVERYBODY)
    await record(school, by, action, code, **answers)
    await send(school)
    return {user: len(words) for user, words in unread(school, *EVERYBODY).items()}


@pytest.mark.rule("G2")
async def test_a_task_is_asked_once_and_its_message_follows_it(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        assert await does(school, KARIN, code, "taken_up") == {SANNE: 1, JORIS: 1}, "Karin did it herself"
        asked = "Leg de signalen met de leerkracht voor aan het SWV of het ZAT, uiterlijk maandag 30 november."
        assert shown(school, JORIS) == ["gedaan door Karin Visser", asked]
        assert "met de IB-er of vertrouwenspersoon voor aan" in words_of(school.messages(SANNE)[-1])
        assert shown(school, KARIN) == ["gedaan door Karin Visser"], "her message does not ask it any more"
        assert "Pak het signaal op." in words_of(school.messages(JORIS)[0])

        assert await does(school, SANNE, code, "consultation", **CONSULTED) == {KARIN: 1, FATIMA: 1}
        assert shown(school, JORIS)[1:] == ["gedaan door Sanne de Boer"]
        told = await does(school, FATIMA, code, "safety", **SAFE, pupil_able="with_us")
        assert told == {SANNE: 1, KARIN: 1}, "both are named in the message that asks them something"
        asked = "Plan met de leerkracht het gesprek met de leerling, uiterlijk maandag 7 december."
        assert shown(school, KARIN)[1:] == ["gedaan door Fatima el Amrani", asked], "another task of the same step"
        asked = "Plan met de IB-er het gesprek met de leerling, uiterlijk maandag 7 december."
        assert shown(school, SANNE)[-1] == asked, "she had no message about this step yet"
        assert shown(school, FATIMA) == ["gedaan door Fatima el Amrani"]


@pytest.mark.rule("G2")
async def test_a_reminder_keeps_its_buttons_while_its_task_goes_on(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await consulted(school, code)
        await comes(school, "2026-12-07T08:30")
        buttons = ["Dossier openen", "Later herinneren", "Overdragen", "Acuut gevaar"]
        assert buttons_of(school.messages(KARIN)[-1]) == buttons
        assert await does(school, FATIMA, code, "postponed", until="2026-12-09", why_later="Ziek.") == {}
        now = school.messages(KARIN)[-1]
        assert "uiterlijk woensdag 9 december" in words_of(now), "the same message, updated"
        assert buttons_of(now) == buttons
        assert (await school.press(KARIN, now, "Later herinneren")).ok
        assert school.modal(KARIN).payload["title"]["text"] == "Later herinneren"


@pytest.mark.rule("G2")
async def test_who_takes_part_later_in_a_step_is_asked_then(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await consulted(school, code)
        await records(school, KARIN, code, "safety", **SAFE | {"danger_by_talk": "yes"})
        assert shown(school, FATIMA) == ["gedaan door Karin Visser"]
        found: dict[str, Answer] = {"unsafe": "no", "still_suspected": "yes", "leader_there": "no", "risk": "Groot."}
        assert await does(school, KARIN, code, "weighing", **found, weighed_by=BOTH) == {SANNE: 1, FATIMA: 1}
        asked = "Bespreek de weging met de leerkracht en de IB-er, uiterlijk donderdag 26 november."
        assert shown(school, FATIMA) == ["gedaan door Karin Visser", asked]
        assert "Nu aan de beurt: " in words_of(school.messages(FATIMA)[-1])


@pytest.mark.rule("S4.3")
async def test_a_new_message_leaves_one_that_asks(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await decided(school, code, "report")
        assert shown(school, FATIMA)[-2:] == ["gedaan door Karin Visser", "gedaan door Fatima el Amrani"]
        assert "Stel een besluit voor aan de IB" in words_of(school.messages(FATIMA)[-2])


@pytest.mark.rule("S4.4")
@pytest.mark.rule("G3")
async def test_the_cluster_director_reads_which_school_whom_to_call_and_why(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await decided(school, code, "report")
        [message] = school.messages(WILLEM)
        assert words_of(message).split("\n")[:3] == [
            "*De Linde*",
            "Er komt een melding bij Veilig Thuis. Dat kan juridische gevolgen hebben.",
            "Bel vandaag Fatima el Amrani (schoolleider) of Karin Visser (IB-er/zorgcoördinator). "
            f"Noem dossier {code}. Over de leerling lees je hier niets.",
        ]
        assert buttons_of(message) == ["Acuut gevaar"]


@pytest.mark.parametrize("decision", ["report", "no_report"])
async def test_the_teacher_and_who_proposed_it_read_the_decision(tmp_path: Path, decision: str) -> None:
    said = {
        "report": "Er is besloten te melden bij Veilig Thuis. De IB-er en de schoolleider doen dat.",
        "no_report": "Er is besloten dat er hulp komt en dat jullie de leerling volgen.",
    }
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await decided(school, code, decision)
        assert shown(school, SANNE)[-1] == said[decision]
        last = words_of(school.messages(KARIN)[-1])
        assert ("Meld bij Veilig Thuis (0800-2000) en leg dat vast" if decision == "report" else said[decision]) in last
        asked = "Schrijf op hoe het met de leerling gaat, uiterlijk maandag 14 december."
        assert (asked in words_of(school.messages(SANNE)[-1])) is (decision == "no_report")


@pytest.mark.rule("S3.7")
async def test_the_teacher_reads_how_the_case_ended(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        await closed_case(school)
        await send(school)
        last = words_of(school.messages(SANNE)[-1])
        assert "Dit dossier is gesloten. Er is nu geen vermoeden meer." in last
        assert "Dit dossier is gesloten." in words_of(school.messages(KARIN)[-1])
        assert "Dit dossier is gesloten." not in words_of(school.messages(FATIMA)[-1]), "she closed it"


@pytest.mark.rule("G2")
async def test_a_reminder_is_a_new_message_and_says_it_too_when_it_is_done(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-25T08:30")
        late = "Pak het signaal op. Dit had maandag 23 november klaar moeten zijn."
        assert late in words_of(school.messages(JORIS)[-1])
        assert await does(school, KARIN, code, "taken_up") == {SANNE: 1, JORIS: 1}
        assert shown(school, JORIS)[:2] == ["gedaan door Karin Visser"] * 2
        assert shown(school, FATIMA) == ["gedaan door Karin Visser"], "who was only reminded need not look either"


@pytest.mark.rule("G2")
async def test_an_overview_of_several_cases_stays_what_it_was(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor")
        await comes(school, "2026-11-25T08:30")
        overview = words_of(school.messages(FATIMA)[-1])
        assert all(code in overview for code in codes)
        await records(school, KARIN, codes[0], "taken_up")
        assert words_of(school.messages(FATIMA)[-1]) == overview


@pytest.mark.rule("G2")
async def test_another_day_is_shown_in_place(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        later = {"until": "2026-11-26", "why_later": "Ziek."}
        assert await does(school, JORIS, code, "postponed", **later) == {}
        for user in (KARIN, JORIS):
            assert "Pak het signaal op, uiterlijk donderdag 26 november." in words_of(school.messages(user)[-1])


@pytest.mark.rule("S1.1")
async def test_every_signal_is_a_new_message_to_others_than_its_author(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        told = await does(school, KARIN, code, "signal", **{name: SIGNAL[name] for name in SIGNAL if name not in PUPIL})
        assert JORIS in told and KARIN not in told
        await records(school, JORIS, code, "taken_up")
        assert shown(school, KARIN)[0] == "gedaan door Joris Hendriks"


async def test_a_message_that_is_gone_is_not_sent_again_to_say_that_it_is_done(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        school.expect("message_not_found")
        [code] = await reported(school)
        school.workspace.delete(school.messages(JORIS)[0])
        await records(school, KARIN, code, "taken_up")
        assert [first[:9] for first in shown(school, JORIS)] == ["Leg de si"]


async def test_a_message_that_is_gone_is_sent_again_when_its_day_changes(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        school.expect("message_not_found")
        [code] = await reported(school)
        school.workspace.delete(school.messages(KARIN)[-1])
        assert await does(school, JORIS, code, "postponed", until="2026-11-26", why_later="Ziek.") == {KARIN: 1}
        assert "uiterlijk donderdag 26 november" in shown(school, KARIN)[-1]


@pytest.mark.rule("G5")
async def test_who_has_no_part_in_a_case_any_more_is_not_asked(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await records(school, KARIN, code, "taken_up")
        handed = {"new_teacher": "U0MEHMET", "why_handed_over": "Verlof."}
        await records(school, KARIN, code, "handed_over", **handed)
        *_, asked, former = school.messages(SANNE)
        assert "dit hoeft nu niet meer" in words_of(asked)
        assert buttons_of(asked) == ["Acuut gevaar"]
        assert "jij bent niet langer de leerkracht van dit dossier" in words_of(former)
        assert "Dossier openen" not in words_of(former)
        assert "Leg de signalen met de IB-er of vertrouwenspersoon voor" in words_of(school.messages("U0MEHMET")[-1])


@pytest.mark.rule("G12")
async def test_what_still_has_to_be_done_is_not_called_needless_when_something_else_comes_first(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        [code] = await reported(school)
        await records(school, KARIN, code, "taken_up")
        await records(
            school, KARIN, code, "excluded", exclusion="out", excluded_person=FATIMA, why_excluded="Zij is de moeder."
        )
        *_, asked, confirm = school.messages(JORIS)
        assert "eerst iets anders, dan dit" in words_of(asked)
        assert "Lees wat je collega voorstelt" in words_of(confirm)
