"""The sentences that are not part of a plan, by code, in the reader's language (`handlers/i18n/locale`)."""

from __future__ import annotations

from collections.abc import Iterable

from handlers.i18n.catalogues import language, sentences
from meldcode.domain.case.asked import whose
from meldcode.domain.case.state import State
from meldcode.domain.errors import Problem, Refused
from meldcode.domain.plan.actions import ActionSpec
from meldcode.domain.plan.effects import Effect
from meldcode.domain.plan.model import Plan, Step
from meldcode.domain.plan.roles import Role
from meldcode.domain.staff import WithDeputies


def text(code: str, /, **words: str) -> str:
    """Return the sentence in the reader's language, with its words filled in. Raises KeyError for an unknown code."""
    return sentences(language())[code].format(**words)


def counted(code: str, count: int, /, **words: str) -> str:
    """Return the sentence about so many; about one it is the sentence with `_one` behind its code."""
    return text(f"{code}_one" if count == 1 else code, count=str(count), **words)


def role(name: str, plan: Plan | None = None, *, is_short: bool = False) -> str:
    """Return what the plan calls the role, or else the name of the catalogue."""
    named = plan.role_names.get(Role(name)) if plan else None
    if named is None:
        return text(f"role_{Role(name)}")
    return (is_short and named.short) or named.name


def roles(names: Iterable[str], plan: Plan | None = None, *, joined_by: str = "or") -> str:
    """Return the names of the roles: "IB-er of zorgcoördinator, vertrouwenspersoon of schoolleider"."""
    return listed([role(name, plan) for name in names], joined_by=joined_by)


def readers(plan: Plan, *, joined_by: str = "or") -> str:
    """Return the roles that read cases, with the steps in which they do: "vertrouwenspersoon (in stap 1 en 2)"."""
    shown = [(role(name, plan), reads_when(plan, name)) for name in plan.reader_roles]
    words = [text("reader_at", role=name, steps=steps) if steps else name for name, steps in shown]
    return listed(words, joined_by=joined_by)


def reads_when(plan: Plan, reader: Role) -> str:
    """Return in which steps a role reads cases; empty when in all of them."""
    numbers = list(dict.fromkeys(step.number for step in plan.steps if reader in plan.readers_at(step.id)))
    first, last = plan.steps[0].number, plan.steps[-1].number
    if not numbers or (numbers[0], numbers[-1]) == (first, last):
        return ""
    if numbers[-1] == last:
        return text("reads_from", first=str(numbers[0]))
    if len(numbers) > 2:  # noqa: PLR2004 - two steps are named each
        return text("reads_through", first=str(numbers[0]), last=str(numbers[-1]))
    return text("reads_in", steps=listed([str(number) for number in numbers]))


def listed(words: list[str], *, joined_by: str = "and") -> str:
    """Return the words as a list for use in a sentence."""
    if len(words) < 2:  # noqa: PLR2004 - one word is no list
        return "".join(words)
    return ", ".join(words[:-1]) + text(joined_by) + words[-1]


def whose_turn(plan: Plan, names: Iterable[Role], action: ActionSpec | None) -> str:
    """Return who acts now: *en* where the plan asks for all of them, *of* where either will do (G1)."""
    together = next(iter(action.present if action else ()), None)
    if together is None or not (together.all_of or together.one_of):
        return roles(names, plan)
    either = roles(together.one_of, plan)
    if not together.all_of:
        return text("turn_with_colleague", one=either) if together.at_least > 1 else either
    everyone = roles(together.all_of, plan, joined_by="and")
    return text("turn_together", all=everyone, one=either) if either else everyone


def waits_for(plan: Plan, record: ActionSpec, state: State) -> str:
    """Return, for who recorded what this record agrees with, who must still confirm it (S4.3)."""
    is_proposal = plan.records[record.agrees_with or ""].effect is not Effect.FAST_LANE
    return text("agrees" if is_proposal else "agrees_called", who=roles(whose(record, state), plan))


def people(found: Iterable[WithDeputies]) -> str:
    """Return the names of these people, each with who stands in for them (G5)."""
    return listed([_with_deputies(one) for one in found])


def _with_deputies(one: WithDeputies) -> str:
    deputies = listed([deputy.name for deputy in one.deputies])
    return text("replaced", name=one.person.name, deputies=deputies) if deputies else one.person.name


def responsible(found: WithDeputies | None) -> str:
    """Return who is responsible for a case, and who stands in for them (G2, G5)."""
    return text("responsible", name=people([found])) if found else text("responsible_nobody")


def step_in_sentence(plan: Plan, step: Step) -> str:
    """Return where a case stands, for use within a sentence."""
    return text("step_short", number=str(step.number), total=steps_in(plan), title=step.title)


def steps_in(plan: Plan) -> str:
    """Return the number of the plan's last step, as text."""
    return str(max(step.number for step in plan.steps))


def problem(problem: Problem) -> str:
    """Return what is wrong with a field: the reason from the plan, the sentence of the code, or both."""
    said = text(problem.code, roles=roles(problem.roles), **problem.words) if problem.code else ""
    return " ".join(filter(None, [problem.reason, said]))


def refusal(refused: Refused) -> str:
    """Return why something cannot be done, and what to do next."""
    names = [refused.named.get(name) or role(name) for name in refused.roles]
    who = listed(names, joined_by="or") or text("a_colleague")
    code = f"{refused.code}_one" if refused.words.get("count") == "1" else refused.code
    return refused.reason or text(code, **refused.words, roles=who)
