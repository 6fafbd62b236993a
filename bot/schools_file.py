"""Reads MELDWIJZER_SCHOOLS: the schools, their people and roles, as a YAML file."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.settings import ConfigError
from meldcode.domain.calendar import SchoolCalendar
from meldcode.domain.plan.roles import Role
from meldcode.domain.yaml_text import BadYaml, read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class PersonInFile(_Part):
    """A member of staff; `slack` is their member id there."""

    slack: Annotated[str, Field(pattern=r"^[UW][A-Z0-9]{2,20}$")]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    roles: tuple[Role, ...] = ()
    groups: tuple[str, ...] = ()


class SchoolInFile(_Part):
    """A school, its vacation region, and its own days and hours.

    `free_days` are days off that others do not have, `open_days` school days that others have off. People may be
    reminded between the `hours`. `workspace` is its Slack workspace, when the bot serves several.
    """

    name: Annotated[str, Field(min_length=1, max_length=80)]
    region: Literal["noord", "midden", "zuid"]
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
    """The whole file."""

    schools: Annotated[tuple[SchoolInFile, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_has_a_name_of_its_own(self) -> SchoolsFile:
        # A school is identified by its name: two with the same name would become one, and share their cases.
        if len({school.name for school in self.schools}) < len(self.schools):
            raise ValueError("two schools have the same name; give each a name of its own")
        return self

    @property
    def workspaces(self) -> frozenset[str]:
        """The workspaces that schools say they belong to."""
        return frozenset(school.workspace for school in self.schools if school.workspace)


def read_schools(path: Path) -> SchoolsFile:
    """Read the file. Raises ConfigError with file, line and what is wrong, without quoting the file."""
    try:
        # A group such as 5 is text.
        document = read_yaml(path.read_text(encoding="utf-8"), numbers_as_text=True)
        return SchoolsFile.model_validate(document.value)
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read: {type(error).__name__}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path.name}: this is not UTF-8 text.") from error
    except BadYaml as error:
        raise ConfigError(f"{path.name}:{error.line}: this is not YAML, or a key occurs twice.") from error
    except ValidationError as error:
        faults = [f"{path.name}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise ConfigError("\n".join(faults)) from error
