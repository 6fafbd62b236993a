"""docs/operations.md shows the list of wrong situations that the tests try."""

from __future__ import annotations

from tests.bot_cli.wrong.list import shown, tables


def test_the_list_of_wrong_situations_is_the_one_of_the_tests() -> None:
    assert shown() == tables(), "run `make rules`"
