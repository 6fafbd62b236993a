"""The dossier on paper: readable by people and by their tools, and the same bytes for the same content."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from handlers.documents import dossier_pdf, typst_pdf
from handlers.documents.dossier_json import dossier_json
from handlers.platform import limits
from handlers.views.case import case_modal
from meldcode.application.actor import actor_of
from meldcode.application.cases.exports.export import answers_of, begin_export
from meldcode.application.cases.exports.exported import Export, ExportPage
from meldcode.application.cases.submission import RecordEntry
from meldcode.domain.plan.effects import Version
from meldcode.domain.plan.file import PLANS
from storage.crypto.keys import open_vault
from storage.crypto.vault import MasterKey
from storage.db.snapshot import snapshot
from storage.integrity.verify import faults
from tests.meldcode.playing import FATIMA, KARIN, SANNE, Play, new_play, staffed_database

LITERAL = "#strong[x] *ja* $x$ `a` \\ <b> @ref // geen commentaar [x] = kop"


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staffed_database(tmp_path_factory.mktemp("papers") / "empty.db")


@pytest.fixture
def play(empty: Path, tmp_path: Path) -> Play:
    return new_play(empty, tmp_path)


def given(play: Play, version: Version = Version.WHOLE) -> Export:
    record = play.plan.records["given"]
    answers = answers_of(record, version, "Veilig Thuis", "Zij vroegen erom.")
    with play.transaction() as uow:
        command = RecordEntry("key", "given", answers, play.code)
        made = begin_export(uow, actor_of(uow, KARIN.identity), command, limits.READ_OVER, play.now)
    assert isinstance(made, Export)
    return made


KEPT = "De tekening ligt in de kluis van de IB-er."
LETTER = "De brief van de huisarts, in het dossier op papier."


@pytest.mark.rule("S1.2")
@pytest.mark.parametrize("name", ["heutink", "landelijk"])
def test_where_a_drawing_letter_or_photo_is_kept_goes_along(empty: Path, tmp_path: Path, name: str) -> None:
    play = new_play(empty, tmp_path, (PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
    play.signal(attachment=KEPT)
    play.record("note", by=SANNE, noted="Er kwam een brief.", noted_attachment=LETTER)
    whole = given(play)
    shown = (
        json.dumps(case_modal(play.opens(KARIN)), ensure_ascii=False),
        " ".join(words_in(dossier_pdf.pdf(whole)).split()),
        json.dumps(dossier_json(whole), ensure_ascii=False),
    )
    assert all(KEPT in words and LETTER in words for words in shown)
    page = for_parents(play)
    to_read = [piece.text for entry in page.entries for piece in entry.pieces]
    assert {KEPT, LETTER} <= {*to_read}, "what the parents get is read over first"


ENDINGS = {
    "mistake": "Het was een vergissing of een dubbel dossier",
    "no_suspicion": "Er is toch geen vermoeden",
    "left_school": "De leerling is van school",
}
NEW_SCHOOL = "De Regenboog in Zwolle"


@pytest.mark.rule("G9")
@pytest.mark.parametrize("name", ["heutink", "landelijk"])
@pytest.mark.parametrize("ends_as", ENDINGS)
def test_a_case_that_ended_otherwise_is_given_and_whole(empty: Path, tmp_path: Path, name: str, ends_as: str) -> None:
    play = new_play(empty, tmp_path, (PLANS / f"{name}.yaml").read_text(encoding="utf-8"))
    play.signal()
    left = (play.now.date(), NEW_SCHOOL) if ends_as == "left_school" else ("", "")
    play.record("ending", by=KARIN, ends_as=ends_as, left_on=left[0], left_for=left[1], why_ending="Dit is waarom.")
    play.record("ending_agreed", by=FATIMA)
    whole = given(play)
    words, values = " ".join(words_in(dossier_pdf.pdf(whole)).split()), dossier_json(whole)
    assert all(part in words for part in (ENDINGS[ends_as], "Dit is waarom.", left[1]))
    assert (values["status"], values["outcome"]) == ("closed", ends_as)
    with snapshot(play.engine) as view:
        assert not list(faults(view, open_vault(play.engine, MasterKey(bytes(32)))))
    page = for_parents(play)
    to_read = " ".join(piece.text for entry in page.entries for piece in entry.pieces)
    assert "Dit is waarom." in to_read and NEW_SCHOOL not in to_read


def for_parents(play: Play) -> ExportPage:
    answers = answers_of(play.plan.records["given"], Version.FOR_PARENTS, "De ouders", "Zij vroegen erom.")
    with play.transaction() as uow:
        command = RecordEntry("parents", "given", answers, play.code)
        page = begin_export(uow, actor_of(uow, KARIN.identity), command, limits.READ_OVER, play.now)
    assert isinstance(page, ExportPage)
    return page


def words_in(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_same_content_gives_the_same_bytes_in_another_process_too(play: Play) -> None:
    play.signal(what="Een blauwe plek.")
    paper = given(play)
    first = dossier_pdf.pdf(paper)
    assert first == dossier_pdf.pdf(paper)
    made = (
        "import sys, json, typst; sys.stdout.buffer.write(typst.compile(open(sys.argv[1], 'rb').read(), format='pdf', "
    )
    made += "sys_inputs={'paper': sys.stdin.read()}, pdf_standards='ua-1', ignore_system_fonts=True))"
    content = json.dumps(typst_pdf._shown(dossier_pdf._paper(paper)), ensure_ascii=False)
    template = Path(dossier_pdf.__file__).parent / "paper.typ"
    again = subprocess.run(
        [sys.executable, "-c", made, template], input=content.encode(), capture_output=True, check=True
    )
    assert again.stdout == first
    assert dossier_pdf.pdf(replace(paper, to="Iemand anders")) != first


def test_it_is_tagged_dutch_named_and_its_fonts_are_in_it(play: Play) -> None:
    play.signal()
    reader = PdfReader(io.BytesIO(dossier_pdf.pdf(given(play))))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert str(root["/Lang"]).startswith("nl")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid:part" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == f"Dossier {play.code}"
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert fonts
    assert all(_is_embedded(font) for font in fonts)


def _is_embedded(font: DictionaryObject) -> bool:
    below: Any = font["/DescendantFonts"]
    descriptor = below[0].get_object()["/FontDescriptor"]
    return bool({"/FontFile2", "/FontFile3"} & set(descriptor))


def test_it_can_be_read_in_order_with_both_dates_and_what_is_corrected(play: Play) -> None:
    play.signal(what="Het tweede.", happened_on="2026-03-02")
    play.record("signal", by=SANNE, what="Het eerste.", happened_on="2026-02-23")
    play.record("correction", by=SANNE, refers_to=1, text="Het was de linkerarm.")
    words = words_in(dossier_pdf.pdf(given(play)))
    order = ["Dossier 26-", "Dit is het hele dossier", "Over dit dossier", "Noor Jansen, groep 5", "Logboek"]
    order += ["Signaal · 23-02-2026", "Het eerste.", "Signaal · 02-03-2026", "Het tweede.", "Het was de linkerarm."]
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "geschreven op 02-03-2026" in words
    assert "verbetert regel 1: Signaal, 02-03-2026" in words
    assert "bladzijde 1 van" in words


def test_nothing_that_was_typed_is_read_as_markup(play: Play) -> None:
    play.signal(what=LITERAL)
    assert LITERAL in words_in(dossier_pdf.pdf(given(play))).replace("\n", " ")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Zij lachte 😀.", "Zij lachte [grinning face]."),
        ("Naam: مرحبا", "Naam: [5 tekens in een schrift"),
        ("a\x0bb\u202ec\ufeffd", "abcd"),
        ("e\u0301e\u0301n", "één"),
        ("Yılmaz Łukasz Đoković Žižek Ελένη Юлия", "Yılmaz Łukasz Đoković Žižek Ελένη Юлия"),
    ],
)
def test_what_the_font_cannot_show_is_named(play: Play, typed: str, shown: str) -> None:
    play.signal(what=typed)
    assert shown in words_in(dossier_pdf.pdf(given(play)))


def test_everything_that_is_let_through_can_be_set() -> None:
    every = "".join(c for c in map(chr, range(0x20, 0x3000)) if typst_pdf._shown(c) == c)
    assert len(every) > 900
    shown = " ".join(c for c in every if unicodedata.category(c) != "Mn")
    source = b'#set document(title: "x")\n#set text(font: "Libertinus Serif")\n#json(bytes(sys.inputs.d))'
    typst.compile(
        source, format="pdf", sys_inputs={"d": json.dumps(shown)}, pdf_standards="ua-1", ignore_system_fonts=True
    )


def test_a_fault_in_the_typesetter_says_nothing_of_what_was_typed(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    play.signal(what="Kanarie")
    monkeypatch.setattr(typst_pdf, "_shown", lambda part: json.loads(json.dumps(part).replace("Kanarie", "Kanarie 你")))
    with pytest.raises(typst_pdf.PaperFailed) as failed:
        dossier_pdf.pdf(given(play))
    assert str(failed.value) == "TypstError"
    assert failed.value.__suppress_context__


def test_the_encrypted_file_is_still_accessible_and_opens_only_with_the_password(play: Play) -> None:
    play.signal()
    content = dossier_pdf.sealed(dossier_pdf.pdf(given(play)), "geheim")
    reader = PdfReader(io.BytesIO(content))
    assert b"Jansen" not in content
    assert not reader.decrypt("iets anders")
    assert reader.decrypt("geheim")
    root: Any = reader.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == (True, True)
    encryption: Any = reader.trailer["/Encrypt"]
    assert (encryption["/V"], encryption["/R"], encryption["/CF"]["/StdCF"]["/CFM"]) == (5, 6, "/AESV3")
    assert len({dossier_pdf.new_password() for _ in range(50)}) == 50
