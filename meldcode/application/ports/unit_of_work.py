"""What a use case gets from outside the core: all ports, within one transaction."""

from __future__ import annotations

from abc import ABC

from meldcode.application.ports.alarms import Alarms
from meldcode.application.ports.cases import Cases
from meldcode.application.ports.drafts import Drafts
from meldcode.application.ports.files import Files
from meldcode.application.ports.identities import Identities
from meldcode.application.ports.installations import Installations
from meldcode.application.ports.outbox import Outbox
from meldcode.application.ports.plans import Plans
from meldcode.application.ports.processed_requests import ProcessedRequests
from meldcode.application.ports.readings import Readings
from meldcode.application.ports.retention import RetentionJobs
from meldcode.application.ports.staff import Staff
from meldcode.application.ports.worklists import Worklists
from meldcode.domain.events import Event


class UnitOfWork(ABC):
    """One transaction. The executor commits it after the use case, and then hands `events` to their subscribers."""

    staff: Staff
    identities: Identities
    plans: Plans
    cases: Cases
    readings: Readings
    worklists: Worklists
    alarms: Alarms
    drafts: Drafts
    processed_requests: ProcessedRequests
    outbox: Outbox
    retention: RetentionJobs
    files: Files
    installations: Installations
    events: list[Event]

    def emit(self, event: Event) -> None:
        """Record what this use case changed."""
        self.events.append(event)
