"""Waivers: which rule they set aside, for what, and for how long."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.core.decisions import ALLOWED, Decision, denied

LONGEST = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver, as far as judging needs it. ``rule`` is the id of a rule or of a check of the floor above, ``scope``
    the reference of a change or a component.

    It holds from ``starts_at`` to before ``ends_at``; ``revoked_at`` ends it sooner. ``says`` is the SHA-256 of what is
    waived, ``granted_by`` holds the people who signed it.
    """

    ref: str
    rule: str
    scope: str
    starts_at: datetime
    ends_at: datetime
    revoked_at: datetime | None = None
    says: str = ""
    granted_by: frozenset[int] = frozenset()


def waiver_covers(waiver: Waived, *, rule: str, refs: Collection[str], at: datetime) -> Decision:
    """Return whether a waiver sets a rule aside for whatever has these references, at a moment."""
    if waiver.rule != rule:
        return denied(f"It waives “{waiver.rule}”, not “{rule}”.")
    if waiver.scope not in refs:
        return denied(f"It is for {waiver.scope} alone.")
    if at < waiver.starts_at:
        return denied("It has not begun.")
    if waiver.revoked_at is not None and waiver.revoked_at <= at:
        return denied("It was taken back.", "Ask for a new one.")
    if waiver.ends_at <= at:
        return denied("It has ended.", "Ask for a new one.")
    return ALLOWED


def holding(waivers: Iterable[Waived], *, refs: Collection[str], at: datetime) -> list[Waived]:
    """Return the waivers that set a rule aside for whatever has these references, at a moment."""
    return [one for one in waivers if waiver_covers(one, rule=one.rule, refs=refs, at=at)]
