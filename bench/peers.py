"""The same bot as people commonly write it: Bolt, SQLAlchemy's ORM, and messages sent by the listener itself.

It stores the same signal and sends the same two messages, with the same hints. It has none of what the program promises
beside that: no encryption, chain, rules, outbox or replay protection, and a message that Slack refuses is lost.
`synchronous=FULL`, so that what is acknowledged is stored here too.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

from flask import Flask, Response, request
from slack_bolt import Ack, App
from slack_bolt.adapter.asgi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import JSON, Engine, ForeignKey, Select, create_engine, event, make_url, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, sessionmaker
from starlette.types import ASGIApp
from werkzeug.serving import WSGIRequestHandler, make_server

from bench.school import SCHOOLS, SECRET, TEAM, member
from bot.http.app import EVENTS
from bot.http.server import listen
from handlers.app import quiet_logger
from handlers.platform.forms.form_state import answers_of
from handlers.views.actions import FORM
from meldcode import hints

ROLES = ("teacher", "care_coordinator", "confidant", "school_leader")
TOLD = ROLES[1:3]
IDENTITY = AuthorizeResult(enterprise_id=None, team_id=TEAM, bot_token="xoxb-bench", bot_id="B0", bot_user_id="U0")
SAVED = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Doorgegeven"},
    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Je signaal is doorgegeven."}}],
}


class Base(DeclarativeBase):
    """The tables of the peers."""


class Member(Base):
    """Somebody with a role in a school."""

    __tablename__ = "members"
    id: Mapped[int] = mapped_column(primary_key=True)
    user: Mapped[str] = mapped_column(index=True)
    school: Mapped[int] = mapped_column(index=True)
    role: Mapped[str]
    name: Mapped[str]


class Case(Base):
    """A case, with its pupil."""

    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    school: Mapped[int] = mapped_column(index=True)
    first_name: Mapped[str]
    last_name: Mapped[str] = mapped_column(index=True)
    group: Mapped[str]
    step: Mapped[str]
    opened_at: Mapped[datetime]
    entries: Mapped[list[Entry]] = relationship(back_populates="case")


class Entry(Base):
    """One line of the logbook."""

    __tablename__ = "entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    case: Mapped[Case] = relationship(back_populates="entries")
    author_id: Mapped[int] = mapped_column(ForeignKey("members.id"))
    author: Mapped[Member] = relationship()
    view: Mapped[str] = mapped_column(unique=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime]


def synchronous(port: int, url: str, slack: str) -> None:
    """Synchronous Bolt behind Flask, with a thread for each request."""
    engine = _made(url)
    sessions, logger = sessionmaker(engine), quiet_logger()
    client = WebClient(base_url=f"{slack}/api/", logger=logger)
    app = App(signing_secret=SECRET, authorize=lambda: IDENTITY, client=client, logger=logger)

    @app.view(FORM)
    def submit(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
        with sessions() as session:
            author = session.scalars(_author(body)).one()
            staff = session.scalars(_staff(author)).all()
            session.scalars(_same_pupil(author, body)).all()
            told = _stored(session, author, staff, body)
            session.commit()
        ack(response_action="update", view=SAVED)
        for user, message in told:
            client.chat_postMessage(channel=user, **message)

    flask, handler = Flask("peer"), SlackRequestHandler(app)

    @flask.post(EVENTS)
    def events() -> Response:
        return handler.handle(request)

    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    WSGIRequestHandler.log_request = lambda *_: None  # type: ignore[method-assign]
    make_server("127.0.0.1", port, flask, threaded=True).serve_forever()


def asynchronous(port: int, url: str, slack: str) -> None:
    """Asynchronous Bolt with the asynchronous ORM, on uvicorn."""
    _made(url).dispose()
    engine = create_async_engine(make_url(url).set(drivername="sqlite+aiosqlite"))
    event.listen(engine.sync_engine, "connect", _durable)
    sessions, logger = async_sessionmaker(engine, expire_on_commit=False), quiet_logger()

    async def authorize() -> AuthorizeResult:
        return IDENTITY

    client = AsyncWebClient(base_url=f"{slack}/api/", logger=logger)
    app = AsyncApp(signing_secret=SECRET, authorize=authorize, client=client, logger=logger)

    @app.view(FORM)
    async def submit(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        async with sessions() as session:
            author = (await session.scalars(_author(body))).one()
            staff = (await session.scalars(_staff(author))).all()
            (await session.scalars(_same_pupil(author, body))).all()
            told = _stored(session, author, staff, body)
            await session.commit()
        await ack(response_action="update", view=SAVED)
        for user, message in told:
            await client.chat_postMessage(channel=user, **message)

    asyncio.run(listen(cast(ASGIApp, AsyncSlackRequestHandler(app, path=EVENTS)), "127.0.0.1", port))


def durable(port: int, path: str) -> None:
    """The reference for an acknowledgement: bare Bolt, the form read, and one row committed durably before `ack()`."""
    connection, logger = sqlite3.connect(path, isolation_level=None, check_same_thread=False), quiet_logger()
    _durable(connection, None)
    connection.execute("CREATE TABLE submissions (view TEXT PRIMARY KEY, body TEXT)")

    async def authorize() -> AuthorizeResult:
        return IDENTITY

    client = AsyncWebClient(base_url="https://127.0.0.1:9/api/", logger=logger)
    app = AsyncApp(
        signing_secret=SECRET, authorize=authorize, client=client, logger=logger, process_before_response=True
    )

    @app.view(FORM)
    async def submit(ack: AsyncAck, body: dict[str, Any]) -> None:
        row = (body["view"]["id"], json.dumps(answers_of(body["view"]["state"]["values"])))
        await asyncio.to_thread(connection.execute, "INSERT INTO submissions VALUES (?, ?)", row)
        await ack(response_action="update", view=SAVED)

    asyncio.run(listen(cast(ASGIApp, AsyncSlackRequestHandler(app, path=EVENTS)), "127.0.0.1", port))


def _author(body: dict[str, Any]) -> Select[Member]:
    return select(Member).where(Member.user == body["user"]["id"])


def _staff(author: Member) -> Select[Member]:
    return select(Member).where(Member.school == author.school)


def _same_pupil(author: Member, body: dict[str, Any]) -> Select[Case]:
    answers = answers_of(body["view"]["state"]["values"])
    return select(Case).where(Case.school == author.school, Case.last_name == answers["last_name"])


def _stored(
    session: Session | AsyncSession, author: Member, staff: Sequence[Member], body: dict[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """Add the case and its entry to the session; return the messages, with whom each is for."""
    answers, now = answers_of(body["view"]["state"]["values"]), datetime.now(UTC)
    text, pupil = str(answers["what"]), (str(answers["first_name"]), str(answers["last_name"]))
    hints.third_persons(text, pupil=pupil, known_names=[one.name for one in staff])
    hints.hedges(text)
    case = Case(code=secrets.token_hex(4), school=author.school, step="signals", opened_at=now, group="5")
    case.first_name, case.last_name = pupil
    session.add(Entry(case=case, author=author, view=body["view"]["id"], answers=answers, written_at=now))
    return [(one.user, _message(case)) for one in staff if one.role in TOLD]


def _message(case: Case) -> dict[str, Any]:
    words = f"Dossier {case.code}: er is een signaal doorgegeven."
    button = {"type": "button", "action_id": "open", "text": {"type": "plain_text", "text": "Dossier openen"}}
    section = {"type": "section", "text": {"type": "mrkdwn", "text": words}}
    return {"text": words, "blocks": [section, {"type": "actions", "elements": [{**button, "value": case.code}]}]}


def _made(url: str) -> Engine:
    """The engine, with its tables and the same schools."""
    engine = create_engine(make_url(url))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _durable)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        people = [(number, role) for number in range(SCHOOLS) for role in ROLES]
        session.add_all(
            Member(user=member(role, number), school=number, role=role, name=f"Lid {role}") for number, role in people
        )
        session.commit()
    return engine


def _durable(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
