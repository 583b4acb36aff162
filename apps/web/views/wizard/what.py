"""What: the components that move, and their versions."""

from collections.abc import Mapping
from typing import Any

from apps.accounts.models import User
from apps.catalog.selectors import components_visible_to, versions_in_use
from apps.changes.enums import WizardStep
from apps.changes.models import Change
from apps.changes.rules.inputs import ItemInput
from apps.changes.selectors import items_of
from apps.changes.services import save_what
from apps.core.actors import Actor
from apps.web.forms.wizard import NEW, FindForm, ItemForm, Movable, Row
from apps.web.views.wizard.base import Page
from apps.web.views.wizard.finding import Finds, find


class WhatPage(Page):
    """Find components, add them, and choose their versions."""

    step = WizardStep.WHAT
    heading = "What moves"
    lede = "Choose every component that gets a new version in this change. They move as one unit."
    form = FindForm
    lists = {"items": ItemForm}
    lead_to = {"items": "find"}

    def __init__(self, user: User, change: Change | None, *, pick: str = "") -> None:
        super().__init__(user, change)
        self.finds: Finds | None = None
        self._pick = pick

    def saved_rows(self) -> dict[str, list[Row]]:
        """Return the items, and the one that a link from its page asks for."""
        rows = [
            {
                "component": item.component.key,
                "from_version": item.from_version.version if item.from_version else "",
                "to_version": item.to_version.version,
                "difference": item.difference,
            }
            for item in _items(self.change)
        ] or [{"component": key} for key in self._allowed()]
        if self._pick and self._pick not in [row["component"] for row in rows]:
            rows.append({"component": self._pick})
        return {"items": rows}

    def _allowed(self) -> list[str]:
        """Return what the standard change of a draft may move: the rows that an empty list begins with."""
        if self.change is None or self.change.standard is None:
            return []
        return list(self.change.standard.content["components"])

    def starts_with_a_row(self, name: str) -> bool:
        """Return False: a row begins with a component."""
        return False

    def kwargs(self, rows: Mapping[str, list[Row]]) -> dict[str, Row]:
        """Look up the components of the rows with their versions; three queries for all."""
        known = _movables(self.user, [row["component"] for row in rows["items"]])
        for row in rows["items"]:
            movable = known.get(row["component"])
            if movable and movable.in_use:
                row.setdefault("from_version", movable.in_use.version)
        return {"items": {"known": known}}

    def other_act(
        self, verb: str, rest: str, values: Row, rows: dict[str, list[Row]]
    ) -> tuple[str, int] | None:
        """Look components up, or add one of them."""
        chosen = [row["component"] for row in rows["items"]]
        if verb == "pick" and rest and rest not in chosen:
            rows["items"].append({"component": rest})
            values.update(find="", found="")
            return "items", len(rows["items"]) - 1
        if verb == "find":
            text = values["find"].replace("\x00", "").strip()[:200]
            values.update(find=text, found=text)
            self.finds = find(self.user, text, chosen)
            self.focus = "find"
        return None

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save the items."""
        items = [_input(row) for row in self.rows("items")]
        save_what(actor=actor, change=change, items=items, complete=complete)

    def context(self) -> dict[str, Any]:
        """Return what was found."""
        return {"finds": self.finds}


def _items(change: Change | None) -> list[Any]:
    return items_of(change) if change else []


def _input(row: Row) -> ItemInput:
    new = row["to_version"] == NEW
    return ItemInput(
        component=row["component"],
        to_version=row["new_version"] if new else row["to_version"],
        from_version=row["from_version"],
        difference=row["difference"],
        register=new,
    )


def _movables(user: User, keys: list[str]) -> dict[str, Movable]:
    keys = [key for key in keys if key and "\x00" not in key]
    if not keys:
        return {}
    rows = components_visible_to(user).filter(key__in=keys, retired_at=None).select_related("owner_team")
    components = list(rows.prefetch_related("versions"))
    in_use = versions_in_use([row.pk for row in components])
    return {
        row.key: Movable(
            row, tuple(one for one in row.versions.all() if one.retired_at is None), in_use.get(row.pk)
        )
        for row in components
    }
