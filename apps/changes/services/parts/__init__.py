"""Checking and writing the parts of a draft, step by step. Everything of a step is checked before it is written."""

from apps.changes.services.parts.how_back import write_plan, write_rollback
from apps.changes.services.parts.impact import write_notes
from apps.changes.services.parts.what import not_reached, write_items
from apps.changes.services.parts.when import write_window
from apps.changes.services.parts.why import write_why

__all__ = [
    "not_reached",
    "write_items",
    "write_notes",
    "write_plan",
    "write_rollback",
    "write_why",
    "write_window",
]
