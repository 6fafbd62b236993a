"""One bot in two Slack workspaces: installed over OAuth, each with its own token, separate from each other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from sqlalchemy import select

from bot.app import Program, prepared, working
from handlers.platform.workspaces import NotInstalled
from practice.api.methods import METHODS, Method
from practice.api.oauth import exchange, removal_events
from practice.client.delivery import Undelivered, deliver_event
from practice.model import Json
from storage.db.schema import cases, installations, outbox, schools
from tests.bot.cases.test_export import WHOLE, asks
from tests.bot.workspaces.installing import (
    ID,
    SCHOOLS,
    SECRET,
    T_BEUK,
    T_LINDE,
    Browser,
    install,
    two_workspaces,
    uninstall,
)
from tests.clock import until
from tests.running import BEATRIX, BRAM, KARIN, LINDE, SANNE, Running, logged, person, signal


def methods(school: Running, name: str) -> int:
    """The number of calls of a method with this workspace's token."""
    return len([line for line in school.workspace.traffic if line.what == name])


def replaced(address: str, **changes: str) -> str:
    """The address with other values in its query."""
    parts = urlsplit(address)
    values = {name: value[0] for name, value in parse_qs(parts.query).items()} | changes
    return parts._replace(query=urlencode(values)).geturl()


def with_cookie(state: str) -> Browser:
    """A browser with this state in its cookie."""
    browser = Browser()
    browser.cookie = f"slack-app-oauth-state={state}"
    return browser


async def until_token(program: Program, token: str) -> None:
    """Wait until another process has the token of De Linde; an empty one means that it has none."""
    workspaces = program.workspaces

    def is_known() -> bool:
        served = workspaces._served.get(T_LINDE)  # type: ignore[attr-defined]
        return (served.client.token if served else "") == token

    await until(is_known)


@pytest.mark.rule("S1.1")
async def test_each_workspace_is_served_with_its_own_token(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    for name, value in {"SLACK_CLIENT_ID": ID, "SLACK_CLIENT_SECRET": SECRET, "HOME": str(home)}.items():
        monkeypatch.setenv(name, value)
    async with two_workspaces(tmp_path, database_url=database_url) as (linde, beuk):
        for school in (linde, beuk):
            page = await install(school)
            assert (page.status, "staat nu in deze Slack-werkruimte" in page.text) == (200, True)
        await linde.report(SANNE, signal())
        await beuk.report(BEATRIX, signal())
        await linde.sent()
        [to_karin], [to_bram] = linde.messages(KARIN), beuk.messages(BRAM)
        assert to_karin.text.replace(linde.codes(KARIN)[0], "") == to_bram.text.replace(beuk.codes(BRAM)[0], "")
        assert methods(linde, "auth.test") + methods(beuk, "auth.test") == 2, "once for an installation"
        assert linde.workspace.app.bot_token not in repr(vars(linde.program.workspaces)), "whatever prints it"
        assert not home.exists(), "Bolt's own stores, which would keep tokens in clear, are not used"
        await until(lambda: linde.codes(KARIN)[0] in linde.home(KARIN) and beuk.codes(BRAM)[0] in beuk.home(BRAM))


async def test_a_state_that_is_forged_expired_played_again_or_of_another_browser_installs_nothing(
    tmp_path: Path,
) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        browser = Browser()
        address = await browser.allow(linde)
        begun = parse_qs(urlsplit(address).query)
        assert browser.cookie == f"slack-app-oauth-state={begun['state'][0]}"
        forged = replaced(address, state="1772443800-00-00")
        wrong = {
            "another browser": await Browser().get(address),
            "forged": await with_cookie("1772443800-00-00").get(forged),
            "no state": await browser.get(replaced(address, state="")),
            "not the one of the cookie": await with_cookie("1-2-3").get(address),
        }
        linde.clock.forward(minutes=11)
        wrong["expired"] = await with_cookie(begun["state"][0]).get(address)
        for name, page in wrong.items():
            assert (page.status, "Begin opnieuw op /slack/install" in page.text) == (400, True), name
        assert methods(linde, "oauth.v2.access") == 0, "no code was exchanged"

        browser = Browser()
        address = await browser.allow(linde)
        cookie = browser.cookie
        assert (await browser.get(address)).status == 200
        assert browser.cookie == "slack-app-oauth-state=deleted"
        again = await with_cookie(cookie.partition("=")[2]).get(address)
        assert (again.status, methods(linde, "oauth.v2.access")) == (400, 1)
        assert linde.count(installations) == 1


async def test_what_stands_in_the_address_to_install_adds_nothing_to_what_slack_is_asked(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        plain = await Browser().get(f"{linde.url}/slack/install")
        asked = parse_qs(urlsplit(plain.to).query, keep_blank_values=True)
        for added in ("T1%26user_scope%3Dadmin%26redirect_uri%3Dhttps://elders.example", "T1%0D%0ASet-Cookie:%20a=b"):
            odd = await Browser().get(f"{linde.url}/slack/install?team={added}")
            got = parse_qs(urlsplit(odd.to).query, keep_blank_values=True)
            assert (odd.status, got | {"state": asked["state"]}) == (302, asked)


async def test_what_slack_refuses_or_nobody_allowed_installs_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        linde.expect("invalid_code", "server_error")
        with logged() as log:
            browser = Browser()
            wrong = await browser.get(replaced(await browser.allow(linde), code="4711-kanarie"))
            denied = await Browser().get(f"{linde.url}/slack/oauth_redirect?error=access_denied&state=x")
            odd = await Browser().get(f"{linde.url}/slack/oauth_redirect?error=<b>kanarie</b>")
        assert [page.status for page in (wrong, denied, odd)] == [400, 400, 400]
        assert "geen toestemming" in denied.text
        assert not [page for page in (wrong, denied, odd) if "kanarie" in page.text]
        ours = [line for line in log.lines if not line.startswith("DEBUG")]
        assert not [line for line in ours if "kanarie" in line]
        linde.workspace.faults.server_error = 1
        assert (await install(linde)).status in (400, 500)
        assert linde.count(installations) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"refresh_token": "xoxe-1", "expires_in": 43200},
        {"is_enterprise_install": True, "team": None},
        {"access_token": None},
    ],
    ids=["a token that rotates", "a whole organisation", "no token"],
)
async def test_a_token_that_would_not_last_or_is_of_no_one_workspace_is_not_kept(
    tmp_path: Path, changed: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Method(lambda workspace, args: exchange(workspace, args) | changed, token="none")
    monkeypatch.setitem(METHODS, "oauth.v2.access", answer)
    async with two_workspaces(tmp_path) as (linde, _):
        page = await install(linde)
        assert (page.status >= 400, "Het installeren is niet gelukt" in page.text) == (True, True)
        assert linde.count(installations) == 0


async def test_while_slack_is_away_the_page_says_so_kindly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        browser = Browser()
        address = await browser.allow(linde)
        flow = linde.program.slack.oauth_flow
        assert flow is not None
        monkeypatch.setattr(flow.client, "base_url", "http://127.0.0.1:9/api/")
        page = await browser.get(address)
        assert (page.status, "Het installeren is niet gelukt" in page.text) == (500, True)


async def test_a_workspace_of_no_school_of_ours_is_told_its_number_and_gets_nothing(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path, schools=(SCHOOLS[0],)) as (linde, beuk):
        await install(linde)
        page = await install(beuk)
        assert (page.status, T_BEUK in page.text) == (403, True)
        assert linde.count(installations) == 1
        answer = await beuk.actor(BEATRIX).command("/signaal", "blauwe plek")
        assert "niet geïnstalleerd" in " ".join(message.text for message in beuk.workspace.messages_of(BEATRIX))
        assert (answer.text, beuk.workspace.modals_of(BEATRIX), beuk.count(cases)) == ("", [], 0)


async def test_what_nobody_named_belongs_to_the_first_workspace_that_installs(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path, schools=(LINDE,)) as (linde, beuk):
        assert linde.count(schools) == 0
        await install(linde)
        await linde.report(SANNE, signal())
        await linde.sent()
        assert len(linde.messages(KARIN)) == 1
        assert (await install(beuk)).status == 403


async def test_people_of_another_workspace_cannot_touch_a_case(tmp_path: Path) -> None:
    """Not with its code, not with a colleague's id, and not as a guest."""
    impostor = person(KARIN, "Nep Karin", "care_coordinator")
    other = {**SCHOOLS[1], "people": [*SCHOOLS[1]["people"], impostor]}
    async with two_workspaces(tmp_path, schools=(SCHOOLS[0], other)) as (linde, beuk):
        beuk.workspace.people[KARIN] = replace(beuk.workspace.people[BRAM], id=KARIN)
        beuk.workspace._messages[KARIN] = []
        for school in (linde, beuk):
            await install(school)
        await linde.report(SANNE, signal())
        await linde.sent()
        code = linde.codes(KARIN)[0]
        for stranger in (BRAM, KARIN):
            said = await beuk.actor(stranger).command("/meldcode", f"dossier {code}")
            nothing = await beuk.actor(stranger).command("/meldcode", "dossier 26-2222")
            assert said.text.replace(code, "") == nothing.text.replace("26-2222", ""), "as if there were none"
            assert beuk.workspace.modals_of(stranger) == []
        before = linde.digest()
        view = await linde.open_form(SANNE)
        guest = linde.submission(SANNE, view)
        guest["user"]["team_id"] = T_BEUK
        linde.expect("dispatch_failed")
        with pytest.raises(Undelivered):
            await linde.send(guest)
        assert {name for name, rows in linde.digest().items() if rows != before[name]} <= {"processed_requests"}
        assert beuk.messages(KARIN) == []


async def test_what_is_removed_is_one_workspace_and_its_messages_are_undeliverable(
    tmp_path: Path, database_url: str
) -> None:
    async with two_workspaces(tmp_path, database_url=database_url, worker=False) as (linde, beuk):
        linde.expect("invalid_auth")  # of a tab or a question that was under way with the token of before
        for school in (linde, beuk):
            await install(school)
            await school.report(SANNE if school is linde else BEATRIX, signal())
        await uninstall(beuk)
        assert linde.count(installations) == 1
        while await linde.program.outbox_relay.drain():
            pass
        assert (len(linde.messages(KARIN)), beuk.messages(BRAM)) == (1, [])
        with linde.program.engine.connect() as connection:
            errors = set(connection.scalars(select(outbox.c.last_error_code).where(outbox.c.state == "failed")))
        assert errors == {"not_installed"}
        answer = await beuk.actor(BEATRIX).command("/signaal")
        assert (answer.text, beuk.workspace.modals_of(BEATRIX)[1:]) == ("", [])
        await linde.open_form(SANNE)
        assert (await install(beuk)).status == 200
        await beuk.report(BEATRIX, signal())
        await linde.program.outbox_relay.drain()
        assert len(beuk.messages(BRAM)) == 1


async def test_word_of_an_earlier_removal_leaves_a_newer_installation(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        linde.expect("invalid_auth")  # of a tab or a question that was under way with the token of before
        await install(linde)
        linde.clock.forward(seconds=5)
        events = removal_events(linde.workspace)
        linde.clock.forward(seconds=5)
        await install(linde)
        for event in events:
            await deliver_event(linde.workspace, event, T_LINDE)
        await linde.open_form(SANNE)


async def test_a_person_s_own_token_that_is_revoked_is_not_the_app_s(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, _):
        await install(linde)
        event = {"type": "tokens_revoked", "tokens": {"oauth": [SANNE], "bot": []}, "event_ts": linde.workspace.stamp()}
        await deliver_event(linde.workspace, event, T_LINDE)
        assert linde.count(installations) == 1


async def test_a_token_that_slack_refuses_holds_up_no_other_workspace(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path, worker=False) as (linde, beuk):
        beuk.expect("token_revoked")
        for school in (linde, beuk):
            await install(school)
        await beuk.report(BEATRIX, signal())
        beuk.workspace.faults.refuses = "token_revoked"
        await linde.program.outbox_relay.drain()
        await linde.report(SANNE, signal())
        await linde.program.outbox_relay.drain()
        assert len(linde.messages(KARIN)) == 1
        beuk.workspace.faults.refuses = ""
        linde.clock.forward(minutes=2)
        await linde.program.outbox_relay.drain()
        assert len(beuk.messages(BRAM)) == 1, "it waited, and was not lost"


async def test_another_process_hears_of_an_installation_and_of_its_end(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.platform.workspaces.READ_EVERY", 0.05)
    async with (
        two_workspaces(tmp_path, database_url=database_url) as (linde, _),
        prepared(linde.program.settings, linde.clock) as other,
    ):
        linde.expect("invalid_auth")  # of a tab or a question that was under way with the token of before
        with pytest.raises(NotInstalled):
            await other.workspaces.client(T_LINDE)
        await install(linde)
        assert (await other.workspaces.client(T_LINDE)).token == linde.workspace.app.bot_token, "at once"
        async with working(other, web=False, worker=False):
            await install(linde)
            await until_token(other, linde.workspace.app.bot_token)
            await uninstall(linde)
            await until_token(other, "")


async def test_what_was_given_along_is_made_and_removed_with_the_token_of_its_workspace(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (linde, beuk):
        for school in (linde, beuk):
            await install(school)
        await beuk.report(BEATRIX, signal())
        await beuk.sent()
        await asks(beuk, BRAM, beuk.codes(BRAM)[0], WHOLE)
        await until(lambda: any(message.files for message in beuk.messages(BRAM)))
        beuk.clock.forward(days=2)
        await beuk.program.scheduler.tick()
        [file] = [file for message in beuk.messages(BRAM) for file in message.files]
        assert (file.is_deleted, methods(beuk, "files.delete"), methods(linde, "files.delete")) == (True, 1, 0)
