"""That a change went ahead before everyone had signed, as its page says it."""

from dataclasses import dataclass

from apps.approvals.enums import BreakGlassEnd
from apps.approvals.models import BreakGlass
from apps.approvals.rules.breakglass import is_link
from apps.approvals.selectors import Standing, break_glass_of
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core import clock
from apps.web.consequences import signatures
from apps.web.dates import end, when


@dataclass(frozen=True)
class Ahead:
    """The banner: a colour and an icon, a title, a sentence, the incident when it is an address, and a chip."""

    broken: BreakGlass
    colour: str
    icon: str
    title: str
    text: str
    link: str
    chip: str
    """What stands beside the state of the change; empty when it was let go ahead and never went."""


def ahead_of(change: Change, standings: list[Standing]) -> Ahead | None:
    """Return the banner of a change that went ahead, or None; one query when it did, none when not."""
    broken = break_glass_of(change.round)
    if broken is None:
        return None
    colour, icon, title, more = _words(broken, change, sum(one.is_open for one in standings))
    before = "" if not broken.end and broken.due_at > clock.now() else ", before everyone had signed"
    let = f"{broken.by} let it go ahead on {when(broken.at, change.time_zone)}{before}."
    link = broken.incident if is_link(broken.incident) else ""
    chip = "Went ahead" if change.actual_start else "" if broken.end else "May go ahead"
    return Ahead(broken, colour, icon, title, f"{let} {more}".rstrip(), link, chip)


def _words(broken: BreakGlass, change: Change, missing: int) -> tuple[str, str, str, str]:
    due = end(broken.due_at, change.time_zone)
    began = change.actual_start is not None
    if broken.end == BreakGlassEnd.SIGNED:
        return "c-done", "check", "Signed by everyone, afterwards", ""
    if broken.end == BreakGlassEnd.REFUSED and not began:
        more = "It did not start. Nothing has to be undone."
        return "c-blocked", "circle-x", "Refused: it goes ahead no more", more
    if broken.end == BreakGlassEnd.REFUSED:
        return "c-blocked", "circle-x", "Refused afterwards", _undo(change)
    if broken.end == BreakGlassEnd.UNUSED:
        return (
            "c-draft",
            "info-circle",
            "It never went out under this",
            "Its signing was closed before it started.",
        )
    if broken.due_at <= clock.now():
        more = f"{signatures(missing)} {'was' if missing == 1 else 'were'} due by {due}. Executives have been told."
        title = f"It {'went' if began else 'may go'} ahead, and signatures are overdue"
        return "c-blocked", "alert-triangle", title, more
    more = f"{signatures(missing)} {'is' if missing == 1 else 'are'} asked afterwards, by {due}."
    title = (
        "It went ahead before everyone had signed" if began else "It may go ahead before everyone has signed"
    )
    return "c-waiting", "alert-triangle", title, more


def _undo(change: Change) -> str:
    if change.state == ChangeState.IN_PROGRESS:
        return "It is under way. Decide whether to roll it back."
    return "Nothing is undone by itself. Its review says whether to go back."
