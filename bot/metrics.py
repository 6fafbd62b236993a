"""`/metrics` for Prometheus: counts and ages only, nothing about a person, a case or a school (promise 4)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from datetime import datetime, time

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from bot.jobs.component_log import ComponentLog
from meldcode.application.executor import JOB_SECONDS, Executor
from meldcode.domain.calendar import AMSTERDAM
from storage.repositories.figures import Figures, figures
from storage.unit_of_work import StoredUnitOfWork


def metrics_page(
    executor: Executor[StoredUnitOfWork], components: ComponentLog, is_healthy: Callable[[], bool]
) -> Callable[[], Awaitable[bytes]]:
    """Return what makes the page. Without a database it has only what this process knows itself."""

    async def page() -> bytes:
        try:
            found = await executor.execute(_figures, seconds=JOB_SECONDS)
        except (SQLAlchemyError, TimeoutError):
            found = None
        registry = CollectorRegistry()
        registry.register(_Page(found, components, is_healthy()))
        return generate_latest(registry)

    return page


def _figures(uow: StoredUnitOfWork, now: datetime) -> tuple[Figures, datetime]:
    return figures(uow.session.connection, now), now


class _Page(Collector):
    def __init__(self, found: tuple[Figures, datetime] | None, components: ComponentLog, is_healthy: bool) -> None:
        self._found = found
        self._components = components
        self._is_healthy = is_healthy

    @override
    def collect(self) -> Iterable[Metric]:
        yield _gauge("healthy", "Whether this process works, as /healthz says.", float(self._is_healthy))
        requests = CounterMetricFamily("meldwijzer_requests", "Requests of Slack.", labels=["outcome"])
        for outcome, count in sorted(self._components.requests.items()):
            requests.add_metric([outcome], count)
        yield requests
        if self._found:
            yield from _stored(*self._found)


def _stored(found: Figures, now: datetime) -> Iterator[Metric]:
    overdue = datetime.combine(found.oldest_overdue, time.max, AMSTERDAM) if found.oldest_overdue else None
    yield _gauge("outbox_messages", "Messages that wait or are on their way.", found.waiting)
    yield _gauge(
        "undelivered_messages", "Messages that could not be delivered, of the last 90 days.", found.undelivered
    )
    yield _age("outbox_age", "How long the oldest message is due; 0 if none is.", found.oldest_message, now)
    yield _age("overdue_age", "How long the oldest item is overdue; 0 if none is.", overdue, now)
    if found.last_tick:
        yield _age("last_tick_age", "How long ago a worker last looked for reminders.", found.last_tick, now)


def _age(name: str, says: str, since: datetime | None, now: datetime) -> Metric:
    return _gauge(f"{name}_seconds", says, max((now - since).total_seconds(), 0) if since else 0)


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"meldwijzer_{name}", says, value=value)
