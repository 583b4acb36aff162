"""The page that asks why before something happens, and does it once somebody has said so."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.forms.changes import ReasonForm


@dataclass(frozen=True)
class Question:
    """What the page asks and says.

    ``label`` asks for the reason, ``done`` is said afterwards, and ``back`` is the address where both ways out lead.
    """

    question: str
    consequence: str
    label: str
    verb: str
    done: str
    back: str
    danger: bool = False


def ask_why(request: HttpRequest, asked: Question, act: Callable[[str], object]) -> HttpResponse:
    """Ask why, and call ``act`` with the reason on POST. What it finds missing is said at the field."""
    form = ReasonForm(request.POST if request.method == "POST" else None, label=asked.label)
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data["reason"])
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, asked.done)
            return redirect(asked.back)
    context = {
        "question": asked.question,
        "consequence": asked.consequence,
        "verb": asked.verb,
        "danger": asked.danger,
        "cancel": asked.back,
        "form": form,
    }
    return render(request, "_confirm.html", context, status=422 if form.errors else 200)
