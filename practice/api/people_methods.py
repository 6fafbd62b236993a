"""The Web API methods that tell of people, and open a conversation with one."""

from __future__ import annotations

from practice.api.arguments import is_true
from practice.model import Json, Person
from practice.refusal import ApiError
from practice.state.manifest import bot_scopes, display_name
from practice.state.workspace import Workspace

TIME_ZONE = {"tz": "Europe/Amsterdam", "tz_label": "Central European Time", "tz_offset": 3600}


def _person(workspace: Workspace, user_id: str) -> Person:
    person = workspace.people.get(user_id)
    if person is None:
        raise ApiError("user_not_found")
    return person


def username(person: Person) -> str:
    """Return the handle of a person."""
    return person.name.lower().replace(" ", ".")


def member_of(person: Person, with_locale: bool) -> Json:
    """Return a person as Slack tells of them."""
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
    return {**member, "locale": person.locale} if with_locale else member


def _bot_member(workspace: Workspace, with_locale: bool) -> Json:
    app = workspace.app
    bot = Person(app.bot_user_id, display_name(app.manifest), locale="en-US", team_id=app.team_id)
    member = member_of(bot, with_locale) | {"is_bot": True}
    member["profile"] |= {"api_app_id": app.app_id, "bot_id": app.bot_id}
    return member


def user_info(workspace: Workspace, args: Json) -> Json:
    """`users.info`: one person, with their language when asked."""
    with_locale = is_true(args.get("include_locale"))
    if args.get("user") == workspace.app.bot_user_id:
        return {"user": _bot_member(workspace, with_locale)}
    return {"user": member_of(_person(workspace, args.get("user", "")), with_locale)}


def list_users(workspace: Workspace, args: Json) -> Json:
    """`users.list`: everybody, a page at a time."""
    with_locale = is_true(args.get("include_locale"))
    everyone = [_bot_member(workspace, with_locale), *(member_of(p, with_locale) for p in workspace.people.values())]
    start = _cursor_place(str(args.get("cursor") or ""))
    end = start + _page_size(args, len(everyone))
    following = f"user:{end}" if end < len(everyone) else ""
    return {"members": everyone[start:end], "cache_ts": 0, "response_metadata": {"next_cursor": following}}


def _page_size(args: Json, most: int) -> int:
    limit = str(args.get("limit") or most)
    if not limit.isdigit():
        raise ApiError("invalid_limit")
    return int(limit)


def _cursor_place(cursor: str) -> int:
    name, _, place = cursor.partition(":")
    if cursor and (name != "user" or not place.isdigit()):
        raise ApiError("invalid_cursor")
    return int(place or 0)


def open_conversation(workspace: Workspace, args: Json) -> Json:
    """`conversations.open`: the conversation of the app with one person."""
    if args.get("channel"):
        return {"channel": {"id": workspace.channel_of(workspace.person_in(args["channel"]).id)}}
    users = str(args.get("users") or "").split(",")
    if users == [""]:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        raise ApiError("missing_scope", needed="mpim:write", provided=",".join(bot_scopes(workspace.app.manifest)))
    person = _person(workspace, users[0])
    if not person.is_active:
        raise ApiError("user_disabled")
    return {"channel": {"id": workspace.channel_of(person.id)}}
