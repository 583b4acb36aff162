"""What the steps of the wizard have in common: answers that are shown, rearranged, or saved."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from apps.accounts.models import User
from apps.changes.enums import WizardStep
from apps.changes.models import Change
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.web.forms.wizard import Answers, Row, RowForm, typed, typed_rows

STEPS = list(WizardStep)


class Page:
    """One step, for one person and one draft (None before the first save).

    A step says which form and lists it asks, what of them is saved, and how they are saved. The rest is here:
    ``show`` the saved answers, ``rearrange`` what is typed (add or take away a row), ``keep`` it.
    """

    step: ClassVar[WizardStep]
    heading: ClassVar[str]
    lede: ClassVar[str] = ""
    form: ClassVar[type[forms.Form]]
    lists: ClassVar[Mapping[str, type[RowForm]]] = {}
    # Fields of the form that show what is wrong with a list as a whole.
    lead_to: ClassVar[Mapping[str, str]] = {}

    def __init__(self, user: User, change: Change | None) -> None:
        self.user, self.change = user, change
        self.answers: Answers
        # The button that gets the focus: "add:metrics" after a row was taken away.
        self.focus = ""

    # -- what each step says for itself

    def saved_values(self) -> Row:
        """Return what is saved of the form."""
        return {}

    def saved_rows(self) -> dict[str, list[Row]]:
        """Return what is saved of the lists."""
        return {}

    def blank(self, name: str, place: int) -> Row:
        """Return what a new row starts with."""
        return {}

    def kwargs(self, rows: Mapping[str, list[Row]]) -> dict[str, Row]:
        """Return what the forms of the lists need to know, by list; ``""`` names the form itself."""
        return {}

    def write(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save the answers through the service. ``self.places`` keeps which row each input came from."""
        raise NotImplementedError

    def context(self) -> dict[str, Any]:
        """Return what the step's template shows beside the form."""
        return {}

    # -- what all do alike

    @property
    def template(self) -> str:
        return f"wizard/{self.step.value.replace('-', '_')}.html"

    @property
    def judged(self) -> dict[str, str]:
        """Return who judges the rows of each list."""
        return {name: form.judged for name, form in self.lists.items()}

    def show(self) -> None:
        """Show what is saved, with one empty row where a list has none."""
        rows = self.saved_rows()
        for name in self.lists:
            if not rows.get(name) and self.starts_with_a_row(name):
                rows[name] = [self.blank(name, 0)]
        self._fill(self.saved_values(), rows)

    def starts_with_a_row(self, name: str) -> bool:
        """Return whether an empty list shows one empty row to type in."""
        return True

    def rearrange(self, data: QueryDict, act: str) -> None:
        """Show what is typed, with a row added ("add:metrics") or taken away ("remove:metrics:2")."""
        values = typed(data, self.form)
        rows = {name: typed_rows(data, name, form) for name, form in self.lists.items()}
        verb, _, rest = act.partition(":")
        name, _, place = rest.partition(":")
        focus: tuple[str, int] | None = None
        if verb == "add" and name in rows and self.starts_with_a_row(name):
            rows[name].append(self.blank(name, len(rows[name])))
            focus = (name, len(rows[name]) - 1)
        elif verb == "remove" and name in rows and place in map(str, range(len(rows[name]))):
            self.take_away(name, int(place), rows[name])
            self.focus = f"add:{name}"
        else:
            focus = self.other_act(verb, rest, values, rows)
        self._fill(values, rows)
        if focus:
            self._focus(*focus)
        if self.focus == "find":
            self.answers.form.fields["find"].widget.attrs |= {"autofocus": True, "data-focus": True}

    def take_away(self, name: str, place: int, rows: list[Row]) -> None:
        """Take a row away."""
        del rows[place]

    def other_act(
        self, verb: str, rest: str, values: Row, rows: dict[str, list[Row]]
    ) -> tuple[str, int] | None:
        """Do what a button of this step alone asks for. Returns the row to go on in, if any."""
        return None

    def keep(self, actor: Actor, change: Change, *, complete: bool) -> None:
        """Save what was typed. Raises Invalid with the errors put at their fields."""
        self.places: dict[str, list[int]] = {}
        try:
            self.write(actor, change, complete=complete)
        except Invalid as error:
            self.answers.refuse(error, self.places, lead_to=self.lead_to)
            raise

    def bind(self, data: QueryDict) -> bool:
        """Take what was typed, to be saved. Returns whether it can be read."""
        rows = {name: typed_rows(data, name, form) for name, form in self.lists.items()}
        self.answers = Answers(self.form, self.lists, data=data, kwargs=self.kwargs(rows))
        return self.answers.is_valid()

    def rows(self, name: str) -> list[Row]:
        """Return the clean rows that are not blank, and remember where each stood."""
        filled = list(self.answers.filled(name))
        self.places[name] = [place for place, _ in filled]
        return [row for _, row in filled]

    def _fill(self, values: Row, rows: dict[str, list[Row]]) -> None:
        self.answers = Answers(self.form, self.lists, values=values, rows=rows, kwargs=self.kwargs(rows))

    def _focus(self, name: str, place: int) -> None:
        form = self.answers.lists[name].forms[place]
        first = next(bound for bound in form if not bound.is_hidden)
        first.field.widget.attrs |= {"autofocus": True, "data-focus": True}
