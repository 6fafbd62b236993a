"""A wrong plan file is refused with file, line and what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from meldcode.domain.plan.file import PLANS, PlanFault, WrongPlan, load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.forms import Meaning
from meldcode.domain.plan.translation import in_language

HEUTINK = (PLANS / "heutink.yaml").read_text(encoding="utf-8")

PLAN = """\
plan: small
version: 1
title: Een klein plan
source: Niemand
opens: signal
readers: [care_coordinator]
outcomes:
  - {id: done, title: Klaar}
always:
  - id: signal
    title: Signaal
    button: Melden
    by: [teacher]
    fields:
      - {id: first_name, kind: text, label: Voornaam, pupil: true}
      - {id: last_name, kind: text, label: Achternaam, pupil: true}
      - {id: group, kind: text, label: Groep, pupil: true}
  - {id: correction, title: Verbetering, button: Verbeteren, by: [teacher], effect: corrects}
  - id: handed_over
    title: Overgedragen
    button: Overdragen
    by: [teacher]
    effect: hands_over
    fields:
      - {id: new_teacher, kind: person, label: Aan wie}
  - id: postponed
    title: Uitgesteld
    button: Later
    by: [teacher]
    effect: postpones
    fields:
      - {id: until, kind: date, label: Tot wanneer, future: true}
  - {id: acute, title: Acuut, button: Acuut, by: [teacher], effect: alarms}
  - {id: belongs, title: Hoort erbij, button: Hoort erbij, by: [teacher], effect: joins}
  - {id: received, title: Kreeg erbij, button: Kreeg erbij, by: [teacher], effect: receives}
  - {id: other_pupil, title: Ander, button: Ander, by: [teacher], effect: differs}
steps:
  - id: first
    number: 1
    title: Eerst
    who: [teacher]
    deadline: {school_days: 5, each: signal}
    remind:
      - {after: 0, to: [teacher]}
      - {after: 2, to: [care_coordinator]}
    records:
      - id: asked
        title: Vragen
        button: Vragen
        by: [teacher, care_coordinator]
        fields:
          - id: answer
            kind: choice
            label: Wat
            choices: [{id: "yes", text: Ja}, {id: "no", text: Nee}]
          - {id: together, kind: people, label: Wie}
          - {id: when_next, kind: date, label: Wanneer, future: true}
          - {id: who_next, kind: person, label: Wie straks}
          - {id: what_next, kind: text, label: Wat}
        present:
          - {field: together, all_of: [teacher], none_of: [confidant], reason: Samen.}
        checks:
          - {when: {answer: "yes"}, needs: {what_next: given}, at: what_next, reason: Wat dan}
        leads:
          - {when: {answer: "no"}, close: done}
        follow_up: {what: what_next, day: when_next, owner: who_next}
    then: second
  - id: second
    number: 2
    title: Daarna
    who: [teacher]
    records:
      - id: agreed
        title: Eens
        button: Eens
        by: [teacher, care_coordinator]
        when: {asked.answer: "yes"}
        agrees_with: asked
        needs:
          - {condition: {asked: done}, reason: Vraag eerst.}
"""
"""A valid plan that is about as small as can be."""


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(WrongPlan) as refused:
        parse_plan(text, "plan.yaml")
    assert {fault.file for fault in refused.value.faults} == {"plan.yaml"}
    return [(fault.line, fault.what) for fault in refused.value.faults]


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_the_small_plan_is_fine() -> None:
    assert parse_plan(PLAN, "plan.yaml").plan == "small"


@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: str(path.stem))
def test_the_plans_that_come_with_the_program_are_fine(path: Path) -> None:
    assert load_plan(path).plan == path.stem


def test_a_fault_is_written_with_file_line_and_what() -> None:
    assert str(PlanFault("plan.yaml", 7, "there is no step 'x'")) == "plan.yaml:7: there is no step 'x'"


CONTRADICTIONS = [
    # what is replaced, by what, what begins the line of the fault (else: what is replaced), where, and what is said
    ("opens: signal", "opens: sign", "opens:", "opens", "there is no record 'sign'"),
    (
        "opens: signal",
        "opens: asked",
        "opens:",
        "opens",
        "the record that opens a case is one of always, without when, needs or effect",
    ),
    (
        "label: Groep, pupil: true",
        "label: Groep",
        "opens:",
        "opens",
        "the record that opens a case asks for the pupil: three required texts with pupil: true",
    ),
    (
        "label: Groep, pupil: true",
        "label: Groep, pupil: true, required: false",
        "opens:",
        "opens",
        "the record that opens a case asks for the pupil: three required texts with pupil: true",
    ),
    (", effect: corrects", "", "  - id: signal", "always", "exactly one record must have the effect 'corrects'"),
    (
        "by: [teacher], effect: differs",
        "by: [teacher], effect: alarms",
        "  - id: signal",
        "always",
        "exactly one record must have the effect 'differs'",
    ),
    ("  - id: second", "  - id: first", "  - id: first\n    number: 2", "steps.1.id", "a second step 'first'"),
    ("      - id: agreed", "      - id: asked", "", "steps.1.records.0.id", "a second record 'asked'"),
    ("then: second", "then: third", "then:", "steps.0.then", "there is no step 'third'"),
    (
        "then: second",
        "then: first",
        "then:",
        "steps.0.then",
        "a completed step leads to a later one; let an answer lead back (leads)",
    ),
    ("each: signal", "each: sign", "each:", "steps.0.deadline.each", "there is no record 'sign'"),
    (
        "{after: 2, to",
        "{after: 0, to",
        "      - {after: 0, to: [teacher]}",
        "steps.0.remind",
        "the rungs must each come later than the one before",
    ),
    (
        "{after: 0, to: [teacher]}",
        "{after: 0, every: 5, to: [teacher]}",
        "      - {after: 0, every",
        "steps.0.remind",
        "only the last rung can be repeated",
    ),
    (
        "        when: {asked.answer",
        "        effect: corrects\n        when: {asked.answer",
        "effect: corrects\n        when",
        "steps.1.records.0.effect",
        "a record with an effect is one of always",
    ),
    ("id: what_next", "id: when_next", "", "steps.0.records.0.fields.4.id", "a second field 'when_next'"),
    ("id: what_next", "id: signal", "", "steps.0.records.0.fields.4.id", "'signal' is the name of a record already"),
    (
        "when: {asked.answer",
        "when: {asked.answers",
        "",
        "steps.1.records.0.when.asked.answers",
        "there is no answer or record 'asked.answers'",
    ),
    (
        'asked.answer: "yes"',
        "asked.answer: perhaps",
        "",
        "steps.1.records.0.when.asked.answer",
        "'asked.answer' can be given, no, yes; not perhaps",
    ),
    (
        "{condition: {asked: done}",
        "{condition: {asked: given}",
        "",
        "steps.1.records.0.needs.0.condition.asked",
        "'asked' can be done, missing; not given",
    ),
    (
        "        present:\n",
        "        needs:\n          - {condition: {answer: given}, reason: Eerst.}\n        present:\n",
        "          - {condition: {answer",
        "steps.0.records.0.needs.0.condition.answer",
        "'answer' is asked in this form itself, and not answered yet",
    ),
    ("close: done", "to: third", "", "steps.0.records.0.leads.0.to", "there is no step 'third'"),
    ("close: done", "close: won", "", "steps.0.records.0.leads.0.close", "there is no outcome 'won'"),
    ("at: what_next", "at: what", "", "steps.0.records.0.checks.0.at", "the form has no field 'what'"),
    (
        "{field: together",
        "{field: what_next",
        "",
        "steps.0.records.0.present.0.field",
        "the form has no field 'what_next' that names people",
    ),
    (
        "none_of: [confidant]",
        "none_of: [teacher]",
        "",
        "steps.0.records.0.present.0.none_of",
        "teacher must be there and cannot be there",
    ),
    (
        "label: Aan wie",
        "label: Aan wie, required: false",
        "      - {id: new_teacher",
        "always.2.fields",
        "a record that hands over asks for one person, who is required",
    ),
    (
        "kind: date, label: Tot wanneer, future: true",
        "kind: text, label: Tot wanneer",
        "      - {id: until",
        "always.3.fields",
        "a record that postpones asks for one date, which is required",
    ),
    ("day: when_next", "day: then", "", "steps.0.records.0.follow_up.day", "the form has no field 'then'"),
    ("agrees_with: asked", "agrees_with: ask", "", "steps.1.records.0.agrees_with", "there is no record 'ask'"),
    (
        "by: [teacher, care_coordinator]\n        when",
        "by: [teacher]\n        when",
        "",
        "steps.1.records.0.by",
        "a record that agrees with another is made by two roles: one proposes, the other confirms",
    ),
]


@pytest.mark.parametrize(("old", "new", "at", "where", "what"), CONTRADICTIONS)
def test_what_the_parts_say_of_each_other_is_checked(old: str, new: str, at: str, where: str, what: str) -> None:
    assert old in PLAN
    wrong = PLAN.replace(old, new, 1)
    line = line_of(wrong, at) if at else line_of(PLAN, old)
    assert (line, f"{where}: {what}") in faults(wrong)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("title: Eerst", "titel: Eerst", "steps.0.titel: Extra inputs are not permitted"),
        ("number: 1", "number: many", "steps.0.number: Input should be a valid integer"),
        ("kind: person, label: Aan", "kind: somebody, label: Aan", "always.2.fields.0.kind: Input should be"),
        ("by: [teacher], effect: alarms", "by: [cook], effect: alarms", "always.4.by.0: Input should be"),
        ("by: [teacher], effect: alarms", "by: [], effect: alarms", "always.4.by: Tuple should have at least 1 item"),
        ("id: belongs", "id: Hoort bij", "always.5.id: String should match pattern"),
        ("{id: what_next, kind: text", "{id: what_next, kind: choice", "Value error, choices belong to the kinds"),
        ('{id: "no", text: Nee}', '{id: "yes", text: Nee}', "Value error, every choice has an id of its own"),
        ('{id: "no", text: Nee}', "{id: given, text: Nee}", "Value error, every choice has an id of its own"),
        ("close: done", "close: done, to: second", "Value error, an answer leads either to a step"),
        ("label: Wat\n", "label: Wat\n            default: x\n", "default 'x' is none"),
    ],
)
def test_the_vocabulary_is_checked(old: str, new: str, what: str) -> None:
    assert old in PLAN
    wrong = PLAN.replace(old, new, 1)
    found = faults(wrong)
    assert [said for _, said in found if what in said], found
    assert abs(found[0][0] - line_of(wrong, new.splitlines()[0])) <= 3


def test_every_fault_is_named_at_once() -> None:
    wrong = PLAN.replace("then: second", "then: third").replace("close: done", "close: won")
    assert len(faults(wrong)) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("plan: [small", 1),
        (PLAN.replace("    who: [teacher]", "\twho: [teacher]", 1), line_of(PLAN, "    who: [teacher]")),
        (PLAN.replace("title: Daarna", "title: Daarna: dan"), line_of(PLAN, "title: Daarna")),
        ("a: *nobody", 1),
        ("a: 1\n---\nb: 2", 2),
    ],
    ids=["open bracket", "tab", "colon", "alias", "two documents"],
)
def test_what_is_not_yaml_is_refused_with_its_line(text: str, line: int) -> None:
    assert [found for found, _ in faults(text)] == [line]


@pytest.mark.parametrize("text", ["", "# niets", "een zin", "[1, 2]", "42"])
def test_what_is_no_plan_at_all_is_refused(text: str) -> None:
    ((line, what),) = faults(text)
    assert (line, what.partition(":")[0]) == (1, "plan")


def test_a_key_that_stands_twice_is_refused() -> None:
    wrong = PLAN.replace("    title: Daarna\n", "    title: Daarna\n    title: Later\n")
    assert faults(wrong) == [(line_of(wrong, "title: Later"), "a second 'title'")]


def test_yes_and_no_are_words() -> None:
    plan = parse_plan(PLAN.replace('{id: "no", text', "{id: no, text").replace('{answer: "no"}', "{answer: no}"), "p")
    answer = plan.records["asked"].field("answer")
    assert answer is not None and answer.choice("no") is not None


def test_a_missing_file_is_an_error_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        load_plan(tmp_path / "nowhere.yaml")


HOLD = "  - {id: held, title: Langer, button: Langer, by: [teacher], effect: holds, fields: [%s]}\n"
DAY = "{id: held_until, kind: date, label: Tot wanneer, future: true}"


def test_a_plan_may_have_one_record_that_holds_or_none() -> None:
    assert parse_plan(PLAN, "plan.yaml").hold is None
    held = parse_plan(PLAN.replace("\nsteps:\n", "\n" + HOLD % DAY + "steps:\n", 1), "plan.yaml").hold
    assert held is not None
    assert held.id_of(Meaning.UNTIL) == "held_until"
    twice = HOLD % DAY + (HOLD % DAY.replace("held_until", "again")).replace("id: held,", "id: more,")
    found = faults(PLAN.replace("\nsteps:\n", "\n" + twice + "steps:\n", 1))
    assert [what for _, what in found] == ["always: no more than one record can have the effect 'holds'"]
    found = faults(PLAN.replace("\nsteps:\n", "\n" + HOLD % "" + "steps:\n", 1))
    assert "asks for one date, which is required" in found[0][1]


EXTRA = "  - {id: extra, title: Extra, button: Extra, by: [teacher], %s}\n"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("effect: notes, tell: [{roles: [teacher]}]", "a note alarms nobody"),
        ("effect: notes, leads: [{to: first}]", "a note alarms nobody"),
        ("effect: notes, stands_as: [{record: correction}]", "a note alarms nobody"),
        ("effect: reads, fields: [{id: why, kind: text, label: Waarom}]", "one click, which asks nothing"),
    ],
)
def test_a_note_alarms_nobody_and_that_something_was_read_asks_nothing(keys: str, said: str) -> None:
    [(_, what)] = faults(PLAN.replace("\nsteps:\n", "\n" + EXTRA % keys + "steps:\n", 1))
    assert said in what


def test_a_plan_without_a_translation_is_a_plan() -> None:
    text = HEUTINK.partition("\ntranslations:")[0]
    assert parse_plan(text, "p.yaml").translations == {}


@pytest.mark.parametrize(
    ("before", "after", "said", "at"),
    [
        ("title: Volgen\n", "title: Bijhouden\n", "this has no translation into 'en': Bijhouden", "title: Bijhouden"),
        ("title: Volgen\n", "title: Bijhouden\n", "nothing in the plan says this (any more)", '"Volgen": "Keep watch"'),
        ('"Volgen": "Keep watch"', '"Volgen": " "', "this has no translation into 'en': Volgen", "title: Volgen"),
        ('"Weging vastleggen": "', '"Weging vastleggen": "Long, too long, ', "'en': String", "button: Weging"),
    ],
)
def test_a_text_that_is_half_translated_is_named_with_its_line(before: str, after: str, said: str, at: str) -> None:
    assert HEUTINK.count(before) == 1
    changed = HEUTINK.replace(before, after)
    with pytest.raises(WrongPlan) as wrong:
        parse_plan(changed, "p.yaml")
    [line] = [fault.line for fault in wrong.value.faults if said in fault.what]
    assert at in changed.splitlines()[line - 1]


@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: path.stem)
def test_in_another_language_the_plan_is_the_same_in_other_words(path: Path) -> None:
    plan = load_plan(path)
    english = in_language(plan, "en")
    words = plan.translations["en"]
    assert len(words) > 150 and not [dutch for dutch in words if len(dutch) > 12 and dutch in words.values()]
    assert english.steps[0].title == words[plan.steps[0].title] != plan.steps[0].title
    assert list(english.records) == list(plan.records)
    assert [lead for r in english.records.values() for lead in r.leads] == [
        lead for r in plan.records.values() for lead in r.leads
    ]
    assert in_language(plan, "pl") is plan, "what is not translated is shown as it was written"
