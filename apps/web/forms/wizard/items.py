"""One component that a change moves: from which version, to which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from apps.catalog.models import Component, ComponentVersion
from apps.changes.rules.judged import judged_by
from apps.web.forms.wizard.rows import RowForm

NEW = "new:"
"""The choice for a version that the catalog does not know. No source names a version so."""


@dataclass(frozen=True)
class Movable:
    """A component with its versions, newest first, and the one in use."""

    component: Component
    versions: tuple[ComponentVersion, ...] = ()
    in_use: ComponentVersion | None = None

    @property
    def from_choices(self) -> list[tuple[str, str]]:
        """Return the versions that it may come from, the one in use first."""
        rest = [(one.version, one.version) for one in self.versions if one != self.in_use]
        used = [(self.in_use.version, f"{self.in_use.version} (in use)")] if self.in_use else []
        return [*used, *rest, ("", "Nothing yet: it is new there")]

    @property
    def to_choices(self) -> list[tuple[str, str]]:
        """Return the versions that it may go to."""
        known = [(one.version, _named(one)) for one in self.versions if one != self.in_use]
        used = [(self.in_use.version, f"{self.in_use.version} (in use)")] if self.in_use else []
        return [("", "Choose a version"), *known, *used, (NEW, "A version that is not in the catalog yet")]


def _named(version: ComponentVersion) -> str:
    return f"{version.version} ({', '.join(version.aliases)})" if version.aliases else version.version


class ItemForm(RowForm):
    """A row of "what moves". The component is fixed when the row is added."""

    counts = ("component",)
    main = "to_version"
    called = {"component": "to_version"}
    judged = judged_by("items[].component", "items[].from", "items[].to")

    component = forms.CharField(required=False, widget=forms.HiddenInput)
    from_version = forms.CharField(label="From version", required=False, widget=forms.Select)
    to_version = forms.CharField(label="To version", required=False, widget=forms.Select)
    new_version = forms.CharField(
        label="Name of the new version", required=False, help_text="It is added to the catalog when you save."
    )
    difference = forms.CharField(
        label="What is different, in a few words",
        required=False,
        help_text=f"Such as: 14 signals added, 3 retired. It may be empty. {judged_by('items[].difference')}",
    )

    def __init__(self, *args: Any, known: Mapping[str, Movable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key: str = str(self["component"].value() or "")
        self.movable = known.get(self.key)
        if self.movable:
            _offer(self.fields["from_version"], self.movable.from_choices)
            _offer(self.fields["to_version"], self.movable.to_choices)

    @property
    def name(self) -> str:
        """Return the component's name, or its key when the catalog does not know it."""
        return str(self.movable.component) if self.movable else self.key

    def put(self, name: str, text: str) -> None:
        """Put an error of the to-version at the field in which it was typed."""
        typed_new = name == "to_version" and self.cleaned_data.get("to_version") == NEW
        super().put("new_version" if typed_new else name, text)


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field.widget, forms.Select)
    field.widget.choices = choices
