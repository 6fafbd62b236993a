"""What people find on a screen."""

from __future__ import annotations

import json

from handlers.views import blocks as b
from practice.model import View
from tests.year.people.screens import offered


def test_people_find_what_stands_in_a_menu() -> None:
    """When menus became another kind of element, no year had an exclusion any more, and nobody noticed."""
    value = json.dumps({"case": "26-ABCD", "record": "excluded"})
    menu = b.section("Collega's", accessory=b.overflow("make-record.menu0", [b.option("Collega uitsluiten", value)]))
    found = offered(View("V1", "U1", {"blocks": [menu]}), ["excluded"])
    assert [one["chosen"]["value"] for one in found] == [value]
