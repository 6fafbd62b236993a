from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from storage.db.schema import cases, pending_exports
from tests.bot_cli.conftest import Cli
from tests.meldcode.playing import (
    BEA,
    DIRK,
    FATIMA,
    KARIN,
    MEHMET,
    SANNE,
    STRANGER,
    Actor,
    Play,
    new_play,
    staffed_database,
)

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    played = new_play(staffed_database(tmp_path / "empty.db"), tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'play.db'}")
    monkeypatch.setenv("MELDWIJZER_MASTER_KEY", "A" * 43)
    return played


def closed(play: Play) -> None:
    play.record("safety", by=KARIN, danger_by_talk="no", pupil_able="cannot")
    play.record("parents_talk", by=KARIN, suspicion="gone")
    play.record("talk_agreed", by=FATIMA)


def test_the_counts_of_a_year_hold_destroyed_cases_and_no_codes(cli: Cli, play: Play) -> None:
    play.reach("talk")
    closed(play)
    with play.engine.connect() as connection:
        case = connection.scalar(select(cases.c.id))
    with play.transaction() as uow:
        uow.retention.destroy(case, datetime(2028, 9, 11, tzinfo=UTC))  # type: ignore[arg-type]
    play.code = ""
    play.signal(by=MEHMET)
    play.reach("talk")
    closed(play)
    play.code = ""
    play.signal(by=MEHMET, first_name="Piet")  # stays open
    shown = cli("export", "--counts", "2026")
    counts = {"school": "De Linde", "plan": "heutink", "outcome": "suspicion_gone", "number": 2}
    assert json.loads(shown.stdout) == {"year": 2026, "closed": [counts]}
    assert json.loads(cli("export", "--counts", "2025").stdout) == {"year": 2025, "closed": []}


GIVE = ("--to", "Veilig Thuis", "--why", "Zij vroegen erom.")


def test_a_dossier_is_written_as_an_encrypted_pdf_with_a_trace(cli: Cli, play: Play, tmp_path: Path) -> None:
    play.signal(what="Een blauwe plek.")
    out = tmp_path / "uit.pdf"
    shown = cli("export", play.code, "--as", KARIN.user, *GIVE, "--out", str(out))
    assert shown.exit_code == 0, shown.output
    reader = PdfReader(out)
    assert reader.decrypt(shown.stdout.split()[-1])
    assert "Een blauwe plek." in "".join(page.extract_text() for page in reader.pages)
    assert out.stat().st_mode & 0o777 == 0o600
    trace = play.entries()[-1]
    assert (trace.record, trace.author) == ("given", play.person(KARIN).id)
    assert trace.answers == {"given_as": "whole", "given_to": "Veilig Thuis", "why_given": "Zij vroegen erom."}
    with play.engine.connect() as connection:
        assert connection.execute(select(pending_exports)).all() == [], "it has arrived"


def test_json_is_as_documented(cli: Cli, play: Play, tmp_path: Path) -> None:
    play.signal(what="Een blauwe plek.")
    play.record("correction", by=SANNE, refers_to=1, text="Twee.")
    out = tmp_path / "uit.json"
    assert cli("export", play.code.lower(), "--json", "--as", KARIN.user, *GIVE, "--out", str(out)).exit_code == 0
    said = json.loads(out.read_text(encoding="utf-8"))
    assert said["schema"] == "meldwijzer-dossier/1"
    assert said["pupil"] == {"first_name": "Noor", "last_name": "Jansen", "group": "5"}
    signal, correction, given = said["entries"]
    assert signal["answers"]["what"] == "Een blauwe plek."
    assert (signal["author"], signal["role"]) == ("Sanne de Boer", "teacher")
    assert (correction["corrects"], signal["corrects"], given["record"]) == (1, None, "given")
    documented = set(re.findall(r"`([a-z_.]+)`", (DOCS / "export.md").read_text(encoding="utf-8")))
    assert {*said, *signal} <= documented


@pytest.mark.rule("G3")
@pytest.mark.parametrize(
    ("actor", "said"), [(SANNE, "andere rol"), (BEA, "andere rol"), (DIRK, "er niet"), (STRANGER, "nog geen rol")]
)
def test_who_may_not_gets_no_file(cli: Cli, play: Play, tmp_path: Path, actor: Actor, said: str) -> None:
    play.signal()
    out = tmp_path / "uit.pdf"
    refused = cli("export", play.code, "--as", actor.user, *GIVE, "--out", str(out))
    assert (refused.exit_code, out.exists()) == (1, False)
    assert said in refused.stderr
    assert [entry.record for entry in play.entries()] == ["signal"]
    assert play.readings() == []


def test_an_existing_file_is_never_written_over_and_wrong_use_is_said(cli: Cli, play: Play, tmp_path: Path) -> None:
    play.signal()
    out = tmp_path / "uit.pdf"
    out.write_text("van mij")
    assert cli("export", play.code, "--as", KARIN.user, *GIVE, "--out", str(out)).exit_code == 1
    assert out.read_text() == "van mij"
    assert len(play.entries()) == 1
    assert cli("export", play.code).exit_code == 2
