"""The reasons that a plan gives for a refusal, in its own words; the other tests know them by their codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from meldcode.domain.errors import Problem
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.file import load_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from tests.meldcode.playing import code_of

PLANS = {path.stem: load_plan(path) for path in shipped_plans()}
REASONS = [
    ("heutink", "confirmation", "", "not_yet S4.3", "Er is nog geen besluit voorgesteld."),
    (
        "heutink",
        "confirmation",
        "agreed",
        "check S4.9",
        "Bij gevaar of twijfel kan niet melden alleen als Veilig Thuis dat adviseerde. Bel 0800-2000 en "
        "leg het advies eerst vast.",
    ),
    (
        "heutink",
        "consultation",
        "present",
        "present S2.1",
        "Bij dit overleg zijn de leerkracht en de IB-er, zorgcoördinator of vertrouwenspersoon aanwezig.",
    ),
    ("heutink", "leader_told", "", "not_yet S4.1", "Leg eerst jullie weging vast."),
    (
        "heutink",
        "leader_told",
        "discussed_by",
        "present S4.2",
        "De leerkracht en de IB-er of zorgcoördinator bespreken dit met de schoolleider.",
    ),
    ("heutink", "parent_told", "", "not_yet S4.8", "Leg eerst de melding vast."),
    (
        "heutink",
        "parent_told",
        "told_by",
        "present S4.8",
        "De schoolleider en de IB-er of zorgcoördinator doen dit samen.",
    ),
    ("heutink", "parents_talk", "appointment_1_what", "check S3.6", "Schrijf op wat jullie hebben afgesproken."),
    (
        "heutink",
        "parents_talk",
        "parents_present",
        "absent S3.5",
        "De leerkracht is hier niet bij, zodat het contact met de ouders in stand blijft. Praat zonder de leerkracht.",
    ),
    (
        "heutink",
        "parents_talk",
        "parents_present",
        "present S3.5",
        "De IB-er of zorgcoördinator en de schoolleider voeren samen het gesprek met de ouders.",
    ),
    ("heutink", "proposal", "", "not_yet S4.2", "Bespreek de weging eerst met de schoolleider en leg dat vast."),
    (
        "heutink",
        "proposal",
        "contact_allowed",
        "check S4.5",
        "Niet melden kan volgens jullie stappenplan alleen als de school contact met de hulpverlening mag houden.",
    ),
    (
        "heutink",
        "proposal",
        "decision",
        "check S4.9",
        "Bij gevaar of twijfel kan niet melden alleen als Veilig Thuis dat adviseerde. Bel 0800-2000 en "
        "leg het advies eerst vast.",
    ),
    (
        "heutink",
        "proposal",
        "help_accepted",
        "check S4.5",
        "Niet melden kan volgens jullie stappenplan alleen als de ouders hulpverlening toelaten.",
    ),
    (
        "heutink",
        "proposal",
        "unsafe_now",
        "check S4.9",
        "Bij gevaar of twijfel kan niet melden alleen als Veilig Thuis dat adviseerde. Bel 0800-2000 en "
        "leg het advies eerst vast.",
    ),
    (
        "heutink",
        "safety",
        "safety_by",
        "present S3.2",
        "De leerkracht en de IB-er of zorgcoördinator schatten samen in of de leerling het gesprek aankan.",
    ),
    ("heutink", "safety", "why_pupil", "required", "Schrijf op waarom jullie hiervoor kiezen."),
    ("heutink", "safety", "with_whom", "required", "Schrijf op met wie de leerling praat (de rol)."),
    (
        "heutink",
        "pupil_talk",
        "",
        "not_yet S3.2",
        "Schat eerst in of een gesprek veilig is, en of de leerling het aankan.",
    ),
    (
        "heutink",
        "pupil_talk",
        "pupil_present",
        "present S3.3",
        "De leerkracht en de IB-er of zorgcoördinator voeren het gesprek met de leerling.",
    ),
    (
        "heutink",
        "reported",
        "reporter",
        "present S4.3",
        "De IB-er of zorgcoördinator of de schoolleider doet de melding.",
    ),
    ("heutink", "reported", "reporter", "required", "De school meldt nooit anoniem. Kies wie van school meldt."),
    (
        "heutink",
        "reported",
        "reporter_role",
        "required",
        "De school meldt nooit anoniem. Schrijf de functie van de melder op.",
    ),
    (
        "heutink",
        "talk_agreed",
        "gone_agreed",
        "took_part S3.7",
        "Dit bevestigt de collega die ook bij het gesprek met de ouders was.",
    ),
    (
        "heutink",
        "watch_end",
        "end_by",
        "present S4.6",
        "De IB-er of zorgcoördinator en de schoolleider besluiten dit samen.",
    ),
    ("heutink", "weighing", "weighed_by", "present S4.1", "De leerkracht en de IB-er of zorgcoördinator wegen samen."),
    ("landelijk", "confirmation", "", "not_yet S4.3", "Er is nog geen besluit voorgesteld."),
    ("landelijk", "consultation", "advice", "check", "Schrijf op welk advies jullie kregen."),
    (
        "landelijk",
        "consultation",
        "present",
        "present",
        "De leerkracht overlegt met de IB-er of zorgcoördinator, de aandachtsfunctionaris, de vertrouwenspersoon of "
        "de schoolleider.",
    ),
    (
        "landelijk",
        "proposal",
        "decision",
        "check_1 S4.9",
        "Jullie twijfelden bij het wegen. Niet melden kan dan alleen als Veilig Thuis dat adviseerde.",
    ),
    (
        "landelijk",
        "proposal",
        "decision",
        "check_2 S4.9",
        "Volgens jullie stappenplan meldt de school dan altijd. Kijken jullie er na een gesprek met Veilig Thuis "
        "anders naar? Verander dan je antwoord op afweging 2.",
    ),
    (
        "landelijk",
        "proposal",
        "decision",
        "check_1 S3.4",
        "De leerling vertelde zelf dat het thuis niet veilig is. Volgens jullie stappenplan meldt de school "
        "dat altijd.",
    ),
    (
        "landelijk",
        "proposal",
        "decision",
        "check_3 S4.9",
        "Bij twijfel kan niet melden alleen als Veilig Thuis dat adviseerde. Bel "
        "0800-2000 en leg het advies over dit besluit eerst vast.",
    ),
    (
        "landelijk",
        "proposal",
        "help_able",
        "check_2",
        "Dit besluit kan alleen als jullie passende hulp kunnen bieden of regelen.",
    ),
    (
        "landelijk",
        "proposal",
        "help_accepted",
        "check_2",
        "Dit besluit kan alleen als de betrokkenen meewerken aan de hulp.",
    ),
    (
        "landelijk",
        "proposal",
        "help_lasts",
        "check_2",
        "Niet melden kan volgens jullie stappenplan alleen als de hulp tot blijvende veiligheid leidt.",
    ),
    ("landelijk", "reported", "reporter", "required", "De school meldt nooit anoniem. Kies wie van school meldt."),
    (
        "landelijk",
        "reported",
        "reporter_role",
        "required",
        "De school meldt nooit anoniem. Schrijf de functie van de melder op.",
    ),
    ("landelijk", "talk_plan", "why_plan", "check S3.1", "Schrijf op waarom een gesprek niet veilig is."),
    ("landelijk", "talk_plan", "why_plan", "check", "Schrijf op waarom jullie niet met allebei praten."),
    (
        "landelijk",
        "watch_end",
        "end_by",
        "present",
        "De IB-er of zorgcoördinator en de schoolleider besluiten dit samen.",
    ),
    (
        "landelijk",
        "weighing",
        "still_suspected",
        "check S4.9",
        "Bij twijfel blijft het dossier open. Vraag eerst advies aan Veilig Thuis.",
    ),
    (
        "landelijk",
        "weighing",
        "weighed_by",
        "present S4.1",
        "De leerkracht weegt niet alleen. Doe dit met de IB-er of zorgcoördinator, aandachtsfunctionaris, "
        "vertrouwenspersoon of schoolleider.",
    ),
]


def reasons_of(plan: Plan) -> Iterator[tuple[str, str, str, str]]:
    """Each reason with its action, the field at which it stands, and its code."""
    for action in plan.records.values():
        for field, code, rule, reason in _reasons_in(action):
            yield action.id, field, code_of(plan, Problem(field, code, reason, rule)), reason


def _reasons_in(action: ActionSpec) -> Iterator[tuple[str, str, str, str]]:
    yield from (("", "not_yet", need.rule, need.reason) for need in action.needs)
    yield from ((field.id, "required", "", field.missing) for field in action.fields if field.missing)
    yield from ((check.at, "", check.rule, check.reason) for check in action.checks)
    for presence in action.present:
        yield presence.field, "", presence.rule, presence.reason
        if presence.none_of_reason:
            yield presence.field, "", presence.rule, presence.none_of_reason
    if action.took_part:
        yield action.took_part.at, "", action.took_part.rule, action.took_part.reason


@pytest.mark.parametrize("plan", PLANS)
def test_the_plan_says_in_its_own_words_why_not(plan: str) -> None:
    expected = {tuple(row) for name, *row in REASONS if name == plan}
    assert expected
    assert expected - set(reasons_of(PLANS[plan])) == set()


@pytest.mark.parametrize("plan", PLANS)
def test_a_code_stands_for_one_reason(plan: str) -> None:
    codes = Counter((action, field, code) for action, field, code, _ in set(reasons_of(PLANS[plan])))
    assert {code: times for code, times in codes.items() if times > 1} == {}
