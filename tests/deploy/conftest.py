"""Leaves out what this machine cannot start; `tests/selecting.py` says so above the tests."""

from __future__ import annotations

from tests.deploy.units import cannot

collect_ignore = ["test_units.py"] if cannot() else []
