"""Telling people regularly, the briefings that they write, and what the dashboards read.

- ``send_briefings``: once a week, the briefing of the week to those who asked for it.
- ``send_digests``: once a week, what touches what a person's teams own.
- ``begin_briefing``, ``write_briefing``, ``ask_briefing_signature``, ``withdraw_briefing``: a version of a briefing.
- ``count_decisions``: take what was decided into what the dashboards read.
"""

from apps.insights.services.decisions import count_decisions
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
    "count_decisions",
    "send_briefings",
    "send_digests",
    "withdraw_briefing",
    "write_briefing",
]
