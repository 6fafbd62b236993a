"""Ids of our own for people, schools and cases; a platform's ids are kept apart (`Identity`)."""

from __future__ import annotations

from uuid import UUID

PersonId = UUID
SchoolId = UUID
CaseId = UUID
