"""Telling people regularly, and the briefings that they write.

- ``send_briefings``: once a week, the briefing of the week to those who asked for it.
- ``send_digests``: once a week, what touches what a person's teams own.
- ``begin_briefing``, ``write_briefing``, ``ask_briefing_signature``, ``withdraw_briefing``: a version of a briefing.
"""

from apps.insights.services.digests import send_digests
from apps.insights.services.mailing import send_briefings
from apps.insights.services.writing import (
    ask_briefing_signature,
    begin_briefing,
    withdraw_briefing,
    write_briefing,
)

__all__ = [
    "ask_briefing_signature",
    "begin_briefing",
    "send_briefings",
    "send_digests",
    "withdraw_briefing",
    "write_briefing",
]
