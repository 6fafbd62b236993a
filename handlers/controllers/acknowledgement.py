"""What a request is acknowledged with: never more than Socket Mode carries.

Slack drops a larger response without a word, and the person waits for nothing. So a small answer goes first, and the
rest follows with a call that may be large.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

from handlers.i18n.texts import text
from handlers.platform import limits
from handlers.platform.reply import reply
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views import blocks as b

Answer = dict[str, Any]


def acknowledgement(services: Services, request: Request, answer: Answer) -> Answer:
    """Return the answer, or a smaller one that it follows after."""
    if len(json.dumps(answer)) <= limits.ANSWER:
        return answer
    if "view" in answer:
        return _waiting(services, answer)
    if "errors" in answer:
        return answer | {"errors": _first_that_fit(answer["errors"])}
    services.later(reply(services, request, answer))
    return {}


def _waiting(services: Services, answer: Answer) -> Answer:
    """Show a modal that waits, and then the view in its place."""
    view, external_id = answer["view"], secrets.token_hex(12)
    kept = {name: view[name] for name in ("type", "title", "close", "clear_on_close") if name in view}
    waiting = {**kept, "external_id": external_id, "blocks": [b.section(text("answer_waiting"))]}
    failed = {**kept, "blocks": [b.section(text("answer_failed"))]}
    services.show_instead(external_id, view, failed)
    return answer | {"view": waiting}


def _first_that_fit(errors: dict[str, str]) -> dict[str, str]:
    """The remarks at the first fields, which come last; the others are shown when these are put right."""
    kept = dict(errors)
    while len(kept) > 1 and len(json.dumps(kept)) > limits.ANSWER // 2:
        del kept[next(iter(kept))]
    return kept
