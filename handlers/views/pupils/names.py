"""How a pupil's name is shown: here alone, so that nothing in a name can turn what stands beside it around."""

from __future__ import annotations

from handlers.i18n.texts import text
from handlers.views.blocks import isolated
from meldcode.domain.case.state import Pupil
from meldcode.domain.typed_text import without_directions


def pupil_name(pupil: Pupil) -> str:
    """Return the name and the group."""
    return text("case_pupil", name=full_name(pupil), group=isolated(without_directions(pupil.group)))


def full_name(pupil: Pupil) -> str:
    """Return the name."""
    return " ".join(isolated(without_directions(name)) for name in (pupil.first_name, pupil.last_name))
