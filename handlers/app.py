"""The Bolt app: one listener for each kind of request, with the controller that answers it.

A controller reads the request, runs one use case and shows the outcome. If that raises, `_answered` shows the problem:
the sentence of a refusal or of an invalid form, and for any other error a reference code (`platform/errors.py`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.authorization.async_authorize import AsyncCallableAuthorize
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.error import BoltUnhandledRequestError
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from handlers.controllers import buttons, commands, deputies, direct_messages
from handlers.controllers.acknowledgement import acknowledgement
from handlers.controllers.forms import drafts, submissions
from handlers.controllers.install import removed
from handlers.i18n.catalogues import use_language
from handlers.i18n.texts import text
from handlers.platform.errors import log_error
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.platform.slack_errors import SECOND_CLICK, code_of
from meldcode.domain.errors import Invalid, Refused

Handler = Callable[[Services, Request], Awaitable[Any]]
ANYTHING = re.compile("")


def build_app(services: Services, *, signing_secret: str, oauth_flow: AsyncOAuthFlow | None = None) -> AsyncApp:
    """Return the app. It makes no call to Slack to authorize a request.

    With `oauth_flow` it can be installed in several workspaces.
    """

    async def authorize(team_id: str | None) -> AuthorizeResult | None:
        return await services.workspaces.authorize(team_id)

    app = AsyncApp(
        name="meldwijzer-slack",  # not ours: Bolt changes its level. Without one it inspects the stack, 44 ms
        signing_secret=signing_secret,
        client=AsyncWebClient(base_url=services.client.base_url),
        authorize=AsyncCallableAuthorize(logger=quiet_logger(), func=authorize),  # type: ignore[arg-type]  # None: no
        oauth_flow=oauth_flow,
        user_facing_authorize_error_message=text("workspace_unknown"),
        logger=quiet_logger(),
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        attaching_conversation_kwargs_enabled=False,
    )
    _add_listeners(app, services)
    return app


def quiet_logger() -> logging.Logger:
    """Return the logger for Bolt and the SDK. Below WARNING they log whole request bodies (promise 4)."""
    logging.getLogger("slack_sdk").setLevel(logging.WARNING)
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_is_true)
    return logger


def _is_true(record: logging.LogRecord) -> bool:
    """Bolt says of a token in the environment that it is not used, for it does not know that we do.

    The rest is logged without a traceback: the program says what it means and what to do.
    """
    record.exc_info = record.exc_text = None
    return "`token` will be unused" not in record.getMessage()


def _add_listeners(app: AsyncApp, services: Services) -> None:
    listen = _listener(services)
    app.command(ANYTHING)(listen(commands.run_command, commands.show_command_problem))
    app.shortcut(ANYTHING)(listen(commands.open_shortcut, commands.show_command_problem))
    app.action(ANYTHING)(listen(buttons.press_button, buttons.show_button_problem))
    app.view(ANYTHING)(listen(submissions.submit_form, submissions.show_form_problem))
    app.view_closed(ANYTHING)(listen(drafts.form_closed, _no_problem))
    app.event("app_home_opened")(listen(buttons.show_home, buttons.show_home_problem))
    app.event("message")(listen(direct_messages.answer_direct_message, _no_problem))
    app.event("user_change")(listen(deputies.leave_or_return, _no_problem))
    app.event(re.compile("^(app_uninstalled|tokens_revoked)$"))(_removal(services))
    app.error(_unhandled)


def _listener(services: Services) -> Any:
    def listen(handler: Handler, show_problem: Callable[[Services, Request, str], Awaitable[Any]]) -> Any:
        async def listener(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
            request = Request(body)
            who = request.identity
            here = await services.at(who, context.team_id)
            with use_language(here.language):
                answer = await _answered(here, request, handler, show_problem)
                if isinstance(answer, dict):
                    answer = acknowledgement(here, request, answer)
            if services.languages.may_ask(who):
                services.later(services.languages.learn(who))
            await ack(**answer) if isinstance(answer, dict) else await ack()

        return listener

    return listen


def _removal(services: Services) -> Any:
    """Answer the removal of the app from a workspace, for which there is no client any more."""

    async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
        await removed(services, Request(body))
        await ack()

    return listener


async def _answered(services: Services, request: Request, handler: Handler, show_problem: Any) -> Any:
    try:
        return await _unless_clicked_before(handler(services, request))
    except (Refused, Invalid) as refused:
        problem: Refused | Invalid | str = refused
    except Exception as error:
        problem = log_error(error, request.kind)
    return await _unless_clicked_before(show_problem(services, request, problem))


async def _unless_clicked_before(work: Awaitable[Any]) -> Any:
    """Return what this returns; nothing if a first click showed what was asked for, or why it is refused."""
    try:
        return await work
    except SlackApiError as error:
        if code_of(error) in SECOND_CLICK:
            return None
        raise


async def _no_problem(_services: Services, _request: Request, _problem: object) -> None:
    """Show nothing: nobody waits for an answer, and the log has the error."""


async def _unhandled(error: Exception) -> BoltResponse:
    if not isinstance(error, BoltUnhandledRequestError):
        log_error(error, "request")
        return BoltResponse(status=500, body="")
    return BoltResponse(status=404, body="")
