"""Lists of small forms that grow and shrink by plain submit buttons and keep what was typed.

``Answers`` is what one step asks: a form of its own fields and some lists of rows. It is either bound, to be saved,
or filled with what was typed so far, to be shown again without a word about what is missing yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict

from apps.core.errors import Invalid

MOST_ROWS = 100

Row = dict[str, Any]


class RowForm(forms.Form):
    """One row. It is blank, and passed over, when none of the fields that ``counts`` names is filled."""

    counts: tuple[str, ...] = ()
    # The field that shows an error of the whole row; the first one when it is empty.
    main = ""
    # Who judges what the rows say.
    judged = ""
    # Fields of the services by another name here.
    called: Mapping[str, str] = {}

    @property
    def is_blank(self) -> bool:
        """Return whether nothing is typed in this row."""
        return not any(self.data.get(self.add_prefix(name), "").strip() for name in self.counts)

    def put(self, name: str, text: str) -> None:
        """Put an error at the field that a service names."""
        field = self.called.get(name, name)
        self.add_error(field if field in self.fields else self.main or next(iter(self.fields)), text)


class Answers:
    """The form and the lists of one step. ``data`` binds them; else they show ``values`` and ``rows``."""

    def __init__(
        self,
        form: type[forms.Form],
        lists: Mapping[str, type[RowForm]],
        *,
        data: QueryDict | None = None,
        values: Row | None = None,
        rows: Mapping[str, Sequence[Row]] | None = None,
        kwargs: Mapping[str, Row] | None = None,
    ) -> None:
        given, own = rows or {}, dict(kwargs or {})
        self.form = form(data, initial=values, **own.pop("", {}))
        self.lists: dict[str, BaseFormSet[Any]] = {}
        for name, row_form in lists.items():
            factory = formset_factory(row_form, extra=0, absolute_max=MOST_ROWS, max_num=MOST_ROWS)
            self.lists[name] = factory(
                data, initial=list(given.get(name, [])), prefix=name, form_kwargs=own.get(name, {})
            )

    def is_valid(self) -> bool:
        """Return whether everything typed is of its kind; what is missing is for the services to say."""
        sound = [self.form.is_valid(), *(rows.is_valid() for rows in self.lists.values())]
        return all(sound)

    def filled(self, name: str) -> Iterator[tuple[int, Row]]:
        """Yield the place and the clean values of each row of a list that is not blank."""
        for place, form in enumerate(self.lists[name].forms):
            if not form.is_blank:
                yield place, form.cleaned_data

    def refuse(
        self, error: Invalid, places: Mapping[str, Sequence[int]], *, lead_to: Mapping[str, str]
    ) -> None:
        """Put what a service refused at the fields.

        ``places`` gives for each list the row that each input came from. ``lead_to`` names a field of the form for
        errors of a whole list; without one they stand at the first row.
        """
        for name, texts in error.fields.items():
            for text in texts:
                self._put(name, text, places, lead_to)

    def _put(
        self, name: str, text: str, places: Mapping[str, Sequence[int]], lead_to: Mapping[str, str]
    ) -> None:
        head, _, rest = name.partition(".")
        number, _, field = rest.partition(".")
        if head in self.lists and number.isdecimal() and int(number) < len(places.get(head, ())):
            self.lists[head].forms[places[head][int(number)]].put(field, text)
        elif head in self.lists and head not in lead_to and self.lists[head].forms:
            self.lists[head].forms[0].put("", text)
        else:
            field = lead_to.get(head, head)
            self.form.add_error(field if field in self.form.fields else NON_FIELD_ERRORS, text)


def typed(data: QueryDict, form: type[forms.Form]) -> Row:
    """Return what was typed in a form, as it was typed."""
    return {name: data.get(name, "") for name in form.base_fields}


def typed_rows(data: QueryDict, name: str, form: type[RowForm]) -> list[Row]:
    """Return what was typed in the rows of a list, as it was typed."""
    total = data.get(f"{name}-TOTAL_FORMS", "0")
    count = min(int(total), MOST_ROWS) if total.isdecimal() and len(total) < 5 else 0
    return [
        {field: data.get(f"{name}-{place}-{field}", "") for field in form.base_fields}
        for place in range(count)
    ]
