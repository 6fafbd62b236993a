"""The question whether it is the same pupil, and moving a signal, as people click through them."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.platform.forms.form_state import SAME_AS
from practice.model import View
from tests.on_screen import blocks_of, buttons_of, typed_in, words_of
from tests.running import (
    JORIS,
    KARIN,
    LINDE,
    MEHMET,
    SANNE,
    Running,
    School,
    Transport,
    linde_with,
    person,
    running,
    signal,
)

pytestmark = pytest.mark.rule("G10")
FIRST, SECOND = signal(what="Een blauwe plek."), signal(what="Volgens mij sliep hij slecht.", Groep="6")
QUESTION = "Is dit dezelfde leerling?"
OTHERS = [someone for someone in LINDE["people"] if someone["slack"] not in (SANNE, MEHMET)]
BOTH_GROUPS: School = linde_with(person(SANNE, "Sanne de Boer", "teacher", groups=["5", "6"]), *OTHERS)


async def both_reported(school: Running) -> tuple[str, View]:
    """Sanne reports one Sem and then another; the code of the first case, and the question."""
    await school.report(SANNE, FIRST)
    await school.sent()
    shown = await school.report(SANNE, SECOND)
    return school.codes(KARIN)[0], shown


@pytest.mark.parametrize("transport", ["http", "socket"])
async def test_another_pupil_is_asked_about_and_then_read_over_and_stored_apart(
    tmp_path: Path, transport: Transport
) -> None:
    async with running(tmp_path, transport=transport, schools=[BOTH_GROUPS]) as school:
        first, shown = await both_reported(school)
        assert QUESTION in words_of(shown) and f"Groep 5, dossier {first}" in words_of(shown)
        assert "Sem" not in str(shown.payload["private_metadata"])
        answer = await school.actor(SANNE).fill(shown, **{QUESTION: "Nee, dit is een andere leerling"})
        assert answer.ok
        review = school.modal(SANNE)
        assert review.payload["callback_id"] == "review"
        await school.actor(SANNE).submit(review, {})
        assert "Opgeslagen" in school.modal(SANNE).payload["title"]["text"]
        await school.sent()
        assert len(school.codes(KARIN)) == 2


async def test_the_same_pupil_keeps_one_case_with_what_was_typed(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[BOTH_GROUPS]) as school:
        first, shown = await both_reported(school)
        await school.actor(SANNE).fill(shown, **{QUESTION: "Ja: Sem Bakker"})
        await school.actor(SANNE).submit(school.modal(SANNE), {})
        await school.sent()
        assert school.codes(KARIN) == [first]
        case = await school.open_case(KARIN, first)
        assert "Sem Bakker, groep 5" in words_of(case) and "Groep*\n6" in words_of(case)


async def test_what_was_typed_can_be_changed_before_the_question_is_answered(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[BOTH_GROUPS]) as school:
        first, shown = await both_reported(school)
        await school.press(SANNE, shown, "Aanpassen")
        form = school.modal(SANNE)
        assert typed_in(form)["Groep"] == "6"
        await school.actor(SANNE).fill(form, Groep="5")
        await school.actor(SANNE).submit(school.modal(SANNE), {})
        await school.sent()
        assert school.codes(KARIN) == [first]


async def test_the_iber_moves_a_signal_to_its_own_case(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[BOTH_GROUPS]) as school:
        first, shown = await both_reported(school)
        await school.actor(SANNE).fill(shown, **{QUESTION: "Ja: Sem Bakker"})
        await school.actor(SANNE).submit(school.modal(SANNE), {})
        case = await school.open_case(KARIN, first)
        buttons = [
            e for block in blocks_of(case) for e in block.get("elements", []) if "move2" in str(e.get("action_id"))
        ]
        await school.actor(KARIN).click(case, buttons[0]["action_id"])
        form = school.modal(KARIN)
        assert (typed_in(form)["Voornaam"], typed_in(form)["Groep"]) == ("Sem", "6")
        answer = await school.actor(KARIN).fill(form, **{"Waarom hoort het niet in dit dossier?": "Een ander kind."})
        assert answer.ok
        await school.sent()
        [second] = set(school.codes(JORIS)) - {first}
        assert second not in school.codes(KARIN), "it was she who moved it"
        left, there = await school.open_case(KARIN, first), await school.open_case(KARIN, second)
        assert "sliep hij slecht" in words_of(there) and "Sem Bakker, groep 6" in words_of(there)
        assert "sliep hij slecht" not in words_of(left) and f"Dossier {second}" in words_of(left)
        assert "Verplaatsen" not in buttons_of(left), "the only signal that is left stays"
        assert f"Dossier {second}" not in words_of(await school.open_case(SANNE, first))


async def test_nothing_typed_is_lost_when_the_question_is_not_answered(tmp_path: Path) -> None:
    async with running(tmp_path, schools=[BOTH_GROUPS]) as school:
        _, shown = await both_reported(school)
        said = await school.send(school.submission(SANNE, shown))
        assert said["view"]["callback_id"] == "which-pupil"
        assert SAME_AS in str(said["view"]["blocks"])
