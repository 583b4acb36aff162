"""The form of the calendar's rulebook."""

from typing import Any

from django import forms

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.calendar.rules import Rulebook
from apps.catalog.enums import ComponentKind
from apps.changes.enums import ChangeClass

SPARE = 2
"""Rows for limits that the form has beside those there are."""

TIERS = range(1, 5)
_ANY = [("", "Any")]


def _whole(label: str, least: int, **more: Any) -> forms.IntegerField:
    """Return a field for a whole number whose refusals name it: the form is long, and they are listed on top."""
    wrong = f"{label}: give a whole number from {least} up."
    said = dict.fromkeys(("invalid", "min_value", "required"), wrong)
    return forms.IntegerField(label=label, min_value=least, error_messages=said, **more)


class RulebookForm(forms.Form):
    """Reads a rulebook. What cannot be is said by the rules at the part that it is in."""

    reads = forms.IntegerField(
        label="Steps by reading",
        required=False,
        help_text="How far we follow what reads, calls, embeds or trains on what a change moves. Empty: to the end.",
    )
    writes = forms.IntegerField(
        label="Steps by writing",
        required=False,
        help_text="How far we follow what it writes, and what relies on that. Empty: to the end.",
    )
    back_to_back_minutes = forms.IntegerField(
        label="Back to back, in minutes",
        help_text="A change that begins so soon after another on the same component follows right after it.",
    )
    reason = forms.CharField(
        label="Why",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the version, for whoever reads it later.",
    )

    def __init__(self, *args: Any, current: Rulebook, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"initial": shown(current)})
        self._rows = range(len(current.limits) + SPARE)
        for kind in ConflictKind:
            field = forms.ChoiceField(label=kind.label, choices=ConflictSeverity.choices)
            self.fields[f"severity_{kind}"] = field
        for tier in TIERS:
            self.fields[f"cooldown_{tier}"] = _whole(f"Tier {tier}, hours", 0)
        for one in ChangeClass:
            self.fields[f"notice_{one}"] = _whole(f"{one.label}, days", 0)
        for row in self._rows:
            self._add_limit(row)

    def _add_limit(self, row: int) -> None:
        tiers = [*_ANY, *((str(tier), f"Tier {tier}") for tier in TIERS)]
        choices = {
            "class": [*_ANY, *ChangeClass.choices],
            "tier": tiers,
            "kind": [*_ANY, *ComponentKind.choices],
        }
        self.fields[f"limit_{row}_name"] = forms.CharField(label="Name", required=False, max_length=80)
        self.fields[f"limit_{row}_most"] = _whole(f"At most, limit {row + 1}", 1, required=False)
        for name, offered in choices.items():
            field = forms.ChoiceField(label=name.title(), required=False, choices=offered)
            self.fields[f"limit_{row}_{name}"] = field

    @property
    def severities(self) -> list[forms.BoundField]:
        """Return the fields of the severities, one for each kind of conflict."""
        return [self[f"severity_{kind}"] for kind in ConflictKind]

    @property
    def cooldowns(self) -> list[forms.BoundField]:
        """Return the fields of the quiet time, one for each tier."""
        return [self[f"cooldown_{tier}"] for tier in TIERS]

    @property
    def notices(self) -> list[forms.BoundField]:
        """Return the fields of the lead time, one for each class."""
        return [self[f"notice_{one}"] for one in ChangeClass]

    @property
    def limits(self) -> list[list[forms.BoundField]]:
        """Return the rows of the limits."""
        names = ("name", "most", "class", "tier", "kind")
        return [[self[f"limit_{row}_{name}"] for name in names] for row in self._rows]

    def document(self) -> dict[str, Any]:
        """Return the rulebook as it is stored."""
        given = self.cleaned_data
        return {
            "reads": given["reads"],
            "writes": given["writes"],
            "back_to_back_minutes": given["back_to_back_minutes"],
            "severities": {str(kind): given[f"severity_{kind}"] for kind in ConflictKind},
            "cooldown_hours": {str(tier): given[f"cooldown_{tier}"] for tier in TIERS},
            "notice_days": {str(one): given[f"notice_{one}"] for one in ChangeClass},
            "limits": [found for row in self._rows if (found := self._limit(row))],
        }

    def _limit(self, row: int) -> dict[str, Any] | None:
        given = {
            name: self.cleaned_data[f"limit_{row}_{name}"]
            for name in ("name", "most", "class", "tier", "kind")
        }
        if not given["name"] and given["most"] is None:
            return None
        facets = {"change_class": given["class"], "tier": given["tier"], "kind": given["kind"]}
        covers = {facet: [value] for facet, value in facets.items() if value}
        return {"name": given["name"], "most": given["most"], "scope": {"covers": covers} if covers else {}}


def shown(rulebook: Rulebook) -> dict[str, Any]:
    """Return a rulebook as the form shows it."""
    document = rulebook.document()
    values: dict[str, Any] = {name: document[name] for name in ("reads", "writes", "back_to_back_minutes")}
    values |= {f"severity_{kind}": severity for kind, severity in document["severities"].items()}
    values |= {f"cooldown_{tier}": document["cooldown_hours"].get(str(tier), 0) for tier in TIERS}
    values |= {f"notice_{one}": document["notice_days"].get(str(one), 0) for one in ChangeClass}
    for row, limit in enumerate(rulebook.limits):
        facets = {"class": "change_class", "tier": "tier", "kind": "kind"}
        values |= {f"limit_{row}_name": limit.name, f"limit_{row}_most": limit.most}
        values |= {
            f"limit_{row}_{name}": "".join(limit.scope.named(facet)[:1]) for name, facet in facets.items()
        }
    return values
