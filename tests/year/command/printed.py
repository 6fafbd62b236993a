"""A year that was made small, as the text of a test; and what such a test asks of the year that it plays."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import fields

from tests.year.drawn.options import Options
from tests.year.drawn.seeds import SIZES
from tests.year.judging.expected.reminders import CODE
from tests.year.judging.log import Event, Log, moment, people_in
from tests.year.judging.oracle import Finding

WIDTH = 116
RECORDED, OPENED, MESSAGE = "did", "opened", "message"
TOLD = {
    RECORDED: "{who}: {record} of {case}, {result}",
    OPENED: "{who} opens {case}",
    "gave_up": "{who} closes {record} of {case} half-way",
    "thrown_away": "{who} throws {record} of {case} away",
    "came_back": "{who} opens {record} of {case} again",
    "away": "{who} is away from {first} to {last}",
    "deputy": "{deputy} stands in for {who}",
    "gone": "{who} leaves the school",
    "trouble": "fault: {fault}",
    "alarm": "{who} raises the alarm",
    "alarm_answered": "{who} goes to who raised the alarm",
}
DONE = {*TOLD} - {OPENED}
IMPORTS = {
    "datetime.": "import datetime\n",
    "replace(": "from dataclasses import replace\n\n",
    "not_done(": "from tests.year.command.printed import not_done\n",
    "Size(": "from tests.year.drawn.schools import Size\n",
    "played(": "from tests.year.drawn.seeds import played, {name}\n",
}
"""What a test needs that has these words in it, in order."""
TEST = '''
def test_{name}_year_{seed}() -> None:
    """{story}
    """
    log, found = played(replace({name}({seed}){changed}, only=frozenset({acts})){broken})
    assert not_done(log, {deeds}) == [], "these acts do something else now: shrink the year again"
    assert {kind!r} not in {{finding.what for finding in found}}
'''


def printed(part: Options, name: str, finding: Finding, log: Log, broken: str) -> str:
    """The text of a test that fails as long as this part of a year shows this finding."""
    test = TEST.format(
        name=name,
        seed=part.seed,
        story=_wrapped([str(finding), "", *_story(log, finding)]),
        changed=_changed(part, SIZES[name](part.seed)),
        acts=sorted(part.only or ()),
        broken=f", {broken!r}" if broken else "",
        deeds=_deeds_until(log, finding),
        kind=finding.what,
    )
    code = test.partition("log, found")[2]
    imports = "".join(line for word, line in IMPORTS.items() if word in code).format(name=name)
    return _formatted(f"from __future__ import annotations\n\n{imports}\n{test}")


def not_done(log: Log, deeds: list[str]) -> list[str]:
    """What of these deeds is not in the log. One without a result has any: it is what was wrong."""
    left, missing = [words for _, words in _done(log)], []
    for deed in sorted(deeds, key=len, reverse=True):
        found = next((words for words in left if words.startswith(deed)), None)
        if found is None:
            missing.append(deed)
        else:
            left.remove(found)
    return missing


def _deeds_until(log: Log, finding: Finding) -> list[str]:
    """What people did and what went wrong until the finding was seen; when that is nothing, what they looked at."""
    deeds = [(event, words) for event, words in _done(log) if moment(event) <= finding.at]
    only = [(event, words) for event, words in deeds if event["what"] in DONE] or deeds
    return [words if _stays(event, finding) else words.rpartition(", ")[0] for event, words in only]


def _stays(event: Event, finding: Finding) -> bool:
    """Whether this is as it is when nothing is wrong any more: what was stored before that was seen."""
    return event["what"] != RECORDED or (event["result"] == "saved" and moment(event) < finding.at)


def _done(log: Log) -> Iterator[tuple[Event, str]]:
    """Everything that is told but messages, without the names of cases: these are others when the program changes."""
    names = {slack: person["name"] for slack, person in people_in(log.events).items()}
    told = ((event, _words(event, names)) for event in log.events if event["what"] in TOLD)
    return ((event, CODE.sub("a case", words)) for event, words in told)


def _story(log: Log, finding: Finding) -> Iterator[str]:
    """What people did until it was seen, and what the bot said of that case."""
    people = people_in(log.events)
    names = {slack: f"{person['name']} ({', '.join(person['roles'])})" for slack, person in people.items()}
    for event in log.events:
        if moment(event) <= finding.at and (words := _words(event, names)):
            yield f"{event['at'][:16]} {words}"


def _words(event: Event, names: dict[str, str]) -> str:
    if event["what"] == MESSAGE:
        return f"the bot to {names[event['who']]}: {event['words'][0]}"
    named = {key: names.get(value, value) if isinstance(value, str) else value for key, value in event.items()}
    named |= {"case": event.get("case") or "a new case"}
    return TOLD.get(event["what"], "").format(**named)


def _changed(part: Options, drawn: Options) -> str:
    """What was said in the place of what the seed has."""
    names = [field.name for field in fields(part) if field.name != "only"]
    changed = {name: getattr(part, name) for name in names if getattr(part, name) != getattr(drawn, name)}
    return "".join(f", {name}={value!r}" for name, value in changed.items())


def _wrapped(lines: list[str]) -> str:
    """These lines as a docstring has them."""
    plain = (line.replace("\\", "\\\\").replace('"', "'") for line in lines)
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent="    ", subsequent_indent="      ") for line in plain
    ).strip()


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "120", "-"]
    return subprocess.run(command, input=text, capture_output=True, check=True, text=True, encoding="utf-8").stdout
