"""The browser pages: choose a person, then read, type and click as that person."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from practice.client.actor import Actor
from practice.i18n import DUTCH, language_for, text, use_language
from practice.model import Json, Person
from practice.state import manifest
from practice.state.faults import SWITCHES
from practice.state.workspace import Workspace
from practice.web import rendering, traffic
from practice.web.actions import ACTIONS

STATIC = Path(__file__).parent / "static"
POLL_SECONDS = 20.0
TABS = {"messages": "", "home": "/start", "traffic": "/verkeer", "faults": "/storingen"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}

Found = TypeVar("Found")
Endpoint = Callable[[Request], Awaitable[Response]]


def routes(workspace: Workspace) -> list[BaseRoute]:
    """Return the routes of the pages, for mounting at the root."""
    pages = _Pages(workspace)
    return [
        Route("/", pages.people, methods=["GET"]),
        Route("/als/{user_id}/versie", pages.version, methods=["GET"]),
        Route("/als/{user_id}/bestand/{file_id}", pages.download, methods=["GET"]),
        Route("/verkeer/{number:int}", pages.exchange, methods=["GET"]),
        Route("/klok/{number:int}", pages.move_clock, methods=["POST"]),
        Route("/storingen/{name}/{state}", pages.switch_fault, methods=["POST"]),
        Route("/mensen/{user_id}/{state}", pages.leave_or_return, methods=["POST"]),
        Route("/opnieuw", pages.start_over, methods=["POST"]),
        Route("/opnieuw/{training}", pages.start_over, methods=["POST"]),
        *(Route("/als/{user_id}" + path, pages.tab(key), methods=["GET"]) for key, path in TABS.items()),
        *(Route("/als/{user_id}/" + name, pages.action(name), methods=["POST"]) for name in ACTIONS),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def is_same_origin(request: Request) -> bool:
    """Tell whether one of our own pages sent this request; other sites may not act in somebody's name."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


class _Pages:
    """The endpoints for one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._templates = rendering.environment(workspace.people)
        self._templates.filters["unread"] = workspace.unread_of

    async def people(self, _request: Request) -> Response:
        """Show the page on which one chooses a person."""
        return self._page("people.html", DUTCH)

    async def version(self, request: Request) -> Response:
        """Answer as soon as something differs from the version that the page shows."""
        self._person(request)
        since = int(request.query_params.get("since", "0"))
        if since <= self._workspace.version:
            await self._workspace.wait_for_change(since, POLL_SECONDS)
        return JSONResponse({"version": self._workspace.version}, headers=_HEADERS)

    async def exchange(self, request: Request) -> Response:
        """Show the request and response of one line of the traffic."""
        number = request.path_params["number"]
        found = next((each for each in self._workspace.traffic if each.number == number), None)
        return self._page("exchange.html", DUTCH, exchange=_found(found))

    async def download(self, request: Request) -> Response:
        """Download a file that was shared with a person. It is never shown in the page."""
        me = self._person(request)
        file = _found(self._workspace.file_of(me.id, request.path_params["file_id"]))
        name = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(
            file.content, media_type="application/octet-stream", headers={**_HEADERS, "content-disposition": name}
        )

    async def move_clock(self, request: Request) -> Response:
        """Move the clock in one of the ways it can be moved."""
        _must_be_ours(request)
        moves = self._workspace.clock.moves if self._workspace.clock else ()
        _, move = _found(dict(enumerate(moves)).get(request.path_params["number"]))
        failure = await move()
        self._workspace.touch()
        return JSONResponse({"failure": failure}, headers=_HEADERS)

    async def switch_fault(self, request: Request) -> Response:
        """Turn one fault on or off, or all of them off."""
        _must_be_ours(request)
        name, is_on, faults = request.path_params["name"], request.path_params["state"] == "aan", self._workspace.faults
        if name == "alles":
            faults.off()
        else:
            _found(SWITCHES.get(name)).turn(faults, is_on)
        self._workspace.touch()
        return JSONResponse({"failure": "", "done": text("on" if is_on else "off")}, headers=_HEADERS)

    async def leave_or_return(self, request: Request) -> Response:
        """Close somebody's account, or open it again."""
        _must_be_ours(request)
        is_gone = request.path_params["state"] == "weg"
        await Actor(self._workspace, self._person(request).id).leave_or_return(is_gone=is_gone)
        return JSONResponse(
            {"failure": "", "done": text("person_gone" if is_gone else "person_back")}, headers=_HEADERS
        )

    async def start_over(self, request: Request) -> Response:
        """Delete everything and start over, with a prepared case if one is named."""
        _must_be_ours(request)
        director = _found(self._workspace.director)
        name = request.path_params.get("training", "")
        training = next((each for each in director.trainings if each.id == name), None)
        if name:
            _found(training)
        failure = await director.begin(name)
        go = f"/als/{training.begin_as}" if training else "/"
        return JSONResponse({"failure": failure, "go": go}, headers=_HEADERS)

    def tab(self, key: str) -> Endpoint:
        """Return the endpoint of one tab of a person's page."""

        async def show(request: Request) -> Response:
            me = self._person(request)
            director = self._workspace.director
            guide = await asyncio.to_thread(director.guide) if director else None
            shown = self._shown(me, key, request)
            return self._page("person.html", language_for(me.locale), me=me, tab=key, tabs=TABS, guide=guide, **shown)

        return show

    def action(self, name: str) -> Endpoint:
        """Return the endpoint of something that a person does."""

        async def do(request: Request) -> Response:
            _must_be_ours(request)
            person = self._person(request)
            async with request.form() as form:
                with use_language(language_for(person.locale)):
                    answer = await ACTIONS[name](self._workspace, person.id, form)
            return JSONResponse(answer, headers=_HEADERS)

        return do

    def _shown(self, me: Person, key: str, request: Request) -> Json:
        workspace = self._workspace
        modals = workspace.modals_of(me.id)
        shown: Json = {"modal": modals[-1] if modals else None, "version": workspace.version}
        if key == "messages":
            return shown | {"messages": workspace.messages_of(me.id), "unread": workspace.unread_of(me.id)}
        if key == "home":
            return shown | {"home": workspace.home_of(me.id)}
        if key == "faults":
            return shown | {"switches": SWITCHES, "faults": workspace.faults}
        return shown | self._traffic(request)

    def _traffic(self, request: Request) -> Json:
        kept = self._workspace.traffic
        kind, searched = request.query_params.get("toon", "alles"), request.query_params.get("zoek", "")
        return {
            "traffic": traffic.find(kept, kind, searched),
            "filters": list(traffic.FILTERS),
            "shown_kind": kind,
            "searched": searched,
            "kept": kept.maxlen,
            "kept_any": bool(kept),
        }

    def _page(self, template: str, language: str, **shown: Any) -> Response:
        with use_language(language):
            html = self._templates.get_template(template).render(**self._common(), **shown)
        return HTMLResponse(html, headers=_HEADERS)

    def _common(self) -> Json:
        """Return what every page shows."""
        workspace, app = self._workspace, self._workspace.app
        features = app.manifest.get("features", {})
        return {
            "app": app,
            "bot_name": manifest.display_name(app.manifest),
            "commands": features.get("slash_commands", []),
            "shortcuts": [each for each in features.get("shortcuts", []) if each.get("type") == "global"],
            "can_write": manifest.accepts_messages(app.manifest),
            "people": list(workspace.people.values()),
            "unread_of": workspace.unread_of,
            "name_of": lambda user_id: workspace.people[user_id].name,
            "director": workspace.director,
            "faults_on": [status for switch in SWITCHES.values() if (status := switch.status(workspace.faults))],
            "clock": workspace.clock,
        }

    def _person(self, request: Request) -> Person:
        return _found(self._workspace.people.get(request.path_params["user_id"]))


def _must_be_ours(request: Request) -> None:
    if not is_same_origin(request):
        raise HTTPException(403)


def _found(found: Found | None) -> Found:
    if found is None:
        raise HTTPException(404)
    return found
