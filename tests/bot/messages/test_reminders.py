"""Reminders through the real bot: each once, to the right people, in school hours, and only while needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.app import prepared
from meldcode.application.staff.accounts import leave_or_return
from meldcode.domain.calendar import AMSTERDAM
from meldcode.domain.case.state import Answer
from meldcode.domain.staff import Identity
from storage.db.schema import cases, entries, identities, outbox
from storage.repositories.messages.outbox import SendState
from tests.bot.cases.closing import record
from tests.databases import Postgres
from tests.names import NAMES
from tests.on_screen import buttons_of, words_of
from tests.running import (
    BEATRIX,
    BEUK,
    FATIMA,
    JORIS,
    KARIN,
    LINDE,
    SANNE,
    Running,
    School,
    logged,
    person,
    running,
    signal,
)

TEAM = "T0PRACTICE"
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)
ALL = (KARIN, JORIS, FATIMA, SANNE)
CODE = re.compile(r"ossier \*?(\d\d-[A-Z0-9]{4})")
LATER_ON, LATER_WHY = "Wanneer wil je er weer aan herinnerd worden?", "Waarom lukt het nu niet?"


@asynccontextmanager
async def on_a_monday(
    folder: Path, database_url: str = "", schools: Sequence[School] = (LINDE, BEUK)
) -> AsyncIterator[Running]:
    """The schools, on a Monday at ten. Their worker works on command."""
    async with running(folder, schools=schools, database_url=database_url, worker=False) as school:
        school.clock.forward(seconds=(MONDAY - school.clock()).total_seconds())
        yield school


async def comes(school: Running, moment: str) -> None:
    """Move to this time in the Netherlands; let the worker do what is due and send what can be sent."""
    target = datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)
    ahead = (target - school.clock()).total_seconds()
    assert ahead > 0, f"{moment} has passed"
    school.clock.forward(seconds=ahead)
    await school.program.scheduler.tick()
    await send(school)


async def hourly(school: Running) -> None:
    """An hour has passed."""
    await school.program.scheduler.hourly()
    await send(school)


async def send(school: Running) -> None:
    """Send every message that can be sent."""
    for _ in range(100):
        if not await school.program.outbox_relay.drain():
            return
    raise AssertionError("there is no end to the messages")


def unread(school: Running, *users: str) -> dict[str, list[str]]:
    """The new messages of these people (default: everybody) since the last call, without people who got none."""
    found = {}
    for user in users or ALL:
        if words := [words_of(message) for message in school.messages(user) if not message.is_read]:
            found[user] = words
        school.workspace.mark_read(user)
    return found


def reminded(school: Running, of: str) -> set[str]:
    """Who got exactly one new message, which is about this; nobody may have got another."""
    got = unread(school)
    assert all(len(words) == 1 and of in words[0] for words in got.values()), got
    return set(got)


async def reported(school: Running, *names: str) -> list[str]:
    """Report signals about these pupils and send the messages; return the case codes."""
    shown = [await school.report(SANNE, signal(Voornaam=name)) for name in names or ("Sem",)]
    await send(school)
    unread(school)
    return [CODE.findall(words_of(saved))[0] for saved in shown]


async def records(school: Running, by: str, code: str, action: str, **answers: Answer) -> None:
    """Record something in a case; send and read its messages."""
    await record(school, by, action, code, **answers)
    await send(school)
    unread(school)


async def taken_up_before_the_vacation(school: Running) -> None:
    """A case that was reported and taken up in the last week before the vacation of December."""
    school.clock.forward(days=24)
    [code] = await reported(school)
    await records(school, KARIN, code, "taken_up")


async def consulted(school: Running, code: str) -> None:
    """Steps 1 and 2 are done."""
    today = school.clock().date().isoformat()
    await records(school, KARIN, code, "taken_up")
    consultation: dict[str, Answer] = {
        "parents_informed": "yes",
        "present": (SANNE, KARIN),
        "consulted": "swv",
        "advice": "Praten.",
    }
    await records(school, KARIN, code, "consultation", consulted_on=today, **consultation)


async def weighed(school: Running, code: str) -> None:
    """Step 3 was skipped; the case was weighed and discussed."""
    today = school.clock().date().isoformat()
    await consulted(school, code)
    await records(school, KARIN, code, "safety", danger_by_talk="yes", why="Gevaar.", safety_by=(SANNE, KARIN))
    found: dict[str, Answer] = {"unsafe": "no", "still_suspected": "yes", "leader_there": "no"}
    await records(school, KARIN, code, "weighing", weighed_by=(SANNE, KARIN), risk="Groot.", **found)
    told: dict[str, Answer] = {"discussed_on": today, "discussed_by": (SANNE, KARIN, FATIMA)}
    await records(school, KARIN, code, "leader_told", **told)


async def decided(school: Running, code: str, decision: str) -> None:
    """The decision was to report, or to keep watch."""
    await weighed(school, code)
    asked: dict[str, Answer] = {"help_accepted": "yes", "contact_allowed": "yes", "unsafe_now": "as_weighed"}
    await records(school, KARIN, code, "proposal", decision=decision, why_decision="Zo.", **asked)
    await records(school, FATIMA, code, "confirmation", agreed="yes")


def messages(school: Running, kind: str = "reminder") -> list[Any]:
    with school.program.engine.connect() as connection:
        return list(connection.execute(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.id)))


def next_due(school: Running) -> datetime:
    with school.program.engine.connect() as connection:
        found: datetime | None = connection.scalar(select(func.min(cases.c.next_due)))
    assert found
    return found


@pytest.mark.rule("S1.1")
@pytest.mark.rule("G2")
async def test_a_stalled_case_is_brought_up_with_more_and_more_people(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        for moment, whom in {
            "2026-11-23T14:59": set(),
            "2026-11-23T15:00": {KARIN, JORIS},
            "2026-11-23T15:30": set(),
            "2026-11-24T12:00": set(),
            "2026-11-25T08:29": set(),
            "2026-11-25T08:30": {KARIN, JORIS, FATIMA},
            "2026-11-26T12:00": set(),
            "2026-12-02T08:30": {KARIN, JORIS, FATIMA},
        }.items():
            await comes(school, moment)
            assert reminded(school, f"Dossier {code} wacht") == whom, moment
        last = school.messages(FATIMA)[-1]
        assert last.text == f"Dossier {code} wacht op een volgende stap."
        assert buttons_of(last) == ["Dossier openen", "Later herinneren", "Overdragen", "Acuut gevaar"]
        asked = "Gevraagd aan Joris Hendriks en Karin Visser: Pak het signaal op."
        assert f"{asked} Dit had maandag 23 november klaar moeten zijn.\nStap 1" in words_of(last)
        assert "In deze stap sinds 23-11-2026, al 7 schooldagen open." in words_of(last)
        of_joris = buttons_of(school.messages(JORIS)[-1])
        assert of_joris == ["Dossier openen", "Later herinneren", "Acuut gevaar"], "a confidant cannot hand over"


@pytest.mark.rule("G2")
async def test_nobody_is_reminded_outside_school_hours(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await reported(school)
        for moment in ("2026-11-23T16:30", "2026-11-23T23:00", "2026-11-24T08:29"):
            await comes(school, moment)
            assert unread(school) == {}
        await comes(school, "2026-11-24T08:31")
        assert reminded(school, "wacht") == {KARIN, JORIS}


@pytest.mark.rule("G2")
@pytest.mark.parametrize("deed", ["taken_up", "postponed"])
async def test_a_reminder_that_waits_for_the_morning_is_dropped_once_it_is_dealt_with(
    tmp_path: Path, database_url: str, deed: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-23T20:00")
        assert [row.state for row in messages(school)] == [SendState.PENDING] * 2
        answers = {"until": "2026-11-26", "why_later": "Ziek."} if deed == "postponed" else {}
        await records(school, JORIS, code, deed, **answers)
        await comes(school, "2026-11-24T08:31")
        assert unread(school) == {}
        assert [row.state for row in messages(school)] == [SendState.SENT] * 2, "and it is not tried again"
        await comes(school, "2026-11-25T12:00")
        assert unread(school) == {}


@pytest.mark.rule("G2")
async def test_a_reminder_is_not_lost_with_an_older_one_that_is_outdated(tmp_path: Path, database_url: str) -> None:
    """The older one waits until a minute later, so that it goes along with the new one."""
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-23T20:00")
        await records(school, JORIS, code, "taken_up")
        of_consultation = next_due(school)
        with school.program.engine.begin() as connection:
            connection.execute(
                update(outbox).where(outbox.c.kind == "reminder").values(due_at=of_consultation + timedelta(minutes=1))
            )
        await comes(school, of_consultation.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M"))
        assert KARIN in reminded(school, f"Dossier {code} wacht")


@pytest.mark.rule("S3.6")
async def test_an_appointment_of_the_weekend_is_brought_to_mind_with_that_of_monday(
    tmp_path: Path, database_url: str
) -> None:
    """Also when that of the weekend is looked at in the very second in which school opens, and Monday's just after."""
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await appointment(school, code, "2026-11-28", "2026-11-30", owner=JORIS)
        unread(school)
        await comes(school, "2026-11-28T12:00")
        school.clock.forward(days=1, hours=20.5)
        await send(school)
        await school.program.scheduler.tick()
        await send(school)
        await comes(school, "2026-11-30T08:31")
        [said] = [words for words in unread(school, JORIS)[JORIS] if "afspra" in words]
        assert "De afspraak was zaterdag 28 november.\nDe afspraak is vandaag." in said


@pytest.mark.rule("G2")
async def test_what_waited_for_slack_all_day_does_not_come_at_night(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        school.expect("server_error")
        [code] = await reported(school)
        school.workspace.faults.server_error = 10**6
        await comes(school, "2026-11-23T15:00")
        school.workspace.faults.server_error = 0
        await comes(school, "2026-11-23T23:00")
        assert unread(school) == {}
        await school.report(SANNE, signal(Voornaam="Noor"))
        await send(school)
        assert set(unread(school)) == {KARIN, JORIS}, "a signal waits for no reminder"
        await comes(school, "2026-11-24T08:30")
        assert {KARIN, JORIS} == {user for user, words in unread(school).items() if f"{code} wacht" in "".join(words)}


@pytest.mark.rule("G5")
async def test_that_nobody_has_a_case_is_not_told_at_night(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await reported(school)
        school.clock.forward(hours=13)
        gone = Identity("slack", TEAM, SANNE)
        await school.program.executor.execute(lambda uow, now: leave_or_return(uow, gone, is_gone=True, now=now))
        await hourly(school)
        assert unread(school) == {}
        school.clock.forward(hours=10)
        await send(school)
        assert {KARIN, FATIMA} == {user for user, words in unread(school).items() if "ligt stil" in "".join(words)}


@pytest.mark.rule("G4")
async def test_an_alarm_at_night_waits_for_no_reminder(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-23T22:00")
        case = await school.open_case(SANNE, code)
        assert (await school.press(SANNE, case, "Acuut gevaar")).ok
        await send(school)
        assert reminded(school, "ACUUT GEVAAR") == {KARIN, FATIMA}
        await school.press(KARIN, school.messages(KARIN)[-1], "Ik ga erheen")
        await send(school)
        assert reminded(school, "gaat erheen") == {SANNE}
        await comes(school, "2026-11-24T08:31")
        assert reminded(school, f"Dossier {code} wacht") == {KARIN, JORIS}


@pytest.mark.rule("G2")
async def test_several_stalled_cases_are_one_message(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor", "Daan")
        await comes(school, "2026-11-23T15:00")
        for user in (KARIN, JORIS):
            [message] = [message for message in school.messages(user) if not message.is_read]
            assert message.text == "3 dossiers wachten op een volgende stap."
            assert sorted(CODE.findall(words_of(message))) == sorted(codes)
            assert buttons_of(message) == ["Dossier openen"] * 3 + ["Acuut gevaar"]


@pytest.mark.rule("G2")
async def test_two_workers_send_each_reminder_once(
    tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.scheduler.AT_ONCE", 2)
    monkeypatch.setattr("bot.outbox.relay.AT_ONCE", 1)
    names = list(NAMES[:10])
    database = postgres.create()
    async with on_a_monday(tmp_path, postgres.url(database)) as school:
        codes = await reported(school, *names)
        school.clock.forward(hours=6)
        async with prepared(school.program.settings, school.clock) as other:
            looked = await asyncio.gather(*(p.scheduler.tick() for p in (school.program, other) for _ in range(2)))
            assert sum(looked) == len(codes)
            for _ in range(10):
                await asyncio.gather(school.program.outbox_relay.drain(), other.outbox_relay.drain())
        assert len(messages(school)) == 2 * len(codes)
        for words in unread(school, KARIN, JORIS).values():
            assert sorted(CODE.findall("\n".join(words))) == sorted(codes)
    postgres.drop(database)


@pytest.mark.rule("G2")
async def test_three_days_of_downtime_are_caught_up_once(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-26T09:00")
        assert reminded(school, f"Dossier {code} wacht") == {KARIN, JORIS, FATIMA}
        assert len(messages(school)) == 3, "and not one for each moment that went by"
        await comes(school, "2026-11-26T09:01")
        assert unread(school) == {}


@pytest.mark.rule("G2")
async def test_once_a_week_the_school_leader_gets_counts_and_no_cases(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor")
        await records(school, KARIN, codes[0], "taken_up")
        await hourly(school)
        assert messages(school, "week") == [], "a week that began without cases has nothing to count"
        for moment in ("2026-11-30T08:29", "2026-11-30T08:30", "2026-11-30T09:30", "2026-12-01T09:00"):
            await comes(school, moment)
            await hourly(school)
        [row] = messages(school, "week")
        [message] = [m for m in school.messages(FATIMA) if "Weekoverzicht" in m.text]
        assert "Signalen vastleggen: 1 open, waarvan 1 te laat" in words_of(message)
        assert "Overleggen: 1 open" in words_of(message)
        assert "Overleggen: 1 open, waarvan" not in words_of(message), "its day is today"
        assert not re.search("|".join(codes), message.text + str(message.blocks) + str(row.payload))
        await comes(school, "2026-12-21T10:00")
        await hourly(school)
        assert len(messages(school, "week")) == 1, "nor in a vacation"


@pytest.mark.rule("S3.6")
@pytest.mark.parametrize(
    ("day", "comes_on", "said"),
    [("2026-11-27", "2026-11-27", "vandaag"), ("2026-11-29", "2026-11-27", "zondag")],
)
async def test_a_follow_up_is_brought_to_mind_of_its_owner_on_its_day(
    tmp_path: Path, database_url: str, day: str, comes_on: str, said: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await appointment(school, code, day, owner=JORIS)
        await comes(school, f"{comes_on}T08:29")
        assert unread(school) == {}
        await comes(school, f"{comes_on}T08:30")
        [words] = unread(school, JORIS)[JORIS]
        assert f"Dossier {code}: jij let op een afspraak" in words
        assert f"De afspraak is {said}." in words
        assert unread(school) == {}
        [made] = [words_of(one) for one in school.messages(JORIS) if "jij let op een nieuwe afspraak" in words_of(one)]
        assert "Karin Visser legde dit vast." in made
        [message] = [one for one in school.messages(JORIS) if "jij let op een afspraak" in words_of(one)]
        assert buttons_of(message) == ["Dossier openen", "Gedaan", "Verzetten", "Later herinneren", "Acuut gevaar"]
        answer = await school.press(JORIS, message, "Gedaan")
        assert answer.ok
        assert "Bellen." in words_of(school.modal(JORIS))
        await school.actor(JORIS).fill(school.modal(JORIS), **{"Hoe ging het?": "Goed."})
        await comes(school, "2026-12-07T12:00")
        assert "afspraak" not in "".join(unread(school, JORIS).get(JORIS, []))


async def appointment(school: Running, code: str, *days: str, owner: str) -> None:
    await consulted(school, code)
    agreed: dict[str, Answer] = {}
    for number, day in enumerate(days, start=1):
        one = f"appointment_{number}"
        agreed |= {f"{one}_what": "Bellen.", f"{one}_day": day, f"{one}_owner": owner}
    await records(school, KARIN, code, "appointment", **agreed)


@pytest.mark.rule("S3.6")
@pytest.mark.rule("G5")
async def test_an_appointment_of_somebody_who_left_is_for_who_is_responsible(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await appointment(school, code, "2026-11-27", owner=JORIS)
        gone = Identity("slack", TEAM, JORIS)
        await school.program.executor.execute(lambda uow, now: leave_or_return(uow, gone, is_gone=True, now=now))
        await comes(school, "2026-11-27T08:30")
        got, said = unread(school), f"Dossier {code}: wie op een afspraak let, is er nu niet. Let jij erop?"
        assert {user for user, words in got.items() if said in "".join(words)} == {KARIN}
        assert JORIS not in got


@pytest.mark.rule("S4.6")
async def test_who_keeps_watch_is_asked_for_an_entry_at_each_interval(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await decided(school, code, "no_report")
        await comes(school, "2026-12-14T08:29")
        assert unread(school) == {}
        await comes(school, "2026-12-14T08:30")
        assert reminded(school, f"Dossier {code} wacht") == {SANNE}
        await comes(school, "2026-12-16T20:00")
        seen: dict[str, Answer] = {"watched_on": "2026-12-16", "change": "same", "watched": "Rustig."}
        await records(school, SANNE, code, "watch_entry", **seen)
        await comes(school, "2026-12-17T09:00")
        assert unread(school) == {}, "the entry was made while the reminder waited for the morning"
        await comes(school, "2026-12-18T08:30")
        assert reminded(school, "blijft open in de vakantie") == {SANNE, KARIN, FATIMA}
        await comes(school, "2027-01-20T08:29")
        assert unread(school) == {}
        await comes(school, "2027-01-21T08:30")
        assert reminded(school, f"Dossier {code} wacht") == {SANNE}


@pytest.mark.rule("S4.8")
async def test_an_unfinished_report_is_brought_to_mind_until_the_parent_was_told(
    tmp_path: Path, database_url: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await decided(school, code, "report")
        report: dict[str, Answer] = {"reported_on": "2026-11-23", "reporter": KARIN, "reporter_role": "IB-er"}
        report |= {"reporter_named": "yes"}
        await records(school, KARIN, code, "reported", **report)
        for moment in ("2026-11-30T08:30", "2026-12-02T08:30", "2026-12-09T08:30"):
            await comes(school, moment)
            assert reminded(school, f"Dossier {code} wacht") == {KARIN, FATIMA}, moment
        told: dict[str, Answer] = {"parent_informed": "yes", "told_by": (KARIN, FATIMA), "told_what": "Verteld."}
        await records(school, KARIN, code, "parent_told", told_on="2026-12-09", **told)
        await comes(school, "2026-12-15T09:00")
        asked = "wacht*\nVraag Veilig Thuis wat er met de melding gebeurt"
        assert reminded(school, asked) == {KARIN, FATIMA}, "the answer is due since the report (S4.10)"


@pytest.mark.rule("G6")
async def test_before_a_vacation_it_is_said_what_stays_open_and_in_it_there_is_peace(
    tmp_path: Path, database_url: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await taken_up_before_the_vacation(school)
        await comes(school, "2026-12-18T08:30")
        got = unread(school)
        assert set(got) == {KARIN, JORIS}, "a school leader hears of a case from step 3 on"
        assert "De vakantie begint op 19-12-2026" in got[KARIN][0]
        turn = "Nu aan de beurt: leerkracht samen met IB-er/zorgcoördinator of vertrouwenspersoon"
        for words in (got[KARIN][0], got[JORIS][0]):
            assert turn in words
            assert "Wie er in de vakantie op let: Karin Visser." in words
        for moment in ("2026-12-21T12:00", "2026-12-31T12:00"):
            await comes(school, moment)
            assert unread(school) == {}


@pytest.mark.rule("G6")
async def test_a_list_that_could_not_be_sent_before_the_vacation_is_not_sent_after_it(
    tmp_path: Path, database_url: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await taken_up_before_the_vacation(school)
        school.expect("server_error")
        school.workspace.faults.server_error = 10**6
        await comes(school, "2026-12-18T08:30")
        school.workspace.faults.server_error = 0
        await comes(school, "2027-01-04T08:30")
        assert unread(school) == {}


@pytest.mark.rule("G6")
async def test_what_a_vacation_overtook_is_said_after_it_and_not_before_the_next(
    tmp_path: Path, database_url: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await comes(school, "2026-12-18T17:00")
        [code] = await reported(school)
        await comes(school, "2026-12-18T17:30")
        assert unread(school) == {}
        await comes(school, "2027-01-04T08:30")
        assert reminded(school, f"Dossier {code} wacht") == {KARIN, JORIS}


@pytest.mark.rule("G2")
async def test_later_is_later_twice_with_a_reason_that_all_can_read(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        [code] = await reported(school)
        await comes(school, "2026-11-25T08:30")
        unread(school)
        await postpones(school, KARIN, "2026-11-26", "Ik ben vandaag op cursus.")
        await comes(school, "2026-11-25T16:00")
        assert unread(school) == {}
        await comes(school, "2026-11-26T08:30")
        assert reminded(school, f"Dossier {code} wacht") == {KARIN, JORIS, FATIMA}
        words = words_of(await school.open_case(FATIMA, code))
        assert "Later herinneren" in words
        assert "Ik ben vandaag op cursus." in words
        assert await postpones(school, KARIN, "2026-12-10", "Te ver.") == [
            "Kies een dag na vandaag, hoogstens vijf schooldagen vooruit."
        ]
        assert await postpones(school, KARIN, "2026-12-03", "Nog eens.") == []
        await comes(school, "2026-12-02T12:00")
        assert unread(school) == {}, "the reminder of 2 December waits too"
        await comes(school, "2026-12-03T08:30")
        assert reminded(school, f"Dossier {code} wacht") == {KARIN, JORIS, FATIMA}
        [refusal] = await postpones(school, KARIN, "2026-12-08", "Een derde keer.")
        assert "al twee keer uitgesteld" in refusal


async def postpones(school: Running, user: str, until: str, why: str) -> list[str]:
    """Press "Later herinneren" in the last message; return the refusal, if any."""
    answer = await school.press(user, school.messages(user)[-1], "Later herinneren")
    assert answer.ok, answer
    shown = school.modal(user)
    if not shown.payload.get("submit"):
        return [words_of(shown)]
    answer = await school.actor(user).fill(shown, **{LATER_ON: until, LATER_WHY: why})
    return list(answer.errors.values())


@pytest.mark.rule("G2")
@pytest.mark.rule("G5")
async def test_what_reaches_nobody_in_charge_goes_round_once(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        school.expect("user_not_found", "channel_not_found", "invalid_arguments")
        await reported(school)
        for user in (KARIN, FATIMA):
            del school.workspace.people[user]
        await comes(school, "2026-11-25T08:30")
        assert {row.state for row in messages(school, "undelivered")} == {SendState.FAILED}
        assert len(messages(school, "undelivered")) <= 4
        assert list(unread(school, JORIS)) == [JORIS]


@pytest.mark.rule("G2")
async def test_who_is_not_there_is_passed_on_to_the_next_in_charge(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        school.expect("user_not_found", "channel_not_found", "invalid_arguments")
        [code] = await reported(school)
        del school.workspace.people[KARIN]
        await comes(school, "2026-11-23T15:00")
        assert reminded_in(unread(school, FATIMA), f"Dossier {code}: een bericht aan een collega kwam niet aan")


def reminded_in(got: dict[str, list[str]], words: str) -> bool:
    return any(words in said for all_said in got.values() for said in all_said)


@pytest.mark.rule("G2")
async def test_beyond_the_calendar_a_signal_is_stored_and_looked_at_every_day(
    tmp_path: Path, database_url: str
) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        await comes(school, "2030-09-09T09:00")
        await reported(school)
        assert school.count(entries) == 1
        assert school.messages(KARIN)
        with logged() as log:
            for day in (10, 11, 12):
                await comes(school, f"2030-09-{day}T10:{day}")
                assert 23 < (next_due(school) - school.clock()).total_seconds() / 3600 <= 24
        assert "reference=" not in log.text


@pytest.mark.rule("G2")
async def test_a_case_that_cannot_be_read_holds_up_no_other(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor")
        damage(school, codes[0])
        with logged() as log:
            await comes(school, "2026-11-23T15:00")
        assert reminded(school, f"Dossier {codes[1]} wacht") == {KARIN, JORIS}
        assert "what=reminder" in log.text
        assert 0.9 < (next_due(school) - school.clock()).total_seconds() / 3600 <= 1


def damage(school: Running, code: str) -> None:
    of_case = entries.c.case.in_(select(cases.c.id).where(cases.c.code == code))
    with school.program.engine.begin() as connection:
        payload: bytes = connection.scalars(select(entries.c.payload).where(of_case)).one()
        connection.execute(update(entries).where(of_case).values(payload=payload[:-1] + bytes([payload[-1] ^ 1])))


@pytest.mark.rule("G2")
@pytest.mark.parametrize("reporters", [(SANNE, BEATRIX), (BEATRIX, SANNE)], ids=["open first", "closed first"])
async def test_a_school_that_is_closed_holds_up_no_reminder_of_another(
    tmp_path: Path, database_url: str, reporters: tuple[str, str]
) -> None:
    beuk = {
        **BEUK,
        "free_days": ["2026-11-24"],
        "people": [*BEUK["people"], person(KARIN, "Karin", "care_coordinator")],
    }
    async with on_a_monday(tmp_path, database_url, [LINDE, beuk]) as school:
        codes = {by: CODE.findall(words_of(await school.report(by, signal())))[0] for by in reporters}
        await comes(school, "2026-11-23T12:00")
        unread(school)
        school.clock.forward(hours=3)
        await school.program.scheduler.tick()
        await comes(school, "2026-11-24T10:00")
        assert [CODE.findall(words) for words in unread(school)[KARIN]] == [[codes[SANNE]]]
        await comes(school, "2026-11-25T08:30")
        assert codes[BEATRIX] in "".join(unread(school)[KARIN])


async def test_a_reminder_that_cannot_be_read_holds_up_no_other(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor")
        school.clock.forward(hours=5)
        await school.program.scheduler.tick()
        of_the_first = outbox.c.case.in_(select(cases.c.id).where(cases.c.code == codes[0]))
        of_joris = identities.c.user == JORIS
        with school.program.engine.begin() as connection:
            connection.execute(update(outbox).where(of_the_first, outbox.c.kind == "reminder").values(payload={}))
            connection.execute(update(identities).where(of_joris).values(locale="en-GB"))
        with logged() as log:
            await send(school)
        assert "what=message" in log.text
        got = unread(school)
        assert CODE.findall("".join(got[KARIN])) == codes[1:]
        assert f"Case {codes[1]} is waiting" in got[JORIS][0], (
            "what goes out without the first is in their language too"
        )


async def test_reminders_of_a_case_that_cannot_be_read_hold_up_no_other(tmp_path: Path, database_url: str) -> None:
    async with on_a_monday(tmp_path, database_url) as school:
        codes = await reported(school, "Sem", "Noor", "Daan")
        school.clock.forward(hours=5)
        await school.program.scheduler.tick()
        damage(school, codes[0])
        await send(school)
        found = {user: [sorted(CODE.findall(one)) for one in words] for user, words in unread(school).items()}
        assert found == {KARIN: [sorted(codes[1:])], JORIS: [sorted(codes[1:])]}


async def test_a_message_that_cannot_be_rendered_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on_a_monday(tmp_path) as school:
        await reported(school, "Sem")
        await school.report(SANNE, signal(Voornaam="Noor"))
        monkeypatch.setattr("bot.outbox.content.render", failing_first())
        with logged() as log:
            await send(school)
        assert "what=message" in log.text
        assert len(unread(school)) == 1
        school.clock.forward(minutes=1)
        await send(school)
        assert len(unread(school)) == 1


def failing_first() -> Callable[..., Any]:
    from handlers.views.messages import told

    calls = iter(range(100))

    def render(*args: Any) -> Any:
        if next(calls) == 0:
            raise LookupError("no such plan")
        return told.render(*args)

    return render
