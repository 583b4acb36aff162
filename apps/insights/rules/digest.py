"""The weekly digest: when it is due, and what it says. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)
_AT = time(7)
MOST = 15
"""Changes of a team that a digest tells before it says how many more there are."""


@dataclass(frozen=True)
class Touch:
    """A change that touches what a team owns: which of it is moved, and which only reached."""

    ref: str
    title: str
    state: str
    start: datetime
    moved: tuple[str, ...]
    reached: tuple[str, ...]


def due_this_week(now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the digest of the week is due for a reader in a zone: its Monday at seven, by their clock."""
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    return datetime.combine(monday, _AT, zone)


def week_of(due: datetime) -> str:
    """Return the ISO week of a digest, so that a later one comes after an earlier one: "2026-W47"."""
    return f"{due:%G-W%V}"


def digest_text(teams: Sequence[tuple[str, Sequence[Touch]]], zone: ZoneInfo) -> str:
    """Return what the digest says: a part for each team, in plain words, times on the reader's clock."""
    parts = [_team(name, touches, zone) for name, touches in teams if touches]
    return "\n\n".join([*parts, f"Times are in {zone.key.replace('_', ' ')}."])


def _team(name: str, touches: Sequence[Touch], zone: ZoneInfo) -> str:
    many = "1 change touches" if len(touches) == 1 else f"{len(touches)} changes touch"
    lines = [f"{many} what {name} owns:", *(_line(each, zone) for each in touches[:MOST])]
    left = len(touches) - MOST
    if left > 0:
        lines.append(f"And {left} more.")
    return "\n".join(lines)


def _line(touch: Touch, zone: ZoneInfo) -> str:
    local = touch.start.astimezone(zone)
    when = f"{local:%a} {local.day} {local:%b, %H:%M}"
    does = f"moves {_listed(touch.moved)}" if touch.moved else f"reaches {_listed(touch.reached)}"
    return f"- {when}: {touch.ref}, {touch.title} ({touch.state.lower()}). It {does}."


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
