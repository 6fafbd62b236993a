"""A small Bolt app with an example of everything that the pages can show."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from practice.model import AppConfig, Json, Person

SANNE, KARIN = "U0SANNE", "U0KARIN"
PEOPLE = [
    Person(SANNE, "Sanne de Boer", "Leerkracht groep 5"),
    Person(KARIN, "Karin Visser", "IB-er"),
    Person("U0AMIN", "Amin Yilmaz", "Leerkracht groep 7"),
    Person("U0JOKE", "Joke Hendriks", "Vertrouwenspersoon"),
    Person("U0PIET", "Pieter van den Berg", "Schoolleider"),
    Person("U0ELS", "Els Bakker", "Clusterdirecteur"),
]
ATTACK = "<script>window.hacked = 1</script> \"><img src=x onerror='window.hacked = 1'>"


def manifest() -> Json:
    return {
        "display_information": {"name": "Meldwijzer"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Meldwijzer"},
            "slash_commands": [
                {
                    "command": "/signaal",
                    "description": "Leg een signaal vast over een leerling",
                    "usage_hint": "[wat je zag of hoorde]",
                },
                {"command": "/meldcode", "description": "Hulp, je dossiers en de rollen", "usage_hint": "help"},
            ],
            "shortcuts": [
                {
                    "name": "Signaal doorgeven",
                    "type": "global",
                    "callback_id": "report",
                    "description": "Open het formulier",
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write", "users:read", "im:history"]}},
        "settings": {
            "event_subscriptions": {"bot_events": ["app_home_opened", "message.im"]},
            "interactivity": {"is_enabled": True},
        },
    }


def config(**changes: Any) -> AppConfig:
    secrets = {"bot_token": "xoxb-test", "app_token": "xapp-test", "signing_secret": "shh"}
    return AppConfig(**{"manifest": manifest(), **secrets, **changes})


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def options(*texts: str) -> list[Json]:
    return [{"text": plain(text), "value": text.lower()} for text in texts]


def field(label: str, action_id: str, element: Json, **more: Any) -> Json:
    block = {"type": "input", "block_id": action_id, "label": plain(label)}
    return {**block, "element": {"action_id": action_id, **element}, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": action_id, "value": action_id, **more}


def form(what: str = "") -> Json:
    """The signal form, with nearly every kind of input."""
    text = {"type": "plain_text_input"}
    return {
        "type": "modal",
        "callback_id": "form",
        "title": plain("Signaal vastleggen"),
        "submit": plain("Vastleggen"),
        "close": plain("Annuleren"),
        "blocks": [
            {"type": "section", "text": mrkdwn("Schrijf op *wat je zag of hoorde*, zonder oordeel. Twijfel mag.")},
            field("Voornaam", "first", {**text, "max_length": 40}),
            field("Groep", "group", {"type": "static_select", "placeholder": plain("Kies een groep"),
                                     "options": options("Groep 4", "Groep 5", "Groep 6")}),
            field("Soort", "kind", {"type": "radio_buttons", "options": options("Iets gezien", "Iets gehoord")}),
            field("Wat zag of hoorde je?", "what",
                  {**text, "multiline": True, "max_length": 3000, "initial_value": what,
                   "placeholder": plain("Bijvoorbeeld: wie zei wat, en waar?")},
                  hint=plain("Zet woorden van het kind tussen aanhalingstekens.")),
            field("Wanneer", "day", {"type": "datepicker", "initial_date": "2026-09-01"}),
            field("Hoe laat", "time", {"type": "timepicker"}, optional=True),
            field("Wie weet ervan?", "people", {"type": "multi_users_select", "max_selected_items": 2}, optional=True),
            field("Collega", "colleague", {"type": "users_select", "placeholder": plain("Kies iemand")}, optional=True),
            field("Kenmerken", "marks", {"type": "checkboxes", "options": options("Vaker gezien", "Acuut")},
                  optional=True),
        ],
    }  # fmt: skip


CARD: list[Json] = [
    {"type": "header", "text": plain("Dossier 26-K7QX")},
    {"type": "section", "text": mrkdwn("*Stap 2.* Overleg met de IB-er.\nWie: <@U0KARIN>")},
    {"type": "section", "fields": [mrkdwn("*Status*\nIn behandeling"), mrkdwn("*Uiterlijk*\nvrijdag 4 september")]},
    {
        "type": "actions",
        "elements": [
            button("Dossier openen", "open", style="primary"),
            button("Sluiten", "shut", style="danger", confirm={
                "title": plain("Dossier sluiten?"), "text": mrkdwn("Het dossier gaat *dicht*."),
                "confirm": plain("Ja, sluiten"), "deny": plain("Toch niet"), "style": "danger"}),
            {"type": "overflow", "action_id": "more", "options": options("Uitstellen", "Overdragen")},
        ],
    },
    {"type": "context", "elements": [mrkdwn("Herinnering 1 van 3")]},
]  # fmt: skip

HOME: Json = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Jouw overzicht")},
        {"type": "section", "text": mrkdwn("Je hebt *1 dossier* waarin iets van je wordt verwacht.")},
        {"type": "actions", "elements": [
            button("Signaal doorgeven", "report", style="primary"), button("Acuut gevaar", "acute", style="danger"),
            {"type": "static_select", "action_id": "filter", "placeholder": plain("Toon"),
             "options": options("Open", "Alles")},
        ]},
        {"type": "divider"},
        {"type": "section", "text": mrkdwn("*26-K7QX* · stap 2, overleg\nUiterlijk vrijdag 4 september"),
         "accessory": button("Dossier openen", "open")},
        {"type": "context", "elements": [mrkdwn("Dit zie alleen jij.")]},
    ],
}  # fmt: skip


def sample_app(client: AsyncWebClient, seen: list[Json]) -> AsyncApp:
    """Records what it receives in `seen`. It refuses the first name `x`, and takes a second for `traag`."""
    app = AsyncApp(token="xoxb-test", signing_secret="shh", client=client, process_before_response=True)
    app.command("/signaal")(_open_form)
    app.shortcut("report")(_open_form)
    app.event("app_home_opened")(_home)
    app.action("asks")(_show_what_follows)

    @app.command("/meldcode")
    async def answer(ack: Any, body: Json) -> None:
        await ack(f"Je typte: {body['text']}")

    @app.view("form")
    async def take(ack: Any, view: Json, client: Any) -> None:
        seen.append(view["state"]["values"])
        await _take(view["state"]["values"], ack, client)

    @app.view(re.compile("stack"))
    async def deeper(ack: Any, view: Json) -> None:
        await ack(response_action="push", view=stacked(int(view["callback_id"][-1]) + 1))

    @app.action("slowly")
    async def load(ack: Any, body: Json, client: Any) -> None:
        loading = {
            "type": "modal",
            "title": plain("Even wachten"),
            "blocks": [{"type": "section", "text": plain("Laden")}],
        }
        opened = await client.views_open(trigger_id=body["trigger_id"], view=loading)
        await ack()
        await client.views_update(view_id=opened["view"]["id"], view={**stacked(1), "title": plain("Klaar")})

    @app.action(re.compile("open|shut|more|filter"))
    async def clicked(ack: Any, action: Json) -> None:
        seen.append(action)
        await ack()

    @app.event("message")
    async def hears(event: Json) -> None:
        seen.append(event)

    return app


def asking() -> Json:
    """A form with two choices of which the app hears at once; it takes a second for `Traag`, and updates the form."""
    choice = {"type": "static_select", "options": options("Snel", "Traag"), "action_id": "asks"}
    labels = {"how": "Hoe", "where": "Waar"}
    asked = [
        {"type": "input", "block_id": name, "label": plain(label), "element": choice, "dispatch_action": True}
        for name, label in labels.items()
    ]
    return {**form(), "blocks": [*form()["blocks"], *asked]}


def stacked(depth: int) -> Json:
    """A modal whose submission pushes the next one."""
    return {
        "type": "modal",
        "callback_id": f"stack{depth}",
        "title": plain(f"Laag {depth}"),
        "submit": plain("Dieper"),
        "close": plain("Terug"),
        "blocks": [field("Naam", "name", {"type": "plain_text_input"}, optional=True)],
    }


async def _open_form(ack: Any, body: Json, client: Any) -> None:
    await client.views_open(trigger_id=body["trigger_id"], view=form(what=body.get("text", "")))
    await ack()


async def _take(values: Json, ack: Any, client: Any) -> None:
    first_name = values["first"]["first"]["value"]
    if first_name == "x":
        await ack(response_action="errors", errors={"first": "Schrijf de hele voornaam."})
        return
    if first_name == "traag":
        await asyncio.sleep(1)
    await client.chat_postMessage(channel=KARIN, text="Er is een dossier voor je: 26-K7QX", blocks=CARD)
    await ack()


async def _show_what_follows(ack: Any, body: Json, action: Json, client: Any) -> None:
    if action["selected_option"]["value"] == "traag":
        await asyncio.sleep(1)
        await client.views_update(view_id=body["view"]["id"], view={**asking(), "title": plain("Klaar")})
    await ack()


async def _home(event: Json, client: Any) -> None:
    await client.views_publish(user_id=event["user"], view=HOME)
