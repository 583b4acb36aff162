"""What the inbox is narrowed by. All of it stands in the address."""

from datetime import datetime, time, timedelta

from django import forms

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.approvals.selectors import Narrow
from apps.changes.enums import ChangeClass
from apps.core import clock
from apps.web import dates

KINDS = {
    "change": "Changes",
    "standard": "Standard changes, to approve",
    "policy": "The approval policy",
    "checks": "The checks of stages",
    "rules": "The rules",
    "rule_waiver": "Waivers of rules",
    "briefing": "Briefings",
    "card": "Model cards",
    "waiver": "Waivers of conflicts",
    "afterwards": "Let go ahead, sign afterwards",
    "for-another": "In another’s place",
}
_SUBJECTS = KINDS.keys() - {"afterwards", "for-another"}
DUE = {"overdue": "Overdue", "today": "Still today", "week": "In the next 7 days"}


class InboxFilter(forms.Form):
    """Narrows a tab of the inbox."""

    q = forms.CharField(label="Words or number", required=False, max_length=100)
    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[("", "Any"), *((str(role), role.label) for role in (*APPROVING_ROLES, Role.CHANGE_MANAGER))],
    )
    kind = forms.ChoiceField(label="Kind", required=False, choices=[("", "Any"), *KINDS.items()])
    change_class = forms.ChoiceField(
        label="Class", required=False, choices=[("", "Any"), *ChangeClass.choices]
    )
    due = forms.ChoiceField(label="Due", required=False, choices=[("", "Any time"), *DUE.items()])
    risk = forms.ChoiceField(
        label="Risk",
        required=False,
        choices=[("", "Any"), ("2", "Moderate or more"), ("3", "High or more"), ("4", "Severe")],
    )

    def narrow(self) -> Narrow:
        """Return what is asked for. A form that cannot be read asks for nothing."""
        chosen = self.cleaned_data if self.is_valid() else {}
        kind = chosen.get("kind", "")
        return Narrow(
            role=chosen.get("role", ""),
            subject_type=kind if kind in _SUBJECTS else "",
            subject_class=chosen.get("change_class", ""),
            afterwards=kind == "afterwards",
            for_another=kind == "for-another",
            due=_due(chosen.get("due", "")),
            risk=int(chosen.get("risk") or 0),
            text=chosen.get("q", ""),
        )


def _due(chosen: str) -> tuple[datetime | None, datetime | None]:
    """Return the bounds of a due time, half-open. A day ends by the reader's own clock."""
    now = clock.now()
    match chosen:
        case "overdue":
            return None, now
        case "today":
            tomorrow = now.astimezone(dates.zone_of()).date() + timedelta(days=1)
            return now, datetime.combine(tomorrow, time(), dates.zone_of())
        case "week":
            return now, now + timedelta(days=7)
        case _:
            return None, None
