"""What the command says of what it is asked: a wrong name is no year in which all is well."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from tests.year.__main__ import main


def _run(*words: str) -> int:
    with patch("sys.argv", ["python -m tests.year", *words]):
        return main()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tiny", "--broken", "a-day-to-late"), "nothing is called a-day-to-late"),
        (("--faults", "kill,fire"), "nothing is called fire"),
        (("--schools", "6"), "--schools"),
        (("--tiny", "--seeds", "2", "--database", "postgresql://somewhere"), "leave --seeds out"),
    ],
)
def test_a_wrong_word_is_refused(words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        _run(*words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(("line", "code"), [("tiny 3: well", 0), ("tiny 3: 2027-02-19 09:58 lost: Merk00001", 1)])
def test_what_was_found_before_still_counts(line: str, code: int, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text(f"{line}\n", encoding="utf-8")
    assert _run("--tiny", "--seed", "3", "--seeds", "1", "--state", str(state)) == code
    assert state.read_text(encoding="utf-8") == f"{line}\n"


def test_years_that_are_played_at_once_are_told_in_order(tmp_path: Path) -> None:
    state = tmp_path / "state"
    assert _run("--tiny", "--seed", "3", "--seeds", "2", "--processes", "2", "--state", str(state)) == 0
    assert state.read_text(encoding="utf-8") == "tiny 3: well\ntiny 4: well\n"
