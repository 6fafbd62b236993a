"""A case on paper: where it stands by the plan file and by what people recorded, worked out apart from the program."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.year.judging.plan_file import records, several, steps

Json = dict[str, Any]
OPEN, CLOSED, JOINED = "open", "closed", "joined"
GIVEN = "given"
JUST_NOW = timedelta(seconds=5)


@dataclass
class Line:
    """One line of the logbook."""

    number: int
    record: str
    who: str
    at: datetime
    said: Json


@dataclass
class Stay:
    """How long a case stood at a step, from when its days count. `postponed` are days that somebody chose, and when."""

    step: str
    began: datetime
    counts: datetime
    ended: datetime | None = None
    postponed: list[tuple[datetime, str]] = field(default_factory=list)


@dataclass
class Exclusion:
    """Somebody is to have nothing to do with a case: since when, and whether a second person agreed (or ended it)."""

    who: str
    began: datetime
    is_agreed: bool = False
    ended: datetime | None = None


class Paper:
    """One case, kept by hand."""

    def __init__(self, plan: Json, opened: datetime, teachers: list[str]) -> None:
        self.plan, self._records, self._steps = plan, records(plan), steps(plan)
        self._order = list(self._steps)
        self.teachers = teachers
        self.lines: list[Line] = []
        self.standing: dict[str, Line] = {}
        self.exclusions: list[Exclusion] = []
        self.began_again: list[datetime] = []
        self.status = "open"
        self.stays = [Stay(self._order[0], opened, opened)]
        self.since = opened
        """When the case came to its step, whatever its days count from."""
        self.in_charge: list[tuple[datetime, str]] = []
        """Who became responsible, and when; nobody where the case began again."""

    @property
    def step(self) -> str:
        return self.stays[-1].step

    @property
    def shown(self) -> str:
        """What somebody reads who opens it."""
        return self.step if self.status == "open" else self.status

    def may_show(self, at: datetime) -> set[str]:
        """What an answer may show that came at this moment: it was asked for a moment earlier."""
        return {self.shown, *(stay.step for stay in self.stays if stay.ended and at - stay.ended <= JUST_NOW)}

    def stay_at(self, at: datetime) -> Stay | None:
        """Where it stood at this moment; None while it was not open."""
        return next((stay for stay in self.stays if stay.began <= at and (stay.ended is None or at < stay.ended)), None)

    def responsible_at(self, at: datetime) -> str:
        """Who took charge of it last; nobody where that is empty."""
        return next((who for since, who in reversed(self.in_charge) if since <= at), "")

    def write(self, record: str, who: str, at: datetime, said: Json, number: int = 0) -> None:
        """Add a line, and see where that leads."""
        spec = self._records.get(record, {})
        if self.status == CLOSED and record == self.plan["opens"]:
            self._begin_again(at)
        line = Line(len(self.lines) + 1, record, who, at, self._asked(spec, said))
        self.lines.append(line)
        if spec.get("effect") == "postpones":
            if not number:
                self.stays[-1].postponed.append((at, said["until"]))
            return
        self._exclude(spec, line)
        if charge := spec.get("takes_charge"):
            self.in_charge += [(at, who)] if charge == "always" or not self.responsible_at(at) else []
        agreed = [id_ for id_, other in self._records.items() if other.get("agrees_with") == record]
        self.standing = {id_: old for id_, old in self.standing.items() if id_ not in agreed} | {record: line}
        stands = [one["record"] for one in spec.get("stands_as", []) if self._is_here(one) and self._holds(one, line)]
        self._lead(spec, line)
        made = {record, *stands}
        self.standing |= dict.fromkeys(stands, line)
        self.standing = {
            id_: old
            for id_, old in self.standing.items()
            if id_ in made or not made & {*self._records.get(id_, {}).get("outdated_by", [])}
        }
        self._go_on(at)
        self._count_again(made, at)

    def _asked(self, spec: Json, said: Json) -> Json:
        """What counts of these answers: a form that is sent after its step may answer what is not asked any more."""
        step = self.step if self.status == OPEN else self._order[0]
        idle = {field["id"] for field in spec.get("fields", []) if step not in field.get("asked_in", [step])}
        return {id_: answer for id_, answer in said.items() if id_ not in idle}

    def _exclude(self, spec: Json, line: Line) -> None:
        """Keep who is excluded from the case, and what a second person says of that (G12)."""
        if spec.get("effect") == "excludes" and line.said.get("exclusion") == "out":
            self.exclusions.append(Exclusion(str(line.said["excluded_person"]), line.at))
        elif "exclusion_right" in line.said and self.exclusions:
            who = self.exclusions[-1].who
            for one in self.exclusions:  # who presses twice proposes it twice
                if one.who == who and one.ended is None and not one.is_agreed:
                    one.is_agreed = line.said["exclusion_right"] == "yes"
                    one.ended = None if one.is_agreed else line.at

    def _begin_again(self, at: datetime) -> None:
        self.status, self.standing = "open", {}
        self.began_again.append(at)
        self.since = at
        self.in_charge.append((at, ""))
        self.stays.append(Stay(self._order[0], at, at))

    def _lead(self, spec: Json, line: Line) -> None:
        leads = (lead for lead in spec.get("leads", []) if self._is_here(lead) and self._holds(lead, line))
        lead = next(leads, None)
        if lead is None:
            return
        if to := lead.get("to"):
            self._go(to, line.at)
        else:
            self.status, self.stays[-1].ended = CLOSED, line.at

    def _go(self, to: str, at: datetime) -> None:
        place, before = self._order.index(to), self._order.index(self.step)
        undone = {record["id"] for step in self._order[place:] for record in self._steps[step].get("records", [])}
        if place < before:
            undone |= {record["id"] for record in self.plan["always"] if record.get("lapses")}
        self.standing = {id_: line for id_, line in self.standing.items() if id_ not in undone}
        since = self.standing.get(self._steps[to].get("deadline", {}).get("since", ""))
        self.stays[-1].ended = at
        is_answered = any(line.at == at for line in self.standing.values())  # else the step begins again
        counts = min(since.at, at) if since and is_answered and place >= before else at
        self.stays.append(Stay(to, at, counts))
        self.since = at

    def _go_on(self, at: datetime) -> None:
        """A step of which everything was done is over."""
        while self.status == "open":
            step = self._steps[self.step]
            needed = [record for record in step.get("records", []) if not record.get("optional")]
            following = step.get("then") or next(iter(self._order[self._order.index(self.step) + 1 :]), None)
            if not needed or following is None or any(self._is_missing(record) for record in needed):
                return
            self._go(following, at)

    def _is_missing(self, record: Json) -> bool:
        return record["id"] not in self.standing and all(self._conditions(record.get("when", {}), {}))

    def _count_again(self, made: set[str], at: datetime) -> None:
        """Some records let the days of their step count anew."""
        deadline = self._steps[self.step].get("deadline", {})
        if made & {deadline.get("each"), *deadline.get("or_each", [])} and self.status == "open":
            stay = self.stays[-1]
            if stay.began != at:
                stay.ended = at
                self.stays.append(Stay(self.step, at, at, postponed=stay.postponed))

    def _is_here(self, part: Json) -> bool:
        return not part.get("at") or self.step in several(part["at"])

    def _holds(self, part: Json, line: Line) -> bool:
        return all(self._conditions(part.get("when", {}), line.said))

    def is_waiting(self) -> bool:
        """Whether its step still asks for something."""
        needed = (record for record in self._steps[self.step].get("records", []) if not record.get("optional"))
        return any(self._is_missing(record) for record in needed)

    def holds(self, condition: Json) -> bool:
        """Whether a condition holds for what stands."""
        return all(self._conditions(condition, {}))

    def _conditions(self, condition: Json, said: Json) -> Iterator[bool]:
        for path, wanted in condition.items():
            record, _, name = path.partition(".")
            if path in said:
                yield _is_one(said[path], several(wanted))
            elif not name:
                yield ("done" if record in self.standing else "missing") in several(wanted)
            else:
                yield record in self.standing and _is_one(self.standing[record].said.get(name, ""), several(wanted))


def _is_one(answer: Any, wanted: list[Any]) -> bool:
    return any(one in wanted or (one and GIVEN in wanted) for one in several(answer))
