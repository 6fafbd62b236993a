"""The step plans that cases run under."""

from __future__ import annotations

from abc import ABC, abstractmethod

from meldcode.domain.plan.model import Plan


class Plans(ABC):
    """The step plans of this installation: the current one, and every version that has a case."""

    @abstractmethod
    def current(self) -> Plan:
        """The plan for new cases."""

    @abstractmethod
    def in_language(self, language: str) -> Plans:
        """The same plans, translated where they have this language; without it a plan is as it was written."""

    @abstractmethod
    def get(self, plan: str, version: int) -> Plan:
        """The plan that a case runs under. Raises KeyError."""

    @abstractmethod
    def choose(self) -> int | None:
        """Note that new cases begin under the current plan; return the number of the change if it was another."""
