"""Our own ids of people, schools and cases. Ids of a platform are kept apart (`Identity`)."""

from __future__ import annotations

from uuid import UUID

PersonId = UUID
SchoolId = UUID
CaseId = UUID
