"""Invents schools and the people in them, from a seed."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

FIRST = (
    "Aaf Bram Cora Dirk Els Frits Gerda Henk Ina Jaap Klaas Loes Maud Niels Olga Paul Rens Sien Teun Ursula Vera Wim "
    "Xandra Yvo Zara Anouk Bart Carlijn Douwe Esmee Floor Guus Hanna Iwan Jet Koen Lieke Merel Noud Otto"
)
LAST = "Aker Berg Claus Dam Eik Faber Groot Hoek Iding Jacobs Kramer Linden Mulder Noord Oever Pol Roos Schut"
PUPILS = (
    "Abel Bodil Ciske Dewi Eline Fedde Gisela Hidde Ilja Jurre Keano Lotje Milou Nanoek Oscar Pelle Quirijn Rozemarijn "
    "Siebe Tijmen Umut Vigo Wessel Xavi Yfke Zeeger Amira Boaz Chiara Dimphy Enno Faas Ghita Harm Isaura Jolijn"
)
FAMILIES = "Adriaanse Bosman Coenen Doorn Ebbers Fokkema Geurts Haagsma Inia Jorna Kooistra Lagas Meinema Nauta"
CITY_NAMES = ("De Wilg", "Het Anker", "De Regenboog", "De Vlieger", "Het Kompas")
WEEK = ("ma", "di", "wo", "do", "vr")
LEADERS = ("care_coordinator", "confidant", "school_leader")
DIRECTOR, OFFICER, TEACHER = "cluster_director", "safeguarding_officer", "teacher"
OFTEN, LARGE = 1 / 2, 10


@dataclass(frozen=True)
class Colleague:
    """Somebody at a school, as the schools file says, and how they are (a name in `characters.CHARACTERS`)."""

    slack: str
    name: str
    roles: tuple[str, ...]
    groups: tuple[str, ...] = ()
    works: tuple[str, ...] = WEEK
    character: str = "prompt"

    def entry(self) -> dict[str, Any]:
        """Their entry in the schools file."""
        found: dict[str, Any] = {"slack": self.slack, "name": self.name, "roles": list(self.roles)}
        found |= {"groups": list(self.groups)} if self.groups else {}
        return found | ({"works": list(self.works)} if self.works != WEEK else {})


@dataclass(frozen=True)
class School:
    """A school. `free` are its own free days."""

    name: str
    region: str
    people: tuple[Colleague, ...]
    free: tuple[date, ...] = ()
    pupils: tuple[tuple[str, str, str], ...] = ()

    def entry(self) -> dict[str, Any]:
        """Its entry in the schools file."""
        days = {"free_days": [str(day) for day in self.free]} if self.free else {}
        return {"name": self.name, "region": self.region, **days, "people": [one.entry() for one in self.people]}

    def with_role(self, role: str) -> list[Colleague]:
        return [one for one in self.people if role in one.roles]

    def teachers_of(self, group: str) -> list[Colleague]:
        return [one for one in self.people if group in one.groups]


@dataclass(frozen=True)
class Size:
    """How large a world is."""

    people: int = 40
    cases: int = 60
    characters: tuple[str, ...] = ("prompt",)
    part_time: float = 0.0
    days: int = 365


def invent(number: int, size: Size, first: date, chance: random.Random, known: Collection[str] = ()) -> School:
    """Invent a school: three to seven people with a role in the plan, and teachers. `known` are roles of the plan."""
    names = iter(_names(chance, size.people + 6))
    groups = [str(n) for n in range(1, max(2, size.people - 6) + 1)]
    people = [
        _colleague(number, place, next(names), roles, own, size, chance)
        for place, (roles, own) in enumerate(_functions(size.people, groups, known, chance))
    ]
    may = first.replace(year=first.year + 1, month=5, day=3)
    free = tuple(may + timedelta(days=n) for n in range(5)) if chance.random() < 0.5 else ()
    pupils = tuple(_pupils(size.cases, groups, chance))
    return School(CITY_NAMES[number], chance.choice(("noord", "midden", "zuid")), tuple(people), free, pupils)


def with_somebody_of(other: School, school: School, chance: random.Random) -> School:
    """The school with somebody of another one in the place of one of its people, who does there what that one did."""
    shared, place = chance.choice(other.people), chance.randrange(len(school.people))
    here = school.people[place]
    works = tuple(day for day in here.works if day in shared.works) or here.works
    both = replace(here, slack=shared.slack, name=shared.name, character=shared.character, works=works)
    return replace(school, people=(*school.people[:place], both, *school.people[place + 1 :]))


def _functions(
    people: int, groups: list[str], known: Collection[str], chance: random.Random
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The roles and groups of each: by chance a role has two holders, somebody has two roles, and a leader teaches."""
    fixed: list[tuple[str, ...]] = [(role,) for role in (*LEADERS, DIRECTOR, *([OFFICER] if OFFICER in known else []))]
    fixed += [(chance.choice(LEADERS),)] if chance.random() < OFTEN else []
    fixed += [("care_coordinator",)] if people >= LARGE else []
    if chance.random() < OFTEN:
        one, other, *fixed = chance.sample(fixed, len(fixed))
        fixed.append(tuple(dict.fromkeys(one + other)))
    also = chance.randrange(len(fixed)) if chance.random() < OFTEN else -1
    teaching = [(TEACHER,)] * max(2, people - len(fixed))
    shared = [(groups[n % len(groups)],) for n in range(len(teaching))]
    leading = [((*roles, TEACHER), (groups[0],)) if n == also else (roles, ()) for n, roles in enumerate(fixed)]
    return [*leading, *zip(teaching, shared, strict=True)]


def _colleague(
    number: int,
    place: int,
    name: str,
    roles: tuple[str, ...],
    groups: tuple[str, ...],
    size: Size,
    chance: random.Random,
) -> Colleague:
    is_part_time = chance.random() < size.part_time
    works = tuple(sorted(chance.sample(WEEK, chance.choice((3, 4))), key=WEEK.index)) if is_part_time else WEEK
    return Colleague(f"U{number}{place:03}", name, roles, groups, works, chance.choice(size.characters))


def _names(chance: random.Random, count: int) -> list[str]:
    return [f"{first} {last}" for first, last in chance.sample(_pairs(FIRST, LAST), count)]


def _pupils(count: int, groups: list[str], chance: random.Random) -> list[tuple[str, str, str]]:
    found = chance.sample(_pairs(PUPILS, FAMILIES), count)
    return [(first, last, chance.choice(groups)) for first, last in found]


def _pairs(first: str, last: str) -> list[tuple[str, str]]:
    return [(one, other) for one in first.split(" ") for other in last.split(" ")]
