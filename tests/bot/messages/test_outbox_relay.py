"""Every message arrives, in order, whatever Slack does; one that can never arrive is reported."""

from __future__ import annotations

import asyncio
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.cli.doctor.findings import _outbox
from bot.outbox.relay import AT_ONCE, FOR_ALARMS, MOST_DOUBTFUL
from storage.db.schema import outbox
from tests.bot.cases.closing import SIGNAL, record
from tests.clock import until
from tests.names import NAMES
from tests.on_screen import words_of
from tests.running import FATIMA, JORIS, KARIN, SANNE, Running, logged, running, signal


async def sends(school: Running) -> int:
    """Let the relay look at the outbox once; return the number of claimed messages."""
    return await school.program.outbox_relay.drain()


async def report(school: Running, *names: str) -> None:
    """Pass on a signal about each pupil, and wait until the Home tabs show it."""
    for name in names or ("Sem",):
        await school.report(SANNE, signal(Voornaam=name))
    readers = (SANNE, KARIN, JORIS)
    await until(lambda: {school.home(user).count("*Dossier ") for user in readers} == {max(len(names), 1)})


def arrived(school: Running) -> tuple[int, int]:
    return len(school.messages(KARIN)), len(school.messages(JORIS))


async def test_the_wait_that_slack_asks_for_is_kept(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("rate_limited")
        await report(school)
        school.workspace.faults.rate_limited, school.workspace.faults.retry_after = 2, 300
        assert (await sends(school), arrived(school)) == (2, (0, 0))
        school.clock.forward(seconds=290)
        assert (await sends(school), arrived(school)) == (0, (0, 0))
        school.clock.forward(seconds=15)
        assert (await sends(school), arrived(school)) == (2, (1, 1))


@pytest.mark.parametrize("wait", [10 * 24 * 3600, 10**40], ids=["ten days", "for ever"])
async def test_a_wait_of_days_is_cut_short(tmp_path: Path, wait: int) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("rate_limited")
        await report(school)
        school.workspace.faults.rate_limited, school.workspace.faults.retry_after = 2, wait
        assert (await sends(school), arrived(school)) == (2, (0, 0))
        school.clock.forward(minutes=31)
        assert (await sends(school), arrived(school)) == (2, (1, 1))


async def test_an_error_of_slack_s_is_tried_again(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("server_error")
        await report(school)
        school.workspace.faults.server_error = 4
        for attempt in range(1, 3):
            assert (await sends(school), arrived(school)) == (2, (0, 0))
            assert await sends(school) == 0, "not at once"
            school.clock.forward(seconds=2**attempt + 1)
        assert (await sends(school), arrived(school)) == (2, (1, 1))


async def test_a_message_that_was_taken_but_timed_out_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.workspaces.SLACK_SECONDS", 1)
    async with running(tmp_path, worker=False) as school:
        school.expect("taken_then_timeout")
        await report(school)
        school.workspace.faults.taken_then_timeout = 2
        assert (await sends(school), arrived(school)) == (2, (1, 1))
        school.clock.forward(seconds=60)
        assert (await sends(school), arrived(school)) == (2, (2, 2))
        assert [message.text for message in school.messages(KARIN)] == [school.messages(KARIN)[0].text] * 2
        assert await sends(school) == 0


async def test_while_slack_is_away_messages_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, worker=False) as school:
        await report(school)
        with monkeypatch.context() as away:
            away.setattr(await school.program.workspaces.client(""), "base_url", "http://127.0.0.1:9/api/")
            assert (await sends(school), arrived(school)) == (2, (0, 0))
        school.clock.forward(seconds=60)
        assert (await sends(school), arrived(school)) == (2, (1, 1))


async def test_who_is_not_in_slack_is_set_aside_with_an_alarm(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("channel_not_found", "invalid_arguments")
        await report(school)
        del school.workspace.people[JORIS]
        with logged() as log:
            await sends(school)
        assert "ERROR meldwijzer.outbox" in log.text
        assert "cannot be delivered: channel_not_found" in log.text
        assert "Joris" not in log.text
        assert len(school.messages(KARIN)) == 1
        with school.program.engine.connect() as connection:
            states = connection.scalars(select(outbox.c.state).order_by(outbox.c.id)).all()
        assert sorted(states[:2]) == ["failed", "sent"]


def error_codes(school: Running) -> list[tuple[str, str | None]]:
    with school.program.engine.connect() as connection:
        return [(row.state, row.last_error_code) for row in connection.execute(select(outbox).order_by(outbox.c.id))]


def posted(school: Running) -> int:
    """The number of calls that post a message; calls for Home tabs do not count."""
    return sum("chat.postMessage" in line.what for line in school.workspace.traffic)


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth", "missing_scope"])
async def test_while_slack_refuses_the_token_all_wait_and_the_log_and_doctor_say_so(tmp_path: Path, error: str) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect(error)
        await report(school, "Sem", "Noor", "Daan")
        school.workspace.faults.refuses = error
        calls = posted(school)
        with logged() as log:
            for _ in range(60):
                for _ in range(3):
                    await sends(school)
                school.clock.forward(minutes=30)
        assert f"ERROR meldwijzer.outbox Slack refuses the token or the app's rights ({error})" in log.text
        assert {state for state, _ in error_codes(school)} == {"pending"}, "none is set aside"
        assert 0 < posted(school) - calls <= 2 * 60, "and Slack is not asked over and over"
        now = school.clock()
        backlog = await school.program.executor.execute(lambda uow, _: uow.queue.backlog(now))
        said = list(_outbox(backlog, now))
        assert f"Slack refuses the token or the app's rights ({error}): 2 message(s) wait, and none is lost." in said
        school.workspace.faults.refuses = ""
        school.clock.forward(minutes=30)
        while await sends(school):
            pass
        assert arrived(school) == (3, 3)
        assert len(set(school.codes(KARIN))) == 3


async def test_a_day_without_slack_is_no_overflow(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("server_error")
        await report(school)
        with school.program.engine.begin() as connection:
            connection.execute(update(outbox).values(attempts=70))
        school.workspace.faults.server_error = 2
        with logged() as log:
            assert await sends(school) == 2
        assert error_codes(school) == [("pending", "service_unavailable")] * 2
        assert "OverflowError" not in log.text
        school.clock.forward(minutes=31)
        assert (await sends(school), arrived(school)) == (2, (1, 1))


async def test_a_message_that_slack_never_takes_holds_up_no_others_for_ever(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("something_new")
        await report(school)
        school.workspace.faults.refuses = "something_new"
        with logged() as log:
            for _ in range(MOST_DOUBTFUL):
                assert {state for state, _ in error_codes(school)} == {"pending"}
                await sends(school)
                school.clock.forward(minutes=31)
        assert {state for state, _ in error_codes(school)[:2]} == {"failed"}
        assert "cannot be delivered: something_new" in log.text
        school.workspace.faults.refuses = ""
        while await sends(school):
            pass
        assert "een bericht aan een collega kwam niet aan" in words_of(school.messages(KARIN)[0]), "of the other's"
        await report_more(school)
        assert len(school.messages(JORIS)) == 1


async def test_a_message_that_is_refused_is_tried_shorter_and_never_again_as_it_was(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("invalid_blocks")
        await report(school)
        school.workspace.faults.refuses = "invalid_blocks"
        before = posted(school)
        await sends(school)
        assert [state for state, _ in error_codes(school)][:2] == ["failed"] * 2
        assert posted(school) - before == 4, "with its blocks, and without"
        assert f"{2} message(s) could not be delivered; the next in charge were told." in complaints(school)


async def test_a_message_that_slack_finds_too_long_is_made_shorter_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("msg_blocks_too_long")
        await report(school, "Sem", "Noor", "Daan", "Ilse", "Finn")
        while await sends(school):
            pass
        monkeypatch.setattr("practice.blocks.surfaces.MESSAGE_CHARACTERS", 2300)
        school.clock.forward(days=2)
        await school.program.scheduler.tick()
        while await sends(school):
            pass
        overview = school.messages(FATIMA)[-1]
        assert overview.text == "5 dossiers wachten op een volgende stap."
        assert words_of(overview).count("wacht*\n") == 2
        assert "Slack nam niet het hele bericht aan." in words_of(overview)
        refused = sum(not line.answer.get("ok") for line in school.workspace.traffic if line.what == "chat.postMessage")
        assert refused < 10, "none is sent again as it was"
        assert any("got a shorter one. Please report this." in line for line in complaints(school))


async def test_an_overview_of_many_cases_is_one_message_that_slack_takes(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        for first, last in product(NAMES[:15], NAMES[:3]):
            await record(school, SANNE, "signal", **SIGNAL | {"first_name": first, "last_name": last})
        while await sends(school):
            pass
        school.clock.forward(days=2)
        await school.program.scheduler.tick()
        while await sends(school):
            pass
        overview = school.messages(FATIMA)[-1]
        count, shown = int(overview.text.split()[0]), words_of(overview).count("wacht*\n")
        assert 10 < shown < 40 < count
        assert f"Er zijn nog {count - shown} dossiers." in words_of(overview)
        assert complaints(school) == []


def complaints(school: Running) -> list[str]:
    now = school.clock()
    with school.program.store.transaction(now) as uow:
        return list(_outbox(uow.queue.backlog(now), now))


async def report_more(school: Running) -> None:
    await school.report(SANNE, signal(Voornaam="Noor"))
    while await sends(school):
        pass


@pytest.mark.rule("G4")
@pytest.mark.parametrize("from_case", [False, True])
async def test_whoever_raised_an_alarm_hears_that_it_did_not_arrive(tmp_path: Path, from_case: bool) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("channel_not_found", "invalid_arguments")
        await report(school)
        while await sends(school):
            pass
        if from_case:
            case = await school.open_case(SANNE, school.codes(KARIN)[0])
            await school.press(SANNE, case, "Acuut gevaar")
        else:
            await school.actor(SANNE).command("/meldcode", "acuut")
        for user in (KARIN, FATIMA):
            del school.workspace.people[user]
        while await sends(school):
            pass
        [heard] = school.messages(SANNE)
        assert heard.text == "Je alarm kwam bij een collega niet aan. Zoek nu zelf iemand op, of bel."
        assert "Bel 112. Veilig Thuis: 0800-2000." in words_of(heard)


async def test_each_person_gets_messages_in_order(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("server_error")
        await report(school, "Sem", "Noor", "Daan")
        with school.program.engine.connect() as connection:
            payloads = connection.scalars(select(outbox.c.payload).order_by(outbox.c.id)).all()
        codes = list(dict.fromkeys(str(payload["code"]) for payload in payloads))
        school.workspace.faults.server_error = 2
        await sends(school)
        assert (await sends(school), arrived(school)) == (0, (0, 0)), "the later ones wait for the first"
        school.clock.forward(seconds=10)
        while await sends(school):
            pass
        assert school.codes(KARIN) == school.codes(JORIS) == codes
        assert arrived(school) == (3, 3)


async def test_messages_are_sent_at_once_without_being_asked(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await until(lambda: arrived(school) == (1, 1), 2)


async def test_nothing_is_sent_twice_by_two_senders(tmp_path: Path, database_url: str) -> None:
    async with running(tmp_path, worker=False, database_url=database_url) as school:
        await school.report(SANNE, signal())
        assert sorted(await asyncio.gather(sends(school), sends(school))) == [0, 2]
        assert arrived(school) == (1, 1)


async def test_with_more_under_way_than_there_is_room_for_nothing_more_is_begun(
    tmp_path: Path, database_url: str
) -> None:
    async with running(tmp_path, database_url=database_url, worker=False) as school:
        await school.actor(SANNE).command("/meldcode", "acuut")
        relay = school.program.outbox_relay
        others = {asyncio.create_task(asyncio.sleep(0)) for _ in range(AT_ONCE + FOR_ALARMS + 1)}
        relay._underway |= others
        assert not await relay._start_sending()
        assert relay._underway == others
        relay._underway -= others
        assert await relay.drain()


async def test_stopping_at_the_moment_that_a_message_comes_stops(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        sender = school.program.outbox_relay
        sending = asyncio.create_task(sender.run(lambda: None))
        await until(lambda: sender._woken._waiters)
        sender.wake()
        sending.cancel()
        done, _ = await asyncio.wait([sending], timeout=1)
        sending.cancel()
        assert done


async def test_what_was_on_its_way_when_it_stops_is_marked_as_sent(tmp_path: Path) -> None:
    async with running(tmp_path, worker=False) as school:
        school.expect("slow")
        school.workspace.faults.slow_seconds = 0.3
        sending = asyncio.create_task(school.program.outbox_relay.run(lambda: None))
        await school.report(SANNE, signal())
        await until(lambda: school.program.outbox_relay._underway)
        sending.cancel()
        await asyncio.wait([sending])
        with school.program.engine.connect() as connection:
            states = connection.scalars(select(outbox.c.state)).all()
        assert (states, arrived(school)) == (["sent", "sent"], (1, 1))
