"""Long jobs of the core, with the log for what cannot be done."""

from __future__ import annotations

from functools import partial

from handlers.platform.errors import noted
from meldcode.application.staff.left_behind import notice_left_behind

LEFT_BEHIND = partial(notice_left_behind, trouble=noted("case left behind"))
