"""What a record does beside being kept."""

from __future__ import annotations

from enum import StrEnum


class Effect(StrEnum):
    """What a record does beside being kept.

    `corrects` another entry (S1.2), `denies` that its author took part in one, or `disagrees` with it (S3.1);
    `corrects_pupil`, the name or group that the case is under; `moves_signal` to the case of another pupil (G10);
    `joins` this case to another about the same pupil, which `receives` it; `links` this
    case to a sibling's (G11); `differs` says that another case is about another pupil, `separates` that
    the one that was joined last is, once a second person agrees; `hands_over` the case to
    another teacher (G5), or `shares` it among the `teachers` that it names (S1.6); `alarms`
    about immediate danger (G4); `postpones` the reminders of the step to a day (G2); `holds` a closed case until a
    day, so that it is not destroyed before; `leaves` says of a closed case on which day the pupil left the school, from
    which it may be kept (G9); `exports` the dossier: to whom and why, whole or as parents may see it;
    `fast_lane` records that 112 or Veilig Thuis was called, from any step, and skips the steps before the report (G8);
    `excludes` somebody from the case until the end of the next school day, and for good once a second person agrees
    (G12); `takes_over` gives somebody a role in this case alone, once a second person agrees (G12).
    `appoints` makes appointments alone; `settles` says that one is done, `moves` it to a day, or `drops` it (S3.6).
    `notes` something that alarms nobody (S1.2); `reads` says that the signals were read, to who wrote them (S1.1).
    The fields that an effect needs are found by their `Meaning`.
    """

    CORRECTS = "corrects"
    DENIES = "denies"
    DISAGREES = "disagrees"
    CORRECTS_PUPIL = "corrects_pupil"
    MOVES_SIGNAL = "moves_signal"
    JOINS = "joins"
    RECEIVES = "receives"
    LINKS = "links"
    DIFFERS = "differs"
    SEPARATES = "separates"
    HANDS_OVER = "hands_over"
    ALARMS = "alarms"
    POSTPONES = "postpones"
    HOLDS = "holds"
    LEAVES = "leaves"
    EXPORTS = "exports"
    FAST_LANE = "fast_lane"
    APPOINTS = "appoints"
    SETTLES = "settles"
    MOVES = "moves"
    DROPS = "drops"
    SHARES = "shares"
    EXCLUDES = "excludes"
    TAKES_OVER = "takes_over"
    NOTES = "notes"
    READS = "reads"


class TakesCharge(StrEnum):
    """When a record makes its author responsible for the case: whoever was before, or only if nobody was (G2, G5)."""

    ALWAYS = "always"
    IF_NOBODY = "if_nobody"


DENIALS = (Effect.DENIES, Effect.DISAGREES)
"""Effects that say of another entry that its author was not there, or does not agree."""
DECIDES = (Effect.SETTLES, Effect.MOVES, Effect.DROPS)
"""Effects that decide on an appointment."""
OPTIONAL_EFFECTS = (
    Effect.HOLDS,
    Effect.LEAVES,
    Effect.EXPORTS,
    Effect.FAST_LANE,
    *DENIALS,
    Effect.CORRECTS_PUPIL,
    Effect.MOVES_SIGNAL,
    Effect.LINKS,
    Effect.APPOINTS,
    Effect.SHARES,
    Effect.EXCLUDES,
    Effect.TAKES_OVER,
    Effect.SEPARATES,
    Effect.NOTES,
    Effect.READS,
    *DECIDES,
)
"""Effects that came after plans were in use: a plan may do without."""


class Version(StrEnum):
    """The versions of an exported dossier: everything, or without other people and who reported."""

    WHOLE = "whole"
    FOR_PARENTS = "for_parents"
