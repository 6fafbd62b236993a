"""All tables, by topic. `columns` explains the class that every column has."""

from __future__ import annotations

from storage.db.schema.alarm import alarm_alerts, alarm_answers, alarms
from storage.db.schema.case import (
    case_keys,
    case_people,
    case_states,
    case_teachers,
    cases,
    entries,
    name_keys,
    readings,
    reminders,
)
from storage.db.schema.columns import CLASSES, Moment, metadata
from storage.db.schema.draft import draft_keys, drafts
from storage.db.schema.export import files, pending_exports
from storage.db.schema.installation import components, installations, plans, secrets
from storage.db.schema.messaging import outbox, processed_requests
from storage.db.schema.staff import (
    cache_epoch,
    deputies,
    identities,
    memberships,
    people,
    role_changes,
    roles,
    schools,
    schools_file,
)
from storage.db.schema.worklist import appointments, work_items

__all__ = [
    "CLASSES",
    "Moment",
    "alarm_alerts",
    "alarm_answers",
    "alarms",
    "appointments",
    "cache_epoch",
    "case_keys",
    "case_people",
    "case_states",
    "case_teachers",
    "cases",
    "components",
    "deputies",
    "draft_keys",
    "drafts",
    "entries",
    "files",
    "identities",
    "installations",
    "memberships",
    "metadata",
    "name_keys",
    "outbox",
    "pending_exports",
    "people",
    "plans",
    "processed_requests",
    "readings",
    "reminders",
    "role_changes",
    "roles",
    "schools",
    "schools_file",
    "secrets",
    "work_items",
]
