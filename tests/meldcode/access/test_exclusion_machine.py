"""G12 at random: people are excluded, come back and take over roles, and whoever is excluded tries everything."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import DataObject

from handlers.platform import limits
from handlers.views.home import home_view
from meldcode.application.actor import actor_of
from meldcode.application.home import overview
from meldcode.application.jobs.reminders import send_due_reminders
from meldcode.domain.errors import Invalid, Refused
from meldcode.domain.plan.file import shipped_plans
from tests.meldcode.access.test_every_use_case_denies import FOUND, _names_a_case, call
from tests.meldcode.playing import KARIN, SANNE, Actor
from tests.meldcode.steps.test_machine import BOUNDED, COLLEAGUES, School, a_colleague

pytestmark = [pytest.mark.slow, pytest.mark.rule("G12")]
NAMING_A_CASE = [function for function in FOUND if _names_a_case(function)]
DENIED = ({"": "no_such_case"}, {"": "draft_gone"}, {"": "unknown_person"})


class Family(School):
    """A school in which colleagues are parents."""

    @rule(
        data=st.data(), who=a_colleague, by=a_colleague, agrees=a_colleague, back=st.booleans(), is_right=st.booleans()
    )
    def somebody_is_excluded_or_comes_back(
        self, data: DataObject, who: Actor, by: Actor, agrees: Actor, back: bool, is_right: bool
    ) -> None:
        self._choose_case(data)
        play = self.play
        what = "back" if back else "out"
        self._attempt(lambda: play.record("excluded", by=by, excluded_person=who, exclusion=what))
        answer = "yes" if is_right else "no"
        self._attempt(lambda: play.record("exclusion_agreed", by=agrees, exclusion_right=answer))

    @rule(
        data=st.data(),
        who=a_colleague,
        by=a_colleague,
        agrees=a_colleague,
        role=st.sampled_from(["care_coordinator", "school_leader"]),
    )
    def somebody_takes_over(self, data: DataObject, who: Actor, by: Actor, agrees: Actor, role: str) -> None:
        self._choose_case(data)
        self._attempt(lambda: self.play.record("stood_in", by=by, stand_in=who, role_taken=role))
        self._attempt(lambda: self.play.record("stood_in_agreed", by=agrees))

    @rule(days=st.integers(1, 9))
    def the_clock_reminds(self, days: int) -> None:
        self.days_pass(days)
        with self.play.transaction() as uow:
            send_due_reminders(uow, self.play.now, 20, _fail)

    @rule(data=st.data())
    def who_is_excluded_tries_everything(self, data: DataObject) -> None:
        play = self.play
        for code, actor in self._excluded():
            play.code = code
            record = data.draw(st.sampled_from(list(play.plan.records)))
            assert play.refused_to(lambda actor=actor, record=record: play.record(record, by=actor)) in DENIED  # type: ignore[misc]
            for function in NAMING_A_CASE:
                said = play.refused_to(lambda actor=actor, function=function: call(function, actor, play))  # type: ignore[misc]
                assert said in DENIED, function.__name__

    @invariant()
    def who_is_excluded_hears_and_sees_nothing(self) -> None:
        play = self.play
        for code, actor in self._excluded():
            case = play.header(code)
            about = {(message.case, play.actors[message.recipient]) for message in play.messages() if message.case}
            assert (case.id, actor) not in about
            assert code not in self._home_of(actor)

    def _home_of(self, actor: Actor) -> str:
        try:
            with self.play.transaction() as uow:
                seen = overview(uow, actor_of(uow, actor.identity), limits.HOME, self.play.now)
        except Refused:
            return ""
        return json.dumps(home_view(seen))

    def _excluded(self) -> list[tuple[str, Actor]]:
        return [(code, self.play.actors[who]) for code in self.codes for who in self.play.header(code).excluded]


def _fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("path", shipped_plans(), ids=lambda path: str(path.stem))
def test_nobody_gets_round_an_exclusion(path: Path, empty_database: Path, tmp_path: Path) -> None:
    numbers, document = count(), path.read_text(encoding="utf-8")

    class Playing(Family):
        def __init__(self) -> None:
            own = tmp_path / str(next(numbers))
            own.mkdir()
            super().__init__(empty_database, own)

        @initialize(who=st.sampled_from(COLLEAGUES), steps=st.sampled_from([1, 4, 9]))
        def start(self, who: Actor, steps: int) -> None:
            self.begin(document, SANNE, KARIN, steps)
            by = next(actor for actor in (KARIN, SANNE) if actor is not who)
            self._attempt(lambda: self.play.record("excluded", by=by, excluded_person=who))

    run_state_machine_as_test(Playing, settings=BOUNDED)


def test_the_machine_notices_a_leak(empty_database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.repositories.messages.outbox.StoredOutbox.withdraw", lambda *_: None)
    with pytest.raises((AssertionError, Refused, Invalid)):
        test_nobody_gets_round_an_exclusion(shipped_plans()[0], empty_database, tmp_path)
