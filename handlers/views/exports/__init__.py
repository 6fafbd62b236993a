"""Modals of an export: its pages, its password and status, and reading it over for the parents."""
