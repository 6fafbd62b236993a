"""Every mistake in the schools file is told once: file, line, whose entry, and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.schools_file import SchoolsFile, read_schools
from bot.settings import ConfigError
from tests.running import running

LINDE = "schools:\n  - name: De Linde\n    region: noord\n    people:\n      - {slack: U0SANNE, name: Sanne}\n"


def read(tmp_path: Path, content: str) -> SchoolsFile:
    file = tmp_path / "schools.yaml"
    file.write_text(content, encoding="utf-8")
    return read_schools(file)


def added(line: str) -> str:
    return f"{LINDE}      - {line}\n"


MISTAKES = {
    "no member id": (added("{slack: sanne, name: Ann}"), 6, "De Linde › Ann: slack is no member ID; copy it"),
    "a role that is none": (added("{slack: U0ANN, name: Ann, roles: [boss]}"), 6, "De Linde › Ann: roles is a list of"),
    "no name": (added("{slack: U0ANN}"), 6, "De Linde: name: add it, for it is missing"),
    "an unknown key": (added("{slack: U0ANN, name: Ann, role: x}"), 6, "De Linde › Ann: role is no key"),
    "twice": (added("{slack: U0SANNE, name: Ann}"), 6, "De Linde › Ann: U0SANNE occurs twice in this school; put all"),
    "a region": (LINDE.replace("noord", "oost"), 3, "De Linde: region is noord, midden or zuid"),
    "a key twice": (LINDE.replace("region: noord", "name: De Beuk"), 3, "a key occurs twice in one entry; take one"),
    "no yaml": (LINDE.replace("{slack", "[slack"), 5, "this is not YAML; look at the indentation"),
    "no schools": ("schools: []", 1, "schools needs at least one entry; schools.example.yaml"),
    "half of the hours": (
        LINDE.replace("region", "hours: [08:30]\n    region"),
        3,
        "De Linde: hours is from when till",
    ),
    "one name, with a space": (LINDE + LINDE[8:].replace("De Linde", '"de Linde "'), 7, "de Linde: two schools have"),
    "a day that does not exist": (
        LINDE.replace("region: noord", "region: noord\n    free_days: [2026-13-07]"),
        4,
        "De Linde: free_days is a list of days",
    ),
    "an empty file": ("", 1, "this file holds no keys and values; schools.example.yaml shows how it is written"),
    "a school that is a word": ("schools: [De Linde]", 1, "schools holds no keys and values; schools.example.yaml"),
    "no list of people": (LINDE[: LINDE.index("people")] + "people: 5\n", 4, "De Linde: people is a list; schools.ex"),
    "one school from two": (
        LINDE.replace("region", "was: De Eik\n    region") + LINDE[8:].replace("De Linde", 'Beuk\n    was: "De Eik "'),
        9,
        "Beuk: the name that it had before is another school's",
    ),
    "was another": (
        LINDE + LINDE[8:].replace("De Linde", "De Beuk\n    was: De Linde"),
        8,
        "De Beuk: the name that it had before is another school's",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_once_with_its_line_and_remedy(tmp_path: Path, name: str) -> None:
    content, line, said = MISTAKES[name]
    with pytest.raises(ConfigError) as wrong:
        read(tmp_path, content)
    [sentence] = str(wrong.value).splitlines()
    assert sentence.startswith(f"schools.yaml:{line}: {said}")
    assert sentence.endswith(".")


def test_every_mistake_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as wrong:
        read(tmp_path, added("{slack: sanne, name: Ann}").replace("noord", "oost"))
    assert [line.split(":")[1] for line in str(wrong.value).splitlines()] == ["3", "6"]


def test_a_space_after_a_name_makes_no_other_school(tmp_path: Path) -> None:
    [school] = read(tmp_path, LINDE.replace("De Linde", '"De Linde "')).schools
    assert school.name == "De Linde"


async def test_a_start_without_a_known_school_is_refused_until_the_file_tells_what_became_of_it(tmp_path: Path) -> None:
    one = {"name": "De Linde", "region": "noord", "people": []}
    async with running(tmp_path, schools=(one,)):
        pass
    with pytest.raises(ConfigError, match=r"does not name De Linde.*`was:`.*`closed: true`"):
        async with running(tmp_path, schools=({**one, "name": "De Beuk"},)):
            pass
    async with running(tmp_path, schools=({**one, "name": "De Beuk", "was": "De Linde"},)):
        pass
