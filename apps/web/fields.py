"""Render form fields so that label, hint, error and control are tied together for screen readers."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

_LISTS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_REQUIRED = str(forms.Field.default_error_messages["required"])


@dataclass(frozen=True)
class Problem:
    """One line of the error summary; ``target`` is the id it leads to, or empty."""

    text: str
    target: str


def render_field(bound: BoundField, *, hint: str | None = None, label: str = "") -> SafeString:
    """Return the whole field. ``hint`` ("" for none) and ``label`` override the form's own."""
    if bound.is_hidden:
        return bound.as_hidden()
    hint_id, error_id = f"{bound.auto_id}-hint", f"{bound.auto_id}-error"
    hint = str(bound.help_text) if hint is None else hint
    described = " ".join(name for name, there in ((hint_id, hint), (error_id, bound.errors)) if there)
    context = {
        "bound": bound,
        "label": label or bound.label,
        "hint": hint,
        "hint_id": hint_id,
        "error_id": error_id,
        "errors": said(bound),
        "described": described,
        "shape": _shape(bound.field.widget),
    }
    if context["shape"] != "list":
        context["control"] = bound.as_widget(attrs=_attributes(bound, described))
    return render_to_string("_field.html", context)


def _shape(widget: forms.Widget) -> str:
    if isinstance(widget, _LISTS):
        return "list"
    return "check" if isinstance(widget, forms.CheckboxInput) else "plain"


def _attributes(bound: BoundField, described: str) -> dict[str, Any]:
    widget = bound.field.widget
    attributes: dict[str, Any] = {"placeholder": False}  # a label is never a placeholder
    if not isinstance(widget, forms.CheckboxInput):
        select = isinstance(widget, forms.Select) and not getattr(widget, "allow_multiple_selected", False)
        own = widget.attrs.get("class", "")
        attributes["class"] = f"{'form-select' if select else 'form-control'} {own}".strip()
    if described:
        attributes["aria-describedby"] = described
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def problems(sources: Iterable[Any], *, in_rows: bool = False) -> list[Problem]:
    """Return every error of the forms and formsets, in the order of their fields; rows name the field."""
    found: list[Problem] = []
    for source in sources:
        if not source:
            continue
        if hasattr(source, "forms"):
            found += [Problem(str(text), "") for text in source.non_form_errors()]
            found += problems(source.forms, in_rows=True)
        elif source.is_bound:
            found += _of_form(source, in_rows)
    return found


def _of_form(form: forms.BaseForm, in_rows: bool) -> list[Problem]:
    found = [Problem(str(text), "") for text in form.non_field_errors()]
    for bound in form:
        target = f"{bound.auto_id}_0" if isinstance(bound.field.widget, _LISTS) else str(bound.auto_id)
        named = f"{bound.label}: " if in_rows else ""
        found += [
            Problem(text if str(bound.label) in text else f"{named}{text}", target) for text in said(bound)
        ]
    return found


def said(bound: BoundField) -> list[str]:
    """Return the field's errors. "This field is required" says nothing in a summary: name the field."""
    return [
        _missing(bound, str(message)) if error.code == "required" else str(message)
        for error, message in zip(bound.errors.as_data(), bound.errors, strict=True)
    ]


def _missing(bound: BoundField, own: str) -> str:
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return f"Tick “{bound.label}”"
    if str(bound.label).endswith("?"):
        # “Why do you ask? is missing” is no sentence: the form's own words are, where it has any.
        return own if own != _REQUIRED else f"Answer “{bound.label}”"
    return f"{bound.label} is missing"
