"""What reminders say: how long something is open, what cannot wait for a vacation, and who postponed it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from bot.app import prepared
from bot.cli.doctor.findings import _outbox as outbox_complaints
from meldcode.domain import calendar
from meldcode.domain.calendar import AMSTERDAM
from tests.bot.messages.test_reminders import (
    comes,
    hourly,
    next_due,
    on_a_monday,
    postpones,
    records,
    reported,
    send,
    unread,
)
from tests.clock import until
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, SANNE, logged, signal

REASON = "Ik ben vandaag op cursus."


@pytest.mark.rule("G2")
async def test_a_reminder_says_for_how_many_school_days_something_is_open(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await reported(school)
        for moment, said in {
            "2026-11-23T15:00": "In deze stap sinds 23-11-2026.",
            "2026-11-25T08:30": "In deze stap sinds 23-11-2026, al 2 schooldagen open.",
            "2026-12-02T08:30": "In deze stap sinds 23-11-2026, al 7 schooldagen open.",
        }.items():
            await comes(school, moment)
            assert words_of(school.messages(KARIN)[-1]).splitlines()[2].endswith(said), moment


@pytest.mark.rule("G2")
async def test_what_waited_for_the_morning_says_how_long_it_is_by_then(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await reported(school)
        await comes(school, "2026-11-23T20:00")
        await comes(school, "2026-11-24T08:31")
        assert "sinds 23-11-2026, al 1 schooldag open." in unread(school, KARIN)[KARIN][0]


@pytest.mark.rule("G6")
async def test_before_a_vacation_what_cannot_wait_comes_first_and_is_marked(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        school.clock.forward(days=21)
        [overdue, can_wait] = await reported(school, "Sem", "Noor")
        await records(school, KARIN, can_wait, "taken_up")
        await comes(school, "2026-12-17T15:30")
        [for_today] = await reported(school, "Daan")
        await comes(school, "2026-12-18T08:30")
        said = unread(school, KARIN)[KARIN][0]
        assert "De vakantie begint op 19-12-2026. Wie aan de beurt is, let er ook in de vakantie op." in said
        titles = [f"Dossier {code} blijft open in de vakantie" for code in (overdue, for_today, can_wait)]
        assert sorted(titles, key=said.index) == titles, "what cannot wait comes first"
        parts = [said[said.index(title) :].split("\n") for title in titles]
        assert parts[0][1] == "*Kan niet wachten:* had maandag 14 december klaar moeten zijn."
        assert parts[1][1] == "*Kan niet wachten:* uiterlijk vandaag."
        asked = "Leg de signalen met de leerkracht voor aan het SWV of het ZAT, uiterlijk"
        assert parts[2][1].startswith(asked), "its last day comes after the vacation"
        assert "Nu aan de beurt: IB-er/zorgcoördinator of vertrouwenspersoon." in "".join(parts[0])


@pytest.mark.rule("G2")
async def test_later_is_seen_on_the_home_tab_and_with_its_reason_in_the_case(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-23T15:00")
        assert await postpones(school, JORIS, "2026-11-26", REASON) == []
        words = "Herinneringen uitgesteld tot donderdag 26 november door Joris Hendriks."
        await school.open_home(KARIN)
        await until(lambda: words in school.home(KARIN))
        assert REASON not in school.home(KARIN), "a reason is read in the case, with a trace"
        case = words_of(await school.open_case(KARIN, code))
        assert f"Herinneringen uitgesteld tot 26-11-2026 door Joris Hendriks: {REASON}" in case
        await comes(school, "2026-11-26T08:30")
        await school.open_home(KARIN)
        await until(lambda: "uitgesteld" not in school.home(KARIN))
        every = "".join(words_of(m) for user in (KARIN, JORIS, FATIMA, SANNE) for m in school.messages(user))
        assert REASON not in every
        assert "uitgesteld" not in every


@pytest.mark.rule("G2")
async def test_a_deed_stops_the_pings_in_its_own_transaction(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        assert next_due(school) == datetime(2026, 11, 23, 15, 0, tzinfo=AMSTERDAM)
        await records(school, KARIN, code, "taken_up")
        assert next_due(school) == datetime(2026, 11, 30, 8, 30, tzinfo=AMSTERDAM), "of the next step, without a tick"
        assert await school.program.scheduler.tick() == 0


@pytest.mark.rule("G6")
async def test_the_end_of_the_calendar_is_logged_once_while_it_runs_months_ahead(tmp_path: Path) -> None:
    async with on_a_monday(tmp_path) as school:
        said = "WARNING meldwijzer.calendar De Linde: the vacations are known until 2030-09-01 only"
        counts = []
        for moment in ("2030-03-01T10:00", "2030-03-04T10:00", "2030-03-05T10:00"):
            await comes(school, moment)
            with logged() as log:
                await hourly(school)
            counts.append(log.text.count(said))
        assert counts == [0, 1, 0]
        with logged() as log:
            async with prepared(school.program.settings, school.clock):
                pass
        assert log.text.count(said) == 1, "and at each start, of a web process too"
        school.clock.forward(days=365)
        async with prepared(school.program.settings, school.clock):
            pass  # it starts beyond the calendar all the same


async def test_the_vacations_are_read_before_the_first_submission_comes(tmp_path: Path) -> None:
    for cache in (calendar._vacation_names, calendar._last_known, calendar._school_days):
        cache.cache_clear()
    async with on_a_monday(tmp_path):
        assert calendar._vacation_names.cache_info().currsize > 0


@pytest.mark.rule("G2")
@pytest.mark.parametrize(
    "error", ["user_disabled", "user_not_found", "channel_not_found", "cannot_dm_bot", "is_archived"]
)
async def test_what_slack_says_of_who_left_or_closed_the_dm_reaches_the_next_in_charge_and_doctor(
    tmp_path: Path, error: str
) -> None:
    async with on_a_monday(tmp_path) as school:
        school.expect(error)
        await school.report(SANNE, signal())
        school.workspace.faults.refuses = error
        assert await school.program.outbox_relay.drain() == 2
        school.workspace.faults.refuses = ""
        await send(school)
        [code] = school.codes(FATIMA)
        assert f"Dossier {code}: een bericht aan een collega kwam niet aan" in words_of(school.messages(FATIMA)[0])
        now = school.clock()
        backlog = await school.program.executor.execute(lambda uow, _: uow.queue.backlog(now))
        assert "2 message(s) could not be delivered; the next in charge were told." in list(
            outbox_complaints(backlog, now)
        )
