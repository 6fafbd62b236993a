"""Requests about finding pupils: search and lists, one pupil's history, two cases that belong together (G10, G11)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from handlers.controllers.commands import last_page
from handlers.platform import limits
from handlers.platform.forms.form_state import answers_of
from handlers.platform.request import Request
from handlers.platform.services import Services
from handlers.views.blocks import View
from handlers.views.forms import form_modal
from handlers.views.pupils import search as shown
from handlers.views.pupils.history import history_modal
from handlers.views.pupils.two_cases import MERGE, OTHER, WHAT, choose_case_modal, find_other_modal, together_modal
from meldcode.application.cases import open_form
from meldcode.application.cases.joining import merge
from meldcode.application.finding import history, search, two_cases
from meldcode.domain.case.state import Answers, Status
from meldcode.domain.errors import Invalid, Problem, Refused
from meldcode.domain.plan.effects import Version
from meldcode.domain.plan.forms import Meaning

Answer = dict[str, Any]
NO_TYPED_YEAR = 4


async def open_search(services: Services, request: Request) -> None:
    """Open the empty search form."""
    await services.client.views_open(trigger_id=request.trigger_id, view=shown.search_modal({}))


async def list_own(services: Services, request: Request) -> None:
    """Show the open cases that this person may read, with names; another page replaces it."""
    query = search.Query(status=Status.OPEN)
    found = await services.execute_once(search.find_cases, request, query, _page(request), limits.FOUND_CASES)
    await services.open_in_place(request, shown.names_modal(found))


async def submit_search(services: Services, request: Request) -> Answer:
    """Show what was found below the form."""
    return {"response_action": "update", "view": await _searched(services, request, _typed(request), 0)}


async def turn_search_page(services: Services, request: Request) -> None:
    """Show another page of what was found."""
    view = await _searched(services, request, _typed(request), _page(request))
    await services.client.views_update(view_id=request.view["id"], view=view)


async def open_found(services: Services, request: Request) -> None:
    """Open a case on top of the list that it was found in."""
    await services.open_beside(request, await last_page(services, request, request.value))


async def open_history(services: Services, request: Request) -> None:
    """Show all cases of one pupil."""
    found = await services.execute_once(history.pupil_history, request, request.value)
    await services.open_beside(request, history_modal(found))


async def turn_history_page(services: Services, request: Request) -> None:
    """Show another page of the chronology."""
    asked = request.values()
    found = await services.execute_once(history.pupil_history, request, str(asked.get("case", "")))
    view = history_modal(found, request.number("page") if "page" in asked else None)
    await services.client.views_update(view_id=request.view["id"], view=view)


async def open_parents_copy(services: Services, request: Request) -> None:
    """Open the form that exports a case, with the version for parents chosen."""
    asked = request.values()
    named = str(asked.get("case", "")), str(asked.get("record", ""))
    form = await services.execute_once(open_form.record_form, request, *named, 0)
    version = {form.record.id_of(Meaning.VERSION): Version.FOR_PARENTS.value}
    await services.open_beside(request, form_modal(replace(form, initial={**form.initial, **version})))


async def ask_other_case(services: Services, request: Request) -> None:
    """Ask for the other case."""
    await services.open_beside(request, find_other_modal(request.value))


async def submit_other_case(services: Services, request: Request) -> Answer:
    """Show the cases that the code or the name means."""
    typed = str(_typed(request).get(two_cases.TYPED, ""))
    if not typed:
        raise Invalid([Problem(two_cases.TYPED, "required")])
    found = await services.execute_once(two_cases.find_other_case, request, _case(request), typed, limits.OTHER_CASES)
    return {"response_action": "update", "view": choose_case_modal(found)}


async def submit_two_cases(services: Services, request: Request) -> Answer:
    """Merge the two cases, or link them as those of siblings."""
    answers = _typed(request)
    other, what = str(answers.get(OTHER, "")), str(answers.get(WHAT, ""))
    both = merge.TwoCases(f"{request.submission_key}/{_case(request)}/{other}", _case(request), other)
    do = merge.merge_cases if what == MERGE else two_cases.link_siblings
    code = await services.execute(do, request, both)
    services.wake()
    return {"response_action": "update", "view": together_modal(code, what)}


async def _searched(services: Services, request: Request, typed: Answers, page: int) -> View:
    found = await services.execute_once(search.find_cases, request, _query(typed), page, limits.FOUND_CASES)
    return shown.search_modal(typed, found)


def _query(typed: Answers) -> search.Query:
    """Raises Invalid for a year that is none."""
    name, group, status, year = (str(typed.get(id_, "")) for id_ in (shown.NAME, shown.GROUP, shown.STATUS, shown.YEAR))
    if year and not (year.isdecimal() and len(year) == NO_TYPED_YEAR):
        raise Invalid([Problem(shown.YEAR, "no_year")])
    known = status in set(shown.STATUSES)
    return search.Query(name, group, Status(status) if known else None, int(year) if year else None)


def _page(request: Request) -> int:
    return int(request.value[:6]) if request.value.isdecimal() else 0


def _typed(request: Request) -> Answers:
    return answers_of((request.view.get("state") or {}).get("values") or {})


def _case(request: Request) -> str:
    try:
        return str(json.loads(request.view.get("private_metadata", ""))["case"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused("unknown_action") from error
