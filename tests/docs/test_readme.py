"""The rule table in the README is the one that the tests' marks make."""

from __future__ import annotations

from tests.docs.documents import README, text
from tests.docs.rules_in_readme import BEGIN, END, generated, in_readme


def test_the_markers_stand_once_and_in_order() -> None:
    words = text(README)
    assert (words.count(BEGIN), words.count(END)) == (1, 1)
    assert words.index(BEGIN) < words.index(END)


def test_the_rule_table_is_up_to_date() -> None:
    assert in_readme().splitlines() == generated().splitlines(), "run `make readme`"
