"""The systemd units start, restart, back up and stop. Not collected where systemd cannot be booted."""

from __future__ import annotations

import re

from tests.deploy.units import HERE, started


def test_the_units_do_what_the_guide_says() -> None:
    promised = re.findall(r'^say "(.*?)"', (HERE / "check.sh").read_text(encoding="utf-8"), re.M)
    said = started()
    assert re.findall(r"^held (.*)$", said, re.M) == promised, said
