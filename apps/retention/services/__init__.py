"""Deciding what the ledger keeps. Nothing here runs by itself.

holds: place_hold, lift_hold
erasing: erase_texts, erase_person
retiring: set_policy, retire_entries, retire_due
"""

from apps.retention.services.erasing import erase_person, erase_texts
from apps.retention.services.holds import lift_hold, place_hold
from apps.retention.services.retiring import retire_due, retire_entries, set_policy

__all__ = [
    "erase_person",
    "erase_texts",
    "lift_hold",
    "place_hold",
    "retire_due",
    "retire_entries",
    "set_policy",
]
