"""Impact: what was found, corrected by those who know better."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from apps.accounts.models import User
from apps.changes.enums import WizardStep
from apps.changes.models import Change
from apps.changes.rules.impact import ImpactRow
from apps.changes.rules.inputs import NoteInput
from apps.changes.selectors import items_of
from apps.changes.services import save_impact
from apps.core.actors import Actor
from apps.web.forms.wizard import ImpactForm, NoteForm, Row
from apps.web.pictures import address
from apps.web.views.wizard.base import Page
from apps.web.views.wizard.finding import Finds, find, named
from apps.web.views.wizard.forecast import Forecast, forecast, picture

MOST_SHOWN = 200
"""Hits with boxes to tick. Whoever must correct one beyond them looks it up."""


@dataclass(frozen=True)
class Line:
    """A row of the table: what is reached, and the fields that correct it. ``url`` is empty where nothing is there."""

    form: NoteForm
    found: ImpactRow
    url: str


class ImpactPage(Page):
    """Tick off what is not reached and add what was missed, each with a reason."""

    step = WizardStep.IMPACT
    heading = "What this change can reach"
    form = ImpactForm
    lists = {"notes": NoteForm}
    lead_to = {"notes": "find"}

    def __init__(self, user: User, change: Change | None) -> None:
        super().__init__(user, change)
        self.finds: Finds | None = None

    @cached_property
    def forecast(self) -> Forecast:
        """What follows from the draft as it is saved."""
        assert self.change is not None
        return forecast(self.change)

    @cached_property
    def hits(self) -> dict[str, ImpactRow]:
        """What the catalog's graph found, by key; the rest was added by hand."""
        return {row.key: row for row in self.forecast.impact if not row.by_hand}

    def saved_rows(self) -> dict[str, list[Row]]:
        """Return what is reached; of very much, the nearest and whatever somebody corrected."""
        found = self.forecast.impact
        shown = [row for place, row in enumerate(found) if place < MOST_SHOWN or row.reason]
        return {
            "notes": [{"component": row.key, "include": row.included, "reason": row.reason} for row in shown]
        }

    def starts_with_a_row(self, name: str) -> bool:
        """Return False: a row is a component."""
        return False

    def other_act(
        self, verb: str, rest: str, values: Row, rows: dict[str, list[Row]]
    ) -> tuple[str, int] | None:
        """Look components up, or add one of them: by hand, or to tick it off when it is far away."""
        chosen = [row["component"] for row in rows["notes"]]
        if verb == "pick" and rest and rest not in chosen:
            rows["notes"].append({"component": rest, "include": rest not in self.hits})
            values.update(find="", found="")
            return "notes", len(rows["notes"]) - 1
        if verb == "find":
            text = values["find"].replace("\x00", "").strip()[:200]
            values.update(find=text, found=text)
            moved = [item.component.key for item in self._items]
            self.finds = find(self.user, text, [*chosen, *moved])
            self.focus = "find"
        return None

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save what was ticked off and what was added; what stands as it was found needs no note."""
        notes = []
        self.places["notes"] = []
        for place, row in self.answers.filled("notes"):
            by_hand = row["component"] not in self.hits
            if by_hand == row["include"]:
                self.places["notes"].append(place)
                notes.append(NoteInput(row["component"], row["include"], row["reason"]))
        save_impact(actor=actor, change=change, notes=notes)

    def context(self) -> dict[str, Any]:
        """Return the table, its picture, and what follows."""
        forms = self.answers.lists["notes"].forms
        keys = [str(form["component"].value() or "") for form in forms]
        others = named(self.user, [key for key in keys if key not in self._known])
        added: Mapping[str, ImpactRow] = {
            key: _by_hand(key, others.get(key)) for key in keys if key not in self._known
        }
        lines = [
            Line(
                form,
                self._known.get(key) or added[key],
                address(key) if key in self._known or key in others else "",
            )
            for form, key in zip(forms, keys, strict=True)
        ]
        return {
            "finds": self.finds,
            "lines": lines,
            "moves": len(self._items),
            "found": len(self.hits),
            "unseen": len(self.hits) - sum(key in self.hits for key in keys),
            "forecast": self.forecast,
            "picture": picture(self._items),
        }

    @cached_property
    def _known(self) -> dict[str, ImpactRow]:
        return {row.key: row for row in self.forecast.impact}

    @cached_property
    def _items(self) -> list[Any]:
        assert self.change is not None
        return items_of(self.change)


def _by_hand(key: str, component: Any) -> ImpactRow:
    owner = (component.owner_person or component.owner_team) if component else None
    return ImpactRow(
        key=key,
        title=str(component) if component else key or "No component",
        kind=component.kind if component else key.partition(":")[0],
        tier=component.tier if component else 4,
        severity="medium",
        depth=0,
        by_hand=True,
        owner=str(owner) if owner else "Nobody yet",
    )
