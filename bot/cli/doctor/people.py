"""What Slack says of the people in the schools file. A wrong member ID shows only when a message is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.cli.doctor.finding import Finding
from bot.schools_file import PersonInFile, SchoolsFile, read_schools
from bot.settings import ConfigError, Settings
from handlers.platform.members import Member, member_of
from handlers.platform.slack_errors import Meaning, code_of, meaning_of

MOST = 100
"""How many people are asked about: Slack answers some hundred questions a minute."""
UNKNOWN = "{school} › {name}: Slack does not know {slack}. Copy the member ID from the profile in Slack again."
NO_COLLEAGUE = "{school} › {name}: {slack} is a closed account, a bot or a stranger, and gets no messages. Correct it."

GUEST = (
    "{school} › {name}: {slack} is a guest of the workspace, and has no role until the schools file says that one is "
    "meant. Add `guest: true`, or give the role to a colleague."
)


def people_findings(client: WebClient, settings: Settings) -> Iterator[Finding]:
    """Yield who in the schools file is unknown to Slack or no colleague, until Slack stops answering."""
    file = _file(settings)
    if file is None:
        return
    people = [(school, person) for school in file.schools for person in school.people]
    unconfirmed = file.unconfirmed
    for school, person in people[:MOST]:
        try:
            wrong = _wrong(client, person, unconfirmed)
        except (SlackApiError, OSError, HTTPException) as error:
            code = code_of(error) if isinstance(error, SlackApiError) else type(error).__name__
            yield Finding(f"Slack did not say who is in the workspace ({code}): people are not all checked.", False)
            return
        if wrong:
            yield Finding(wrong.format(school=school.name, name=person.name, slack=person.slack))
    if len(people) > MOST:
        yield Finding(f"The first {MOST} people of the schools file are checked, and the others are not.", False)


def _file(settings: Settings) -> SchoolsFile | None:
    try:
        return read_schools(settings.meldwijzer_schools) if settings.meldwijzer_schools else None
    except ConfigError:
        return None  # reported already


def _wrong(client: WebClient, person: PersonInFile, unconfirmed: Collection[str]) -> str:
    """What is wrong with this person; empty if nothing is."""
    try:
        said = client.users_info(user=person.slack)["user"]
    except SlackApiError as error:
        if meaning_of(error) is Meaning.NOBODY:
            return UNKNOWN
        raise
    match member_of(said):
        case Member.NOBODY:
            return NO_COLLEAGUE
        case Member.GUEST if person.slack in unconfirmed:
            return GUEST
        case _:
            return ""
