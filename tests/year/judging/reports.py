"""What `/healthz` and `doctor` must say of each fault while it lasts, and that they are silent when it is over."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tests.year.judging.log import Event

SEEN = {
    "full": ("The disk is full",),
    "clock": ("clock is",),
    "away": ("Slack could not be asked", "Slack could not be reached"),
    "offline": ("Slack could not be asked", "Slack could not be reached"),
    "revoked": ("Slack does not accept SLACK_BOT_TOKEN: token_revoked", "Slack has refused the token"),
    "locked": ("is in use by another program for too long",),
    "server": ("The database at DATABASE_URL cannot be used",),
    "dead": ("run since",),  # "no web has run since" of one that had stored nothing yet
}
"""Faults that `/healthz` reports, and sentences of which `doctor` says each while they last and none afterwards."""
UNSEEN = {
    "slow": "Slack answers, and what waits is sent late; nothing fails",
    "refuses": "over before a minute has passed, which is no outage yet",
    "unanswered": "one call or a few; each is made again",
    "cut": "over before a minute has passed, which is no outage yet",
    "twice": "Slack's own habit, and nothing is wrong",
    "order": "Slack's own habit, and nothing is wrong",
    "restart": "a minute in which it is meant to stand still",
    "kill": "a process that is gone says nothing; seen as `dead` when it stays away for a quarter of an hour",
    "commit": "the same as `kill`",
    "database": "seen as `locked` or `server`",
    "second": "two processes on a server are allowed; on a file `run` refuses to start, which other tests have",
    "upgrade": "meant so",
    "plan": "meant so",
    "key": "meant so, and nothing is left under the old key",
    "moved": "meant so",
    "language": "meant so",
    "closed": "`doctor` names people who left until somebody takes them out of the schools file: see LEFT",
    "unheard": "the same as `closed`",
}
"""Faults of which nothing is reported, and why."""
LEFT = "{who} is a closed account"
LASTING = ("message(s) could not be delivered",)
"""What `doctor` may also say for good when somebody has left."""


def of_health(event: Event, *, is_trouble: bool) -> str:
    """What is wrong with an answer of `/healthz`; empty if it is right."""
    if event["fault"] in SEEN and not event.get("is_over") and event["is_well"]:
        return "a fault that is not reported"
    if event.get("is_over") and not event["is_well"]:
        return "still reported when it was over"
    if not event["fault"] and not event["is_well"] and not is_trouble:
        return "reported without a fault"
    return ""


def of_doctor(event: Event, gone: Collection[str], *, is_trouble: bool) -> Iterator[tuple[str, str]]:
    """What is wrong with an answer of `doctor`."""
    fault, said = event["fault"], event["words"]
    expected = SEEN.get(fault, ())
    if not event["is_over"]:
        missing = [sentence for sentence in expected if not any(sentence in words for words in said)]
        yield from (("doctor does not see a fault", f"{fault}: {sentence}") for sentence in missing)
    if event["is_over"] or not (fault or is_trouble):
        yield from (("doctor sees what is not there", words) for words in said if not _is_lasting(words, gone))
        left = (who for who in sorted(gone) if not any(LEFT.format(who=who) in words for words in said))
        yield from (("doctor does not see who left", who) for who in left)


def _is_lasting(words: str, gone: Collection[str]) -> bool:
    """Whether it is said because somebody left."""
    return any(LEFT.format(who=who) in words or any(one in words for one in LASTING) for who in gone)
