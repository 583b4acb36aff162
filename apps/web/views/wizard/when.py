"""When: the window, and what it would collide with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import QueryDict

from apps.accounts.models import User
from apps.calendar.rules import Span, comes_twice
from apps.calendar.selectors import find_conflicts, periods_between, rulebook_in_force
from apps.changes.enums import ChangeClass, WizardStep
from apps.changes.models import Change
from apps.changes.selectors import planned, supposed
from apps.changes.services import save_when
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.web.forms.wizard import Row, WhenForm
from apps.web.planning.meetings import Meeting, meetings_of
from apps.web.views.wizard.base import Page

LOOK_AHEAD = timedelta(days=42)


@dataclass(frozen=True)
class Checked:
    """A window that was checked, and what it would collide with."""

    span: Span
    meetings: list[Meeting]

    @property
    def minutes(self) -> int:
        """Return how long the window is."""
        return int((self.span.end - self.span.start).total_seconds() // 60)

    @property
    def blocking(self) -> bool:
        """Return whether anything in it would keep the change from going out."""
        return any(meeting.blocking for meeting in self.meetings)

    @property
    def twice(self) -> list[str]:
        """Return the wall-clock times that come twice on their day; their first coming is meant."""
        ends = (self.span.local_start, self.span.local_end)
        return [local[-5:] for local in ends if comes_twice(local, self.span.time_zone)]


def checked(change: Change, span: Span, change_class: str = "") -> Checked:
    """Return what a change would collide with at a time, of another class where one is given. Nothing is stored.

    A rehearsal books no time, so it collides with nothing.
    """
    if change.drill_id:
        return Checked(span, [])
    there = planned(supposed(change, span, change_class))
    return Checked(span, meetings_of(change.ref, find_conflicts(**there, span=span, exclude_ref=change.ref)))


def span_of(change: Change) -> Span | None:
    """Return the window that is saved, or None."""
    if change.planned_start is None or change.planned_end is None:
        return None
    return Span(
        change.planned_start, change.planned_end, change.time_zone, change.local_start, change.local_end
    )


class WhenPage(Page):
    """Choose a class and a window; "Check this time" looks without saving."""

    step = WizardStep.WHEN
    heading = "When it happens"
    lede = "We check it against every other change and freeze, on what moves and on what it can reach."
    form = WhenForm

    def __init__(self, user: User, change: Change | None) -> None:
        super().__init__(user, change)
        self.checked: Checked | None = None

    def kwargs(self, rows: Mapping[str, list[Row]]) -> dict[str, Row]:
        """Offer the standard class where the draft was made from a standard change."""
        return {"": {"standard": self.change is not None and self.change.standard_id is not None}}

    def saved_values(self) -> Row:
        """Return the window, and check it again."""
        assert self.change is not None
        span = span_of(self.change)
        self.checked = checked(self.change, span) if span else None
        return {name: getattr(self.change, name) for name in WhenForm.base_fields}

    def rearrange(self, data: QueryDict, act: str) -> None:
        """Check the time that is typed."""
        assert self.change is not None
        self.focus = "checked"
        if not self.bind(data):
            return
        form = self.answers.form
        assert isinstance(form, WhenForm)
        try:
            span = form.span()
        except Invalid as error:
            self.answers.refuse(error, {}, lead_to={})
        else:
            self.checked = checked(self.change, span, form.cleaned_data["change_class"])

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save the class and the window."""
        given: Mapping[str, str] = self.answers.form.cleaned_data
        save_when(
            actor=actor,
            change=change,
            change_class=given["change_class"] or ChangeClass.NORMAL,
            time_zone=given["time_zone"],
            local_start=given["local_start"],
            local_end=given["local_end"],
            late_reason=given["late_reason"],
            complete=complete,
        )

    def context(self) -> dict[str, Any]:
        """Return what the window collides with, and the freezes of the next weeks."""
        now = clock.now()
        return {
            "checked": self.checked,
            "notices": list(rulebook_in_force().notice.items()),
            "freezes": [
                row for row in periods_between(self.user, now, now + LOOK_AHEAD) if row.period.frozen
            ][:6],
        }
