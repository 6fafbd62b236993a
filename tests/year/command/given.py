"""What the command is asked to play. An option that would make no difference is refused: nobody is to trust in it."""

from __future__ import annotations

import argparse
import os
import textwrap
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

from storage.db.engine import BadDatabaseUrl, make_engine
from tests.year.broken import BROKEN
from tests.year.command.several import is_state
from tests.year.drawn.options import Options
from tests.year.drawn.schools import CITY_NAMES, FAMILIES, FIRST, LAST, PUPILS
from tests.year.drawn.seeds import PLANS, SIZES, whole
from tests.year.faults.trouble import FAULTS
from tests.year.judging.calendar import KNOWN
from tests.year.people.characters import CHARACTERS

SCHOOL = {"people", "cases", "days"}
YEAR = {"schools", "plan", "first_day", "faults", "database"}
OF_A_YEAR = {"size", "broken", "characters", *SCHOOL, *YEAR}
WAYS = {
    "--broken of several, or with --seeds,": {"size", "broken", "seeds"},
    "--seeds": {"size", "seeds", "processes", "state"},
    "--shrink": {"shrink", *OF_A_YEAR} - {"database"},
    "one year": {"story", "log", *OF_A_YEAR},
}
"""What each way of playing takes."""
TIMES = "A tiny year takes some seconds, a short one a minute, a whole one ten minutes or more."
AT_LEAST = {"people": 8, "days": 8, "cases": 0}
"""With fewer people no school has everybody whom the plans name; nothing goes wrong in the last seven days."""
AT_MOST = {
    "people": len(FIRST.split()) * len(LAST.split()) - 6,
    "cases": len(PUPILS.split()) * len(FAMILIES.split()),
    "schools": len(CITY_NAMES),
}
"""For more there are no names."""


def parsed(description: str) -> argparse.Namespace:
    """What the command was given; ends it with a word of explanation when that is not possible."""
    parser = _arguments(description)
    given = parser.parse_args()
    said = {name for name, value in vars(given).items() if value not in (None, False)} - {"seed"}
    way = _way(said, given)
    if unused := said - WAYS[way]:
        parser.error(f"{way} takes no {', '.join(sorted(map(_word, unused)))}")
    if way == "--shrink" and not given.size:
        parser.error("--shrink prints a test of a small year: add --tiny or --short")
    if is_hunt(given) and given.size != "tiny":
        parser.error(f"{way} plays tiny years: add --tiny")
    if wrong := _wrong_with_files(given) or _wrong_with_days(given):
        parser.error(wrong)
    if given.database and (wrong := _wrong_with(given.database)):
        parser.error(f"--database: {wrong}")
    return given


def is_hunt(given: argparse.Namespace) -> bool:
    """Whether faults on purpose are looked for in many years."""
    return bool(given.broken and (given.seeds or len(given.broken) > 1))


def options_of(given: argparse.Namespace) -> Options:
    """One year: as its seed has it, but for what was said."""
    base = SIZES.get(given.size, whole)(given.seed)
    said = {name: value for name, value in vars(given).items() if value is not None}
    size = replace(base.size, **{name: said[name] for name in SCHOOL & {*said}}, **_characters(given.characters))
    named = {"database_url" if name == "database" else name: said[name] for name in YEAR & {*said}}
    return replace(base, size=size, **named, is_any_plan=base.is_any_plan and not given.plan)


def _characters(name: str | None) -> dict[str, Any]:
    if name is None:
        return {}
    everybody = {"characters": tuple(CHARACTERS), "part_time": 0.3}
    return everybody if name == "all" else {"characters": (name,), "part_time": 0.0}


def _way(said: Collection[str], given: argparse.Namespace) -> str:
    hunt, seeds, shrink, one = WAYS
    return hunt if is_hunt(given) else seeds if "seeds" in said else shrink if "shrink" in said else one


def _word(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _wrong_with_files(given: argparse.Namespace) -> str:
    if given.log and given.story and given.log.resolve() == given.story.resolve():
        return "--log and --story: name two files"
    return "" if is_state(given.state) else f"--state: {given.state} has something else in it; name another file"


def _wrong_with_days(given: argparse.Namespace) -> str:
    options = options_of(given)
    first, last = KNOWN
    if first <= options.first_day <= last - timedelta(days=options.size.days):
        return ""
    return f"--first-day, --days: the oracle knows the vacations from {first} to {last}; choose days between"


def _wrong_with(database_url: str) -> str:
    """What is wrong with this database, without its URL, which may have a password in it."""
    if not database_url.startswith("postgresql"):
        return "only PostgreSQL; a year without --database plays in SQLite"
    try:
        engine = make_engine(database_url)
        tables = inspect(engine).get_table_names()
        engine.dispose()
    except BadDatabaseUrl as wrong:
        return str(wrong)
    except SQLAlchemyError:
        return "no database answers there"
    return "this database is not empty" if tables else ""


def _some_of(known: Collection[str]) -> Callable[[str], tuple[str, ...]]:
    """Reads `all`, or some of these names."""

    def names(given: str) -> tuple[str, ...]:
        chosen = tuple(known) if given == "all" else tuple(given.split(","))
        if "" in chosen:
            raise argparse.ArgumentTypeError("a name is empty")
        if unknown := {*chosen} - {*known}:
            raise argparse.ArgumentTypeError(f"nothing is called {', '.join(sorted(unknown))}; see --help")
        return chosen

    return names


def _faults(given: str) -> tuple[str, ...]:
    return () if given == "none" else _some_of(FAULTS)(given)


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError("a day as 2026-08-01") from wrong


def _number(name: str) -> Callable[[str], int]:
    least, most = AT_LEAST.get(name, 1), AT_MOST.get(name, 1000)

    def number(given: str) -> int:
        if not given.isdecimal() or not least <= int(given) <= most:
            raise argparse.ArgumentTypeError(f"a number from {least} to {most}")
        return int(given)

    return number


def _file(given: str) -> Path:
    """A file that can be written, as far as one knows before a year is played."""
    path = Path(given)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError("no file can be there: its folder is not there, or it is a folder itself")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise argparse.ArgumentTypeError("you may not write there")
    return path


def _arguments(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.year",
        description=f"{description}\n{TIMES}",
        epilog=_explained(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed is the same year")
    _about_the_year(parser)
    parser.add_argument("--seeds", type=_number("seeds"), help="play so many short years, or tiny ones, from --seed on")
    parser.add_argument("--processes", type=_number("processes"), help="with --seeds: how many at once; usually 2")
    parser.add_argument(
        "--state",
        type=_file,
        help="with --seeds: keep what was played here, and go on from there; after a change of code take another file",
    )
    parser.add_argument(
        "--broken",
        type=_some_of(BROKEN),
        metavar="NAMES",
        help="play the year with this fault in the program; with several or --seeds: a tiny year that shows each",
    )
    parser.add_argument("--shrink", action="store_true", help="with --tiny or --short: print what is wrong as a test")
    parser.add_argument("--story", type=_file, help="write the year as a page for people to this file")
    parser.add_argument("--log", type=_file, help="write what people did and saw to this file")
    return parser


def _about_the_year(parser: argparse.ArgumentParser) -> None:
    size = parser.add_mutually_exclusive_group()
    kinds = {"short": "a small school and a part of the year", "tiny": "a few people and some weeks"}
    for name, about in kinds.items():
        size.add_argument(f"--{name}", dest="size", const=name, action="store_const", help=f"{about}, by the seed")
    year = parser.add_argument_group("the year", "In the place of what the seed of a short or tiny year has.")
    year.add_argument("--schools", type=_number("schools"), help="how many; 1 in a whole year")
    year.add_argument("--people", type=_number("people"), help="at each school; 40 in a whole year")
    year.add_argument("--cases", type=_number("cases"), help="at each school; 60 in a whole year")
    year.add_argument("--days", type=_number("days"), help="nothing goes wrong in the last seven")
    year.add_argument("--first-day", type=_day, help="as 2026-08-01")
    year.add_argument("--faults", type=_faults, metavar="NAMES", help="what may go wrong; none in a whole year")
    year.add_argument("--plan", choices=PLANS)
    year.add_argument("--characters", choices=("all", *CHARACTERS), help="everybody is so")
    year.add_argument("--database", help="the URL of an empty PostgreSQL database")


def _explained() -> str:
    """What the names mean, in the words of the code."""
    faults = [f"  {name:<12}{fault.__doc__}" for name, fault in FAULTS.items()]
    broken = textwrap.wrap(", ".join(BROKEN), 110, break_on_hyphens=False)
    named = ["names of --faults, with commas, or all, or none:", *faults, "", "names of --broken, with commas, or all:"]
    return "\n".join([*named, *(f"  {line}" for line in broken)])
