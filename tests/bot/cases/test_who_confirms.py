"""Who recorded what a colleague must confirm reads whom it waits for, and is not offered to confirm it (S4.3, G8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.on_screen import buttons_of, words_of
from tests.running import FATIMA, KARIN, SANNE, running, signal

pytestmark = pytest.mark.rule("S4.3")
CALLED = {
    "Wat is er gebeurd?": "112 is gebeld",
    "Wanneer was dat?": "2026-11-24",
    "Wie van school deed dit?": KARIN,
    "In welke functie?": "IB-er",
    "Wat is er gezegd en afgesproken?": "De politie komt.",
}
WAITS = "Dit wacht op de bevestiging van de schoolleider"


async def test_who_recorded_that_112_was_called_waits_for_the_school_leader(tmp_path: Path) -> None:
    async with running(tmp_path) as school:
        await school.report(SANNE, signal())
        await school.sent()
        [code] = school.codes(KARIN)
        await school.press(KARIN, await school.open_case(KARIN, code), "112/Veilig Thuis gebeld")
        assert (await school.actor(KARIN).fill(school.modal(KARIN), **CALLED)).ok
        saved = words_of(school.modal(KARIN))
        assert "Nu aan de beurt: schoolleider" in saved and WAITS in saved and "Nu nodig" not in saved
        case = await school.open_case(KARIN, code)
        assert WAITS in words_of(case) and "Bevestigen wat er is gebeld" not in words_of(case)
        assert "Bevestigen" not in buttons_of(case)
        assert "Bevestigen" in buttons_of(await school.open_case(FATIMA, code))
