"""What stands on screen of a case that was played: in a list of cases, in its logbook, in the form that opens one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from handlers.i18n.catalogues import DUTCH, ENGLISH, use_language
from handlers.platform import limits
from handlers.platform.limits import LOGBOOK_ENTRIES as ENTRIES
from handlers.views.case import case_modal
from handlers.views.home import case_list
from handlers.views.logbook import logbook
from meldcode.application.actor import actor_of
from meldcode.application.cases.open_form import signal_form
from meldcode.application.home import Overview, overview
from meldcode.domain.worklist import Section
from tests.meldcode.playing import FATIMA, KARIN, MEHMET, SANNE, SOURCE_PLAN, Actor, Play, new_play
from tests.on_screen import read

CODE = re.compile(r"\d\d-[A-Z0-9]{4}")


def overview_of(play: Play, actor: Actor) -> Overview:
    with play.transaction() as uow:
        return overview(uow, actor_of(uow, actor.identity), limits.HOME, play.now)


def as_json(blocks: Iterable[object]) -> str:
    return read(json.dumps([*blocks], ensure_ascii=False))


@pytest.mark.rule("G3")
@pytest.mark.parametrize(
    ("language", "telltales"), [(DUTCH, r"ander|samen|bij elkaar|gevoegd"), (ENGLISH, r"other|join|merge|together|add")]
)
def test_whose_case_was_joined_to_another_is_not_told_that_there_is_another(
    play: Play, language: str, telltales: str
) -> None:
    first, second = play.signal().code, play.signal(by=MEHMET).code
    play.joins(KARIN, first, second)
    with use_language(language):
        overview = overview_of(play, MEHMET)
        shown = as_json(case_list(overview))
    assert [row.section for row in overview.rows] == [Section.JOINED]
    assert {*CODE.findall(shown)} == {second}
    assert not re.search(telltales, shown.replace("Meldwijzer", ""), re.IGNORECASE)


def test_what_is_needed_and_by_when_reads_as_sentences(play: Play) -> None:
    play.signal()
    assert "Nu nodig: Signaal oppakken, uiterlijk vandaag" in as_json(case_list(overview_of(play, KARIN)))
    play.reach("consult")
    assert "Nu nodig: Overleg vastleggen, uiterlijk maandag 9 maart" in as_json(case_list(overview_of(play, KARIN)))
    play.calls_in(FATIMA)
    [following] = overview_of(play, FATIMA).rows
    assert following.record is None
    assert "\\nHier is nu een ander aan de beurt, uiterlijk maandag 9 maart" in as_json(
        case_list(overview_of(play, FATIMA))
    )
    play.reach("talk")
    question = "Nu nodig: Kan een gesprek gevaar opleveren? Uiterlijk maandag 16 maart"
    assert question in as_json(case_list(overview_of(play, KARIN)))


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("count", [1, ENTRIES, ENTRIES + 1, 2 * ENTRIES, 2 * ENTRIES + 3])
def test_the_pages_of_a_logbook_hold_every_entry_once_and_the_last_is_full(play: Play, count: int) -> None:
    for _ in range(count):
        play.signal()
    view, pages = play.opens(KARIN), -(-count // ENTRIES)
    shown = [re.findall(r"\*(\d+)\. Signaal", as_json(logbook(view, page))) for page in range(pages)]
    assert [int(number) for page in shown for number in page] == [*range(1, count + 1)]
    assert len(shown[-1]) == min(count, ENTRIES)
    assert logbook(view, None) == logbook(view, pages - 1)
    if pages > 1:
        assert f"Regels {count - ENTRIES + 1} tot {count} van {count}" in as_json(logbook(view, None))


def test_the_teachers_group_is_filled_in_whatever_the_plan_calls_it(empty_database: Path, tmp_path: Path) -> None:
    document = SOURCE_PLAN.read_text(encoding="utf-8").replace("id: group,", "id: class_of,")
    document = document.replace("plan: heutink\n", "plan: other\n", 1)
    play = new_play(empty_database, tmp_path, document)
    play.misses(SANNE)
    play.employs(replace(SANNE, groups=("5",)))
    with play.transaction() as uow:
        form = signal_form(uow, actor_of(uow, SANNE.identity), "", play.now)
    assert form.initial["class_of"] == "5"
    play.engine.dispose()


def test_what_is_rarely_done_stands_in_menus_that_have_a_name(play: Play) -> None:
    play.reach("talk")
    blocks = case_modal(play.opens(KARIN))["blocks"]
    menus = {b["text"]["text"]: b["accessory"] for b in blocks if b.get("accessory", {}).get("type") == "overflow"}
    assert not [b for b in blocks if b["type"] == "actions" and any(e["type"] == "overflow" for e in b["elements"])]
    options = {name: [option["text"]["text"] for option in menu["options"]] for name, menu in menus.items()}
    assert list(options) == ["Meer vastleggen", "Dit dossier", "Wie er bij dit dossier horen"]
    assert "Overdragen" in options["Wie er bij dit dossier horen"]
    assert "Dossier meegeven" in options["Dit dossier"]
