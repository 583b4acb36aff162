"""What must hold of evidence before it is taken: who sends it, and that it is about what it is sent for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apps.core.decisions import ALLOWED, Decision, denied

SKEW = timedelta(minutes=5)
"""So far ahead of ours may the clock of a machine be that measured."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that goes out now was measured before. Years near the first also have no local time in some zones."""
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.IGNORECASE)


@dataclass(frozen=True)
class Sender:
    """What somebody is to a component; the selectors fill it in.

    ``carries``: they asked for a submitted change that moves it and is not over, or lead a step of its plan.
    """

    carries: bool = False
    judges: bool = False
    in_team: bool = False
    manages: bool = False


def may_send(sender: Sender, team: str) -> Decision:
    """Return whether somebody may send evidence about a component. ``team`` owns it, or is empty.

    To be a Requester is not enough: whoever may propose a change of anything could open and shut each gate.
    """
    if sender.carries or sender.judges or sender.in_team or sender.manages:
        return ALLOWED
    return denied(
        "Only the component's team, those who judge or manage its changes, and those who asked for a submitted"
        " change of it or lead a step of one, may send evidence about it.",
        f"Ask someone in {team}, or use a token of theirs."
        if team
        else "Ask a Change Manager for a role over it.",
    )


def digest_in(value: str) -> str | None:
    """Return the hex of a SHA-256 digest with or without ``sha256:`` before it; None when it is none."""
    found = _DIGEST.fullmatch(value.strip())
    return found[1].lower() if found else None


def contradiction(claims: Mapping[str, str], *, names: set[str], version: str, artifact: str) -> str:
    """Return why a file is not about what it was sent for, or an empty text.

    ``names`` are what the component is called, in lower case. A file that says nothing of a matter contradicts nothing.
    """
    model = claims.get("model", "")
    if model and model.lower() not in names:
        says = f"The file says that it is about “{model}”, and not about this component."
        return f"{says} Send it to the change that moves “{model}”."
    if claims.get("version", version) != version:
        says = f"The file says that it is about version {claims['version']}, and not about version {version}."
        return f"{says} Measure that one."
    claimed = digest_in(claims.get("artifact", ""))
    if claimed and artifact and claimed != artifact:
        says = f"The file says that it measured the artifact {claimed[:12]}…, and not {artifact[:12]}…."
        return f"{says} Name the one that was measured."
    return ""


def time_problem(measured_at: datetime | None, now: datetime) -> str:
    """Return what is wrong with the time of a measurement, or an empty text."""
    if measured_at is not None and measured_at > now + SKEW:
        return "This lies in the future. Look at the clock of the machine that measured."
    if measured_at is not None and measured_at < EARLIEST:
        return "It was measured before the year 2000. Look at the clock of the machine that measured."
    return ""
