"""What is said about a part of the program that does not work: one sentence, the same in the log and by `doctor`."""

from __future__ import annotations

from storage.db.component_records import ComponentRecord

REQUESTS, BAD_SIGNATURE = "requests", "bad_signature"
SLACK, TOKEN, MESSAGES, SOCKET = "slack", "token", "messages", "socket"
CLOCK, WIPING, DATABASE = "clock", "wiping", "database"
STORING, WORKER, WEB = "component log", "scheduler", "web"
SCREENS = "screens"

_NOT_STORED = "Nothing could be stored since {since} ({failure}). Look at the disk and the database."
_REFUSED = (
    "Slack has refused the token or the app's rights since {since} ({failure}): messages wait, and none is lost. "
    "Install the app again, and copy SLACK_BOT_TOKEN from Install App."
)
_SENTENCES = {
    REQUESTS: "No request of Slack had a signature that fits since {since}, but others came. "
    "Copy SLACK_SIGNING_SECRET again from Basic Information.",
    SLACK: "Slack could not be reached since {since} ({failure}). Look at the network, DNS and HTTPS_PROXY.",
    TOKEN: _REFUSED,
    MESSAGES: _REFUSED,
    SOCKET: "The connection to Slack (Socket Mode) has not worked since {since} ({failure}). Look at the network; if "
    "Slack refuses it, copy SLACK_APP_TOKEN again from Basic Information.",
    CLOCK: "This machine's clock is {failure} off from Slack's: no reminders are sent and nothing is destroyed until "
    "it is right. Set it, and let it be kept right (NTP).",
    WIPING: "What was deleted is still in the files of the database, since {since}. Stop what reads them for so long.",
    SCREENS: "Slack refused what was on a screen ({failure}), last on {failed:%Y-%m-%d %H:%M} UTC: somebody saw a "
    "sentence in its place. Nothing was lost. Please report this.",
    DATABASE: _NOT_STORED,
    STORING: _NOT_STORED,
}
_OTHER = "The part “{name}” has not worked since {since} ({failure}). See the log."


def complaint(record: ComponentRecord) -> str:
    """Say what does not work since when, and what to do about it."""
    since = f"{record.succeeded_at:%Y-%m-%d %H:%M} UTC" if record.succeeded_at else "it was started"
    return _SENTENCES.get(record.name, _OTHER).format(
        name=record.name, since=since, failure=record.failure, failed=record.failed_at
    )
