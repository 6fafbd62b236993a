"""`meldwijzer plan`: a wrong plan is reported with file, line and fault; a right one is drawn in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli import plan_drawing
from meldcode.domain.plan.file import PLANS, load_plan, parse_plan, shipped_plans
from meldcode.domain.plan.model import Plan
from tests.bot_cli.conftest import Cli

NODE = re.compile(r'^    (\w+)(?:\[".+"\]|\(\[".+"\]\))$')
ARROW = re.compile(r'^    (\w+) -->(?:\|"([^"|]+)"\|)? (\w+)$')


def flat(text: str) -> str:
    """The words without the breaks of lines."""
    return " ".join(text.split())


def arrows(plan: Plan) -> set[tuple[str, str, str]]:
    """From where, by what, to where."""
    found = [ARROW.match(line) for line in plan_drawing.as_mermaid(plan).splitlines()]
    return {(arrow[1], arrow[2] or "", arrow[3]) for arrow in found if arrow}


def heutink() -> Plan:
    return load_plan(PLANS / "heutink.yaml")


# check


@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
def test_a_good_plan_is_in_order(cli: Cli, file: Path) -> None:
    result = cli("plan", "check", str(file))
    assert result.exit_code == 0
    assert re.fullmatch(rf"{file.name}: {file.stem} version \d+, \d+ steps: in order\.\n", result.stdout)


@pytest.mark.parametrize(
    ("right", "wrong", "what"),
    [
        ("opens: signal", "opens: nothing", "opens: there is no record 'nothing'"),
        ("who: [care_coordinator, school_leader]", "who: [boss]", "Input should be 'teacher'"),
        ("deadline: {school_days: 10}", "deadline: {days: 10}", "Extra inputs are not permitted"),
        (
            '{when: {close_agreed: "yes"}, close: nothing_found',
            '{when: {close_agreed: "yes"}, close: x',
            "no outcome 'x'",
        ),
        (
            'decision: no_report, weighing.doubt: "yes"}',
            "weighing.doubt: perhaps}",
            "can be given, no, yes; not perhaps",
        ),
        ("agrees_with: proposal", "agrees_with: nothing", "there is no record 'nothing'"),
        ("effect: alarms", "effect: corrects", "exactly one record must have the effect"),
        ("outcomes:", "outcomes: [", ""),
    ],
)
def test_a_wrong_plan_is_named_by_file_line_and_fault(
    cli: Cli, bare_environment: Path, landelijk: str, right: str, wrong: str, what: str
) -> None:
    assert right in landelijk
    file = bare_environment / "mijn plan.yaml"
    file.write_text(landelijk.replace(right, wrong, 1), encoding="utf-8")
    result = cli("plan", "check", str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    faults = result.stderr.splitlines()
    assert all(re.match(r"mijn plan\.yaml:\d+: .", fault) for fault in faults), faults
    assert any(what in fault for fault in faults), faults


def test_what_hardly_anybody_means_is_warned_about(cli: Cli, bare_environment: Path, landelijk: str) -> None:
    file = bare_environment / "plan.yaml"
    wide = landelijk.replace("readers: [", "readers: [teacher, ").replace("retention_years: 2", "retention_years: 0", 1)
    file.write_text(wide, encoding="utf-8")
    result = cli("plan", "check", str(file))
    assert result.exit_code == 0
    teachers, zero = result.stderr.splitlines()
    assert teachers.startswith("plan.yaml: warning: readers: every teacher of the school can read every case")
    assert "nothing_found is kept for 0 years" in zero
    file.write_text(landelijk, encoding="utf-8")
    assert cli("plan", "check", str(file)).stderr == ""


def test_the_line_is_that_of_the_fault(cli: Cli, bare_environment: Path, landelijk: str) -> None:
    file = bare_environment / "plan.yaml"
    file.write_text(landelijk.replace("    agrees_with: proposal", "    agrees_with: nothing"), encoding="utf-8")
    line = 1 + file.read_text(encoding="utf-8").splitlines().index("        agrees_with: nothing")
    assert cli("plan", "check", str(file)).stderr.startswith(f"plan.yaml:{line}: ")


def test_all_faults_are_named_at_once(cli: Cli, bare_environment: Path, landelijk: str) -> None:
    file = bare_environment / "plan.yaml"
    file.write_text(landelijk.replace("at: why_plan", "at: nowhere"), encoding="utf-8")
    assert len(cli("plan", "check", str(file)).stderr.splitlines()) == 2


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\xfe\x00", "1: this is no UTF-8 text"),
        (b"", "1: plan: this file holds no plan. Begin with a copy of one that is shipped"),
        (b"- a\n- b\n", "1: plan: this file holds no plan. Begin with a copy of one that is shipped"),
        (b"plan: landelijk\nversion: [\n", "3: "),
    ],
)
@pytest.mark.parametrize("command", ["check", "show"])
def test_a_file_that_is_no_plan_is_refused_without_a_traceback(
    cli: Cli, bare_environment: Path, command: str, content: bytes, what: str
) -> None:
    file = bare_environment / "plan.yaml"
    file.write_bytes(content)
    result = cli("plan", command, str(file))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"plan.yaml:{what}")


# show


def test_the_plan_in_use_is_shown(cli: Cli) -> None:
    assert cli("plan", "show").stdout.splitlines()[1].startswith("heutink, versie ")
    national = str(PLANS / "landelijk.yaml")
    assert cli("plan", "show", MELDWIJZER_PLAN=national).stdout == cli("plan", "show", national).stdout


def test_a_setting_for_no_plan_is_refused(cli: Cli) -> None:
    result = cli("plan", "show", MELDWIJZER_PLAN="no-such-plan.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "no-such-plan.yaml: the plan cannot be read: FileNotFoundError\n"


@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
def test_a_plan_is_shown_whole_and_in_words(cli: Cli, file: Path) -> None:
    plan, result = load_plan(file), cli("plan", "show", str(file))
    assert result.exit_code == 0
    shown = flat(result.stdout)
    titles = [plan.title, *(step.title for step in plan.steps), *(record.title for record in plan.records.values())]
    reasons = [need.reason for record in plan.records.values() for need in record.needs]
    reasons += [check.reason for record in plan.records.values() for check in record.checks]
    reasons += [presence.reason for record in plan.records.values() for presence in record.present]
    ends = [outcome.title for outcome in plan.outcomes]
    assert [words for words in (*titles, *reasons, *ends) if flat(words) not in shown] == []
    ids = {step.id for step in plan.steps} | plan.records.keys() | {outcome.id for outcome in plan.outcomes}
    assert sorted(name for name in ids if "_" in name and name in shown) == []
    assert max(map(len, result.stdout.splitlines())) <= plan_drawing.WIDTH


def test_who_is_reminded_told_and_asked_to_agree_is_said() -> None:
    shown = flat(plan_drawing.as_text(heutink()))
    assert "termijn: dezelfde schooldag" in shown
    assert "termijn: binnen 15 schooldagen, telkens opnieuw na “Hoe gaat het nu?”" in shown
    assert "herinnering 2 schooldagen daarna, en dan om de 5 schooldagen: leerkracht, IB-er" in shown
    assert "bericht aan clusterdirecteur (is er niemand: schoolleider), als “Ben je het eens" in shown
    assert "door een ander, met de andere rol, dan “Besluit voorstellen”" in shown
    assert "naar stap 4, Wegen, als “Hoe gaat het nu?”: “Het gaat slechter”, “De ouders" in shown


# show --mermaid


@pytest.mark.parametrize("file", shipped_plans(), ids=lambda file: file.stem)
def test_the_diagram_has_a_node_for_every_step_and_end_and_arrows_between_them(cli: Cli, file: Path) -> None:
    plan, result = load_plan(file), cli("plan", "show", str(file), "--mermaid")
    assert result.exit_code == 0
    first, *lines = result.stdout.splitlines()
    assert first == "flowchart TD"
    nodes = {node[1] for line in lines if (node := NODE.match(line))}
    drawn = [arrow for line in lines if (arrow := ARROW.match(line))]
    assert len(nodes) + len(drawn) == len(lines), "a line is neither"
    steps, ends = {f"step_{s.id}" for s in plan.steps}, {f"outcome_{o.id}" for o in plan.outcomes}
    assert nodes == {"opening", "always"} | steps | ends
    assert {arrow[1] for arrow in drawn} == {"opening", "always"} | steps
    assert {arrow[3] for arrow in drawn} == steps | ends
    assert len({arrow[0] for arrow in drawn}) == len(drawn), "an arrow is drawn twice"


def test_arrows_say_what_is_chosen_and_none_is_drawn_that_nobody_can_go() -> None:
    drawn = arrows(heutink())
    assert {arrow for arrow in drawn if arrow[0] in ("step_decide", "step_report")} == {
        ("step_decide", "Nee, we praten verder", "step_decide"),
        ("step_decide", "Ja, dit is ons besluit + Melden bij Veilig Thuis", "step_report"),
        ("step_decide", "Ja, dit is ons besluit + Niet melden: hulp en volgen", "step_watch"),
        ("step_report", "", "step_tell_parents"),
        (
            "step_report",
            "Melding bij Veilig Thuis vastleggen + Ja",
            "step_after_report",
        ),  # the parents were told before (S4.8)
    }
    assert ("step_talk", "", "step_weigh") in drawn
    assert ("step_talk", "Ja, we slaan stap 3 over", "step_weigh") in drawn


def test_a_condition_on_an_earlier_answer_is_said_after_what_is_recorded() -> None:
    drawn = arrows(load_plan(PLANS / "landelijk.yaml"))
    assert {arrow for arrow in drawn if arrow[0] == "step_after_report"} == {
        ("step_after_report", "", "step_after_answer"),
        ("step_after_report", "We hebben gebeld en nog geen antwoord", "step_after_report"),
        (
            "step_after_report",
            "Antwoord van Veilig Thuis vastleggen + Melden, en ook hulp bieden of regelen",
            "step_watch",
        ),
    }


def test_what_means_something_to_mermaid_is_escaped(landelijk: str) -> None:
    title = 'A "b" #1; <c> & `d` | e]'
    dutch_alone = landelijk.partition("\ntranslations:")[0]
    nasty = dutch_alone.replace("title: Wegen\n", f"title: '{title}'\n", 1)
    nasty = nasty.replace('text: "Ja, het dossier kan dicht"', "text: 'Ja \"x\" | --> y'")
    drawing = plan_drawing.as_mermaid(parse_plan(nasty, "plan"))
    assert '    step_weigh["4. A #quot;b#quot; #35;1; #lt;c#gt; #amp; #96;d#96; | e]"]' in drawing.splitlines()
    assert '    step_weigh -->|"Ja #quot;x#quot; | --#gt; y"| outcome_nothing_found' in drawing.splitlines()


def test_a_step_with_the_id_of_an_end_or_a_word_of_mermaid_is_a_node_of_its_own(landelijk: str) -> None:
    renamed = landelijk.replace("id: watch\n", "id: end\n").replace("to: watch", "to: end").replace("help_done", "end")
    renamed = renamed.replace("[watch, inform, after_report", "[end, inform, after_report")
    drawing = plan_drawing.as_mermaid(parse_plan(renamed, "plan"))
    assert '    step_end["5. Hulp en volgen"]' in drawing
    assert '    outcome_end(["' in drawing
