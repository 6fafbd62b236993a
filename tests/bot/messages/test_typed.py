"""A message typed to the bot gets a kind answer, and is neither stored nor logged."""

from __future__ import annotations

from pathlib import Path

from bot.manifest import manifest
from practice.client import payloads
from tests.clock import until
from tests.on_screen import buttons_of, words_of
from tests.running import NOOR, SANNE, logged, running

SECRET = "Sem Bakker heeft blauwe plekken"


async def test_a_typed_message_gets_one_answer_that_points_to_the_form(tmp_path: Path) -> None:
    with logged() as log:
        async with running(tmp_path, typing=True) as school:
            for user in (SANNE, NOOR):
                await school.actor(user).say(SECRET)
                await school.actor(user).say(SECRET)
            await until(lambda: [m for m in school.messages(NOOR) if m.from_app])
            await until(lambda: [m for m in school.messages(SANNE) if m.from_app])
            [answer] = [message for message in school.messages(SANNE) if message.from_app]
            assert buttons_of(answer) == ["Signaal doorgeven", "Acuut gevaar"]
            assert "/signaal" in words_of(answer)
            assert "Sem" not in words_of(answer)
            school.clock.forward(minutes=11)
            await school.actor(SANNE).say(SECRET)
            await until(lambda: len([m for m in school.messages(SANNE) if m.from_app]) == 2)
    assert SECRET not in log.text
    assert not [file for file in tmp_path.glob("m*.db*") if SECRET.encode() in file.read_bytes()]


async def test_what_bots_say_and_what_was_edited_gets_no_answer(tmp_path: Path) -> None:
    async with running(tmp_path, typing=True) as school:
        said = school.workspace.post(SANNE, SECRET, from_app=False)
        event = payloads.direct_message(said)
        for more in ({"bot_id": "B1"}, {"subtype": "message_changed"}, {"channel_type": "channel"}):
            body = {"type": "event_callback", "team_id": "T0PRACTICE", "event_id": f"Ev{more}", "event": event | more}
            await school.send(body, "events_api")
        await school.actor(SANNE).say(SECRET)
        await until(lambda: [m for m in school.messages(SANNE) if m.from_app])
        assert len([m for m in school.messages(SANNE) if m.from_app]) == 1


def test_typing_is_off_unless_asked_for() -> None:
    usual, typing = manifest(), manifest(typing=True)
    assert usual["features"]["app_home"]["messages_tab_read_only_enabled"] is True
    assert "im:history" not in usual["oauth_config"]["scopes"]["bot"]
    assert typing["features"]["app_home"]["messages_tab_read_only_enabled"] is False
    assert "message.im" in typing["settings"]["event_subscriptions"]["bot_events"]
