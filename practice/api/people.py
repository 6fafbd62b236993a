"""The Web API method for people."""

from __future__ import annotations

from dataclasses import replace

from practice.api.arguments import is_true
from practice.errors import ApiError
from practice.model import Json, Person
from practice.state.manifest import display_name
from practice.state.workspace import Workspace

TIME_ZONE = {"tz": "Europe/Amsterdam", "tz_label": "Central European Time", "tz_offset": 3600}


def _person(workspace: Workspace, user_id: str) -> Person:
    person = workspace.people.get(user_id)
    if person is None:
        raise ApiError("user_not_found")
    return person


def username(person: Person) -> str:
    """Return the username of a person."""
    return person.name.lower().replace(" ", ".")


def user_object(person: Person, with_locale: bool) -> Json:
    """Return a person in the form in which Slack sends them to the app."""
    member: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": username(person),
        "deleted": not person.is_active,
        "is_bot": False,
        "is_app_user": False,
        "updated": 1_700_000_000,
        "profile": {
            "real_name": person.name,
            "real_name_normalized": person.name,
            "display_name": person.name.split()[0],
            "title": person.title,
            "team": person.team_id,
        },
    }
    if person.is_active:
        member |= {"real_name": person.name, "is_restricted": False, "is_ultra_restricted": False, **TIME_ZONE}
    member |= dict.fromkeys(person.flags, True)
    return {**member, "locale": person.locale} if with_locale else member


SLACKBOT = Person("USLACKBOT", "Slackbot", locale="en-US")
"""Slack knows it as somebody like others: it says that it is no bot."""


def _bot_user(workspace: Workspace, with_locale: bool) -> Json:
    app = workspace.app
    bot = Person(app.bot_user_id, display_name(app.manifest), locale="en-US", team_id=app.team_id)
    member = user_object(bot, with_locale) | {"is_bot": True}
    member["profile"] |= {"api_app_id": app.app_id, "bot_id": app.bot_id}
    return member


def user_info(workspace: Workspace, args: Json) -> Json:
    """`users.info`: one person, with their locale if asked for."""
    with_locale = is_true(args.get("include_locale"))
    if args.get("user") == workspace.app.bot_user_id:
        return {"user": _bot_user(workspace, with_locale)}
    if args.get("user") == SLACKBOT.id:
        return {"user": user_object(replace(SLACKBOT, team_id=workspace.app.team_id), with_locale)}
    return {"user": user_object(_person(workspace, args.get("user", "")), with_locale)}
