"""A plan says what a school calls its roles: wherever a case of that plan names one (G1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.documents.access_table import as_text
from handlers.i18n import texts
from handlers.i18n.catalogues import sentences, use_language
from handlers.platform import limits
from handlers.views.case import case_modal
from handlers.views.forms import form_modal
from handlers.views.home import home_view
from handlers.views.messages.told import Lookup, render
from handlers.views.saved import saved_modal
from handlers.views.staff.roles import roles_modal
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.application.messages.base import Payload
from meldcode.application.messages.cases import CaseWithoutHolder, Recorded
from meldcode.application.staff.roles import see_roles
from meldcode.domain.errors import Refused
from meldcode.domain.plan.file import PLANS, WrongPlan, parse_plan
from meldcode.domain.plan.model import Plan
from meldcode.domain.plan.roles import Role
from meldcode.domain.plan.translation import in_language
from storage.repositories.messages.payloads import decode
from tests.meldcode.playing import KARIN, MEHMET, SANNE, Play, new_play

USUAL, LONG, SHORT = "IB-er/zorgcoördinator", "intern begeleider", "ib"
NAMES = f"role_names: {{care_coordinator: {{name: {LONG}, short: {SHORT}}}, school_leader: directeur}}\n"
ENGLISH = {LONG: "learning support lead", SHORT: "support", "directeur": "head"}


def renamed() -> str:
    text = (PLANS / "heutink.yaml").read_text(encoding="utf-8")
    words = "".join(f'    "{dutch}": "{english}"\n' for dutch, english in ENGLISH.items())
    text = text.replace("plan: heutink", "plan: eigen", 1)
    text = text.replace("\noutcomes:\n", f"\n{NAMES}outcomes:\n", 1)
    return text.replace("translations:\n  en:\n", f"translations:\n  en:\n{words}", 1)


@pytest.fixture
def own(empty_database: Path, tmp_path: Path) -> Iterator[Play]:
    """The school on a plan with names of its own."""
    playing = new_play(empty_database, tmp_path, renamed())
    yield playing
    playing.engine.dispose()


def words(shown: object) -> str:
    """What the program says itself; sentences of the plan are the plan's."""
    return re.sub(
        r"IB-er of zorgcoördinator|IB-er of vertrouwenspersoon", "", str(shown).replace("\N{NON-BREAKING HYPHEN}", "-")
    )


def rendered(play: Play, payload: Payload) -> str:
    with play.transaction() as uow:
        known = Lookup(lambda *_: play.plan, uow.staff.get, uow.staff.school, play.plan, play.now.date())
        return words(render(payload, known))


def test_screens_and_messages_of_a_case_use_them(own: Play) -> None:
    played = own.signal(by=SANNE)
    shown = {
        "saved": saved_modal(played.saved),
        "form": form_modal(own.form("handed_over", by=SANNE)),
        "case": case_modal(own.opens(KARIN)),
    }
    for name, view in shown.items():
        assert LONG in words(view) and USUAL not in words(view), name
    assert f"(leerkracht, {SHORT}, vertrouwenspersoon)" in words(shown["case"]), "the list of steps is short"
    messages = [decode(row.kind, row.payload) for row in own.messages()]
    said = [rendered(own, one) for one in messages if isinstance(one, Recorded)]
    assert LONG in words(said) and USUAL not in words(said)


def test_the_logbook_names_an_author_by_the_short_one(own: Play) -> None:
    own.signal(by=SANNE)
    own.record("taken_up", by=KARIN)
    assert f"door Karin Visser ({SHORT})" in words(case_modal(own.opens(SANNE)))


def test_a_refusal_uses_them(own: Play) -> None:
    own.signal(by=SANNE)
    with pytest.raises(Refused) as refused:
        own.form("taken_up", by=SANNE)
    assert LONG in texts.refusal(refused.value)


def test_a_case_without_a_holder_uses_them_and_an_older_message_does_not(own: Play) -> None:
    own.signal(by=MEHMET)
    missing = (Role.CARE_COORDINATOR,)
    new = rendered(own, CaseWithoutHolder(own.code, missing, own.plan.plan, own.plan.version))
    old = rendered(own, CaseWithoutHolder(own.code, missing))
    assert (LONG in words(new), USUAL in words(old)) == (True, True)


def test_the_access_table_uses_them(own: Play) -> None:
    assert LONG.upper() in as_text(own.plan)


def test_they_are_translated_with_the_plan() -> None:
    plan = parse_plan(renamed(), "p.yaml")
    with use_language("en"):
        assert texts.role(Role.CARE_COORDINATOR, in_language(plan, "en")) == ENGLISH[LONG]
    with pytest.raises(WrongPlan, match="has no translation into 'en'"):
        parse_plan(renamed().replace(f'    "{LONG}": "{ENGLISH[LONG]}"\n', ""), "p.yaml")


@pytest.mark.parametrize(
    "names", ["{boss: baas}", "{teacher: {plural: meesters}}", f"{{teacher: {'x' * 41}}}", "{teacher: ''}"]
)
def test_a_wrong_name_is_refused(names: str) -> None:
    with pytest.raises(WrongPlan, match="role_names"):
        parse_plan(renamed().replace(NAMES, f"role_names: {names}\n"), "p.yaml")


def test_a_role_without_one_has_that_of_the_program() -> None:
    plan: Plan = parse_plan(renamed(), "p.yaml")
    assert texts.roles([Role.TEACHER, Role.SCHOOL_LEADER], plan) == "leerkracht of directeur"
    assert texts.role(Role.SCHOOL_LEADER, plan, is_short=True) == "directeur"


def test_screens_that_are_about_no_case_use_them_too(own: Play) -> None:
    own.signal(by=SANNE)
    with own.transaction() as uow:
        karin = actor_of(uow, KARIN.identity)
        home = home_view(overview(uow, karin, limits.HOME, own.now))
        held = roles_modal(see_roles(uow, karin, "", 10, own.now))
    assert LONG in words(home) and USUAL not in words(home)
    assert f"*{LONG}*" in words(held)


def test_no_sentence_names_a_role_for_which_a_plan_has_a_name_of_its_own() -> None:
    named = {code for code, sentence in sentences("nl").items() if "IB-er/zorgcoördinator" in sentence}
    assert named == {"role_care_coordinator"}


def test_the_steps_in_which_a_role_reads_are_a_range_and_no_list() -> None:
    national, source = (parse_plan((PLANS / f"{name}.yaml").read_text(), name) for name in ("landelijk", "heutink"))
    assert texts.reads_when(national, Role.CONFIDANT) == "in stap 1 tot en met 4"
    assert texts.reads_when(source, Role.CONFIDANT) == "in stap 1 en 2"
