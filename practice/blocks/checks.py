"""The checks that the tables of Slack's limits consist of. A check yields (JSON pointer, what is wrong) for a value."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from practice.model import Json

Problems = Iterator[tuple[str, str]]
Check = Callable[[Any, str], Problems]


def string(high: int, low: int = 1) -> Check:
    """Accept a string of `low` to `high` characters."""

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str):
            yield at, "must be a string"
        elif len(value) > high:
            yield at, f"must be less than {high + 1} characters"
        elif len(value) < low:
            yield at, f"must be more than {low - 1} characters"

    return check


def number(low: int, high: int) -> Check:
    """Accept a whole number from `low` to `high`."""

    def check(value: Any, at: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield at, "must be an integer"
        elif not low <= value <= high:
            yield at, f"must be from {low} to {high}"

    return check


def pattern(expression: str, description: str) -> Check:
    """Accept a string that matches the whole expression."""

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, str) or not re.fullmatch(expression, value):
            yield at, f"must be {description}"

    return check


def boolean(value: Any, at: str) -> Problems:
    """Accept true and false only."""
    if not isinstance(value, bool):
        yield at, "must be a boolean"


def items(check: Check, high: int, low: int = 1) -> Check:
    """Accept a list of `low` to `high` values that each pass the check."""

    def check_items(value: Any, at: str) -> Problems:
        if not isinstance(value, list):
            yield at, "must be an array"
            return
        if len(value) > high:
            yield at, f"no more than {high} items allowed"
        if len(value) < low:
            yield at, f"no fewer than {low} items allowed"
        for index, item in enumerate(value):
            yield from check(item, f"{at}/{index}")

    return check_items


def shape(required: str = "", *also: Check, **properties: Check) -> Check:
    """Accept an object with only these properties; `required` names the mandatory ones, separated by spaces.

    The checks in `also` compare several properties. They run once each property has passed its own check.
    """

    def check_each(value: Json, at: str) -> Problems:
        yield from ((at, f"missing required field: {name}") for name in required.split() if name not in value)
        for name, inner in value.items():
            if name != "type":
                yield from properties.get(name, _additional)(inner, f"{at}/{name}")

    def check(value: Any, at: str) -> Problems:
        if not isinstance(value, dict):
            yield at, "must be an object"
            return
        found = list(check_each(value, at))
        yield from found or itertools.chain.from_iterable(further(value, at) for further in also)

    return check


def _additional(value: Any, at: str) -> Problems:  # noqa: ARG001 (must have the signature of a check)
    parent, _, name = at.rpartition("/")
    yield parent, f"invalid additional property: {name}"


def by_type(table: dict[str, Check]) -> Check:
    """Accept an object whose `type` is in the table and that passes the check for that type."""

    def check(value: Any, at: str) -> Problems:
        kind = value.get("type") if isinstance(value, dict) else None
        if kind is None:
            yield at, "missing required field: type"
        elif not isinstance(kind, str) or kind not in table:
            yield f"{at}/type", f"unsupported type: {kind}"
        else:
            yield from table[kind](value, at)

    return check


def at_least_one(*names: str) -> Check:
    """Accept an object with one or more of these properties."""

    def check(value: Json, at: str) -> Problems:
        if not any(name in value for name in names):
            yield at, f"missing required field: {' or '.join(names)}"

    return check


def repeated(ids: Iterator[Any], at: str, name: str) -> Problems:
    """Report the ids that occur more than once."""
    yield from ((at, f"{name} must be unique: {one}") for one, count in Counter(ids).items() if one and count > 1)
