"""The browser pages of the practice workspace: choose who you are, then read, type and click as that person."""

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
from practice.model import Json, Person
from practice.state import manifest
from practice.state.faults import SWITCHES
from practice.state.workspace import Workspace
from practice.web import rendering, traffic
from practice.web.deeds import DEEDS

STATIC = Path(__file__).parent / "static"
POLL_SECONDS = 20.0
TABS = (
    ("messages", "", "Berichten"),
    ("home", "/start", "Start"),
    ("traffic", "/verkeer", "Verkeer"),
    ("faults", "/storingen", "Storingen"),
)
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
    """The routes of the pages, to be mounted at the root."""
    pages = _Pages(workspace)
    return [
        Route("/", pages.people, methods=["GET"]),
        Route("/als/{user_id}/versie", pages.version, methods=["GET"]),
        Route("/als/{user_id}/bestand/{file_id}", pages.download, methods=["GET"]),
        Route("/verkeer/{number:int}", pages.exchange, methods=["GET"]),
        Route("/klok/{number:int}", pages.move_clock, methods=["POST"]),
        Route("/storingen/{name}/{state}", pages.switch_fault, methods=["POST"]),
        Route("/mensen/{user_id}/{state}", pages.leave_or_return, methods=["POST"]),
        Route("/opnieuw", pages.begin_anew, methods=["POST"]),
        Route("/opnieuw/{training}", pages.begin_anew, methods=["POST"]),
        *(Route("/als/{user_id}" + path, pages.tab(key), methods=["GET"]) for key, path, _ in TABS),
        *(Route("/als/{user_id}/" + name, pages.deed(name), methods=["POST"]) for name in DEEDS),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


def is_same_origin(request: Request) -> bool:
    """True when a page of ours sent this: no other site may act in somebody's name."""
    fetch_site = request.headers.get("sec-fetch-site")
    if fetch_site is not None:
        return fetch_site == "same-origin"
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


class _Pages:
    """The endpoints over one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._templates = rendering.environment(workspace.people)
        self._templates.filters["unread"] = workspace.unread_of

    async def people(self, _request: Request) -> Response:
        """Choose as whom to act."""
        return self._page("people.html")

    async def version(self, request: Request) -> Response:
        """Answer once something changed since the version that the page shows."""
        self._person(request)
        since = int(request.query_params.get("since", "0"))
        if since <= self._workspace.version:
            await self._workspace.changed(since, POLL_SECONDS)
        return JSONResponse({"version": self._workspace.version}, headers=_HEADERS)

    async def exchange(self, request: Request) -> Response:
        """What was sent and answered, of one line of the traffic."""
        number = request.path_params["number"]
        found = next((each for each in self._workspace.traffic if each.number == number), None)
        return self._page("exchange.html", exchange=_or_not_found(found))

    async def download(self, request: Request) -> Response:
        """A file that was shared with a person, to keep; it is never shown in the page."""
        me = self._person(request)
        file = _or_not_found(self._workspace.file_of(me.id, request.path_params["file_id"]))
        name = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        return Response(
            file.content, media_type="application/octet-stream", headers={**_HEADERS, "content-disposition": name}
        )

    async def move_clock(self, request: Request) -> Response:
        """Move the clock in one of the ways it can be moved."""
        _must_be_ours(request)
        moves = self._workspace.clock.moves if self._workspace.clock else ()
        _, move = _or_not_found(dict(enumerate(moves)).get(request.path_params["number"]))
        failure = await move()
        self._workspace.touch()
        return JSONResponse({"failure": failure}, headers=_HEADERS)

    async def switch_fault(self, request: Request) -> Response:
        """Turn one way to misbehave on or off, or all of them off."""
        _must_be_ours(request)
        name, is_on, faults = request.path_params["name"], request.path_params["state"] == "aan", self._workspace.faults
        if name == "alles":
            faults.off()
        else:
            _or_not_found(SWITCHES.get(name)).turn(faults, is_on)
        self._workspace.touch()
        return JSONResponse({"failure": "", "done": "Aan." if is_on else "Uit."}, headers=_HEADERS)

    async def leave_or_return(self, request: Request) -> Response:
        """Somebody's account is closed, or opened again."""
        _must_be_ours(request)
        is_gone = request.path_params["state"] == "weg"
        await Actor(self._workspace, self._person(request).id).leave_or_return(is_gone=is_gone)
        return JSONResponse({"failure": "", "done": "Weg." if is_gone else "Terug."}, headers=_HEADERS)

    async def begin_anew(self, request: Request) -> Response:
        """Begin anew, with a prepared case if one is named."""
        _must_be_ours(request)
        director = _or_not_found(self._workspace.director)
        name = request.path_params.get("training", "")
        training = next((each for each in director.trainings if each.id == name), None)
        if name:
            _or_not_found(training)
        failure = await director.begin(name)
        go = f"/als/{training.begin_as}" if training else "/"
        return JSONResponse({"failure": failure, "go": go}, headers=_HEADERS)

    def tab(self, key: str) -> Endpoint:
        """The endpoint of one tab of the page of a person."""

        async def show(request: Request) -> Response:
            me = self._person(request)
            director = self._workspace.director
            guide = await asyncio.to_thread(director.guide) if director else None
            shown = self._shown(me, key, request)
            return self._page("workplace.html", me=me, tab=key, tabs=TABS, guide=guide, **shown)

        return show

    def deed(self, name: str) -> Endpoint:
        """The endpoint of something that a person does."""

        async def do(request: Request) -> Response:
            _must_be_ours(request)
            person = self._person(request)
            async with request.form() as form:
                answer = await DEEDS[name](self._workspace, person.id, form)
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
        kind, text = request.query_params.get("toon", "alles"), request.query_params.get("zoek", "")
        return {
            "traffic": traffic.found(kept, kind, text),
            "filters": traffic.FILTERS,
            "shown_kind": kind,
            "shown_text": text,
            "kept": kept.maxlen,
            "kept_any": bool(kept),
        }

    def _page(self, template: str, **shown: Any) -> Response:
        features = self._workspace.app.manifest.get("features", {})
        html = self._templates.get_template(template).render(
            app=self._workspace.app,
            bot_name=manifest.display_name(self._workspace.app.manifest),
            commands=features.get("slash_commands", []),
            shortcuts=[each for each in features.get("shortcuts", []) if each.get("type") == "global"],
            can_write=manifest.can_be_written_to(self._workspace.app.manifest),
            people=list(self._workspace.people.values()),
            unread_of=self._workspace.unread_of,
            name_of=lambda user_id: self._workspace.people[user_id].name,
            director=self._workspace.director,
            faults_on=self._faults_on(),
            clock=self._workspace.clock,
            **shown,
        )
        return HTMLResponse(html, headers=_HEADERS)

    def _faults_on(self) -> list[tuple[str, str]]:
        said = [(name, switch.said(self._workspace.faults)) for name, switch in SWITCHES.items()]
        return [(name, words) for name, words in said if words]

    def _person(self, request: Request) -> Person:
        return _or_not_found(self._workspace.people.get(request.path_params["user_id"]))


def _must_be_ours(request: Request) -> None:
    if not is_same_origin(request):
        raise HTTPException(403)


def _or_not_found(found: Found | None) -> Found:
    if found is None:
        raise HTTPException(404)
    return found
