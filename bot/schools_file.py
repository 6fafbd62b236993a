"""Reads MELDWIJZER_SCHOOLS: the schools, their people and roles, as a YAML file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from bot.settings import ConfigError
from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.plan.roles import Role
from meldcode.domain.typed_text import without_group_word
from meldcode.domain.yaml_text import BadYaml, Document, read_yaml

Region = Literal["noord", "midden", "zuid"]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Weekday = Literal["ma", "di", "wo", "do", "vr"]
Place = tuple[str | int, ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PersonInFile(_Part):
    """A member of staff; `slack` is their member id there. A `guest` of the workspace has a role only if it says so."""

    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
    name: Name
    roles: tuple[Role, ...] = ()
    groups: tuple[Annotated[str, AfterValidator(without_group_word)], ...] = ()
    guest: bool = False
    works: Annotated[tuple[Weekday, ...], Field(min_length=1)] | None = None

    @property
    def weekdays(self) -> frozenset[int] | None:
        """The days of the week on which they work, 0 is Monday; None if the file does not say."""
        return None if self.works is None else frozenset(get_args(Weekday).index(day) for day in self.works)


class SchoolInFile(_Part):
    """A school, its vacation region, and its own days and hours.

    `free_days` are days off that others do not have, `open_days` school days that others have off. People may be
    reminded between the `hours`. `workspace` is its Slack workspace, when the bot serves several. `was` is its former
    name. In a `closed` school only the people listed have a role.
    """

    name: Name
    was: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    closed: bool = False
    region: Region
    free_days: tuple[date, ...] = ()
    open_days: tuple[date, ...] = ()
    hours: tuple[time, time] = (time(8, 30), time(16, 30))
    workspace: Annotated[str, Field(pattern=r"^(T[A-Z0-9]{2,20})?$")] = ""
    people: tuple[PersonInFile, ...] = ()

    @model_validator(mode="after")
    def _calendar_can_be_made(self) -> SchoolInFile:
        SchoolCalendar(self.region, self.free_days, hours=self.hours, open_days=self.open_days)
        return self


class SchoolsFile(_Part):
    """The whole file. `administrator` is who people can ask when something fails, as it is shown to them."""

    administrator: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120, pattern="^[^<>&]*$")] = ""
    schools: Annotated[tuple[SchoolInFile, ...], Field(min_length=1)]

    @property
    def workspaces(self) -> frozenset[str]:
        """The workspaces that schools say they belong to."""
        return frozenset(school.workspace for school in self.schools if school.workspace)

    @property
    def unconfirmed(self) -> frozenset[str]:
        """The members who are not marked as guests anywhere in the file."""
        people = [person for school in self.schools for person in school.people]
        return frozenset(person.slack for person in people) - {person.slack for person in people if person.guest}


def read_schools(path: Path) -> SchoolsFile:
    """Read the file. Raises ConfigError, with each mistake on a line: file, line, whose entry, and the remedy."""
    try:
        # A group such as 5 is text.
        document = read_yaml(path.read_text(encoding="utf-8"), as_written=True)
        file = SchoolsFile.model_validate(document.value)
        faults = [_sentence(path, document, at, what) for at, what in _repeated(file)]
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {type(error).__name__}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}: this is not UTF-8 text; save it as UTF-8.") from error
    except BadYaml as error:
        what = "a key occurs twice in one entry; take one of the two out" if error.is_second_key else _NO_YAML
        raise ConfigError(f"{path.name}:{error.line}: {what}.") from error
    except ValidationError as error:
        faults = [_sentence(path, document, e["loc"], _remedy(e)) for e in _own(error.errors())]
    if faults:
        raise ConfigError("\n".join(dict.fromkeys(faults)))
    return file


def _own(errors: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without what only follows from a wrong entry: that too few are left."""
    return [e for e in errors if e["type"] != "too_short"] or errors


def _repeated(file: SchoolsFile) -> Iterator[tuple[Place, str]]:
    """Two entries that the program would take for one: the last would silently give its roles or cases to the first."""
    first: dict[str, int] = {}
    for i, school in enumerate(file.schools):
        if first.setdefault(school.name.casefold(), i) != i:
            yield ("schools", i, "name"), "two schools have the same name; give each a name of its own"
        names = {other.name for other in file.schools} | {other.was for other in file.schools[:i]}
        if school.was and school.was in names:
            yield ("schools", i, "was"), "the name that it had before is another school's here; take one of the two out"
        yield from _repeated_people(i, school)


def _repeated_people(i: int, school: SchoolInFile) -> Iterator[tuple[Place, str]]:
    first: dict[str, int] = {}
    for j, person in enumerate(school.people):
        if first.setdefault(person.slack, j) != j:
            yield (
                ("schools", i, "people", j, "slack"),
                f"{person.slack} occurs twice in this school; put all roles in one entry, or correct the member ID",
            )


def _sentence(path: Path, document: Document, at: Place, what: str) -> str:
    whose = " › ".join(_names(document.value, at))
    return f"{path.name}:{document.line(at)}: {whose}{': ' if whose else ''}{what}."


def _names(value: Any, at: Place) -> Iterator[str]:
    """The names of the school and person in which this place of the file is."""
    for part in at:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
        if isinstance(part, int) and isinstance(value, dict) and isinstance(value.get("name"), str):
            yield value["name"].strip()


def _remedy(error: ErrorDetails) -> str:
    field = next((part for part in reversed(error["loc"]) if isinstance(part, str)), "this file")
    is_in_list = bool(error["loc"]) and isinstance(error["loc"][-1], int)
    if field in _REMEDIES and (is_in_list or error["type"] not in ("missing", "extra_forbidden")):
        return _REMEDIES[field]
    if what := _WRONG.get(error["type"]):
        return f"{field}{what}"
    return f"{field}: {error['msg'].removeprefix('Value error, ')}"


_EXAMPLE = "schools.example.yaml shows how it is written"
_WRONG = {
    "missing": ": add it, for it is missing",
    "extra_forbidden": " is no key that is known here; schools.example.yaml shows them all",
    "model_type": f" holds no keys and values; {_EXAMPLE}",
    "tuple_type": f" is a list; {_EXAMPLE}",
    "too_short": f" needs at least one entry; {_EXAMPLE}",
}
_NO_YAML = "this is not YAML; look at the indentation, colons, quotes and brackets here and just above"
_REMEDIES = {
    "administrator": "administrator is a text of at most 120 characters without <, > and &",
    "slack": "slack is no member ID; copy it from the profile in Slack, it begins with U or W",
    "roles": f"roles is a list of {', '.join(Role)}",
    "region": f"region is {', '.join(get_args(Region)[:-1])} or {get_args(Region)[-1]}",
    "workspace": "workspace is the number of a Slack workspace and begins with T",
    "free_days": "free_days is a list of days, as in [2026-12-07]",
    "open_days": "open_days is a list of days, as in [2027-05-07]",
    "hours": "hours is from when till when, as in [08:30, 16:30]",
    "name": "name is a text of 1 to 80 characters",
    "closed": "closed is true or false",
    "guest": "guest is true or false",
    "works": f"works is a list of the days on which they work: {', '.join(get_args(Weekday))}",
    "groups": 'groups is a list of texts, as in ["5", "6"]',
}
