"""Writing playbooks: a new one, the next version of one, and its end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from apps.core.errors import Invalid, Stale
from apps.playbooks import selectors, services
from apps.playbooks.models import Playbook
from apps.playbooks.rules import (
    Content,
    Problem,
    Shape,
    Unfit,
    as_answers,
    as_content,
    cleaned,
    playbook_schema,
    read,
    shape_of,
)
from apps.web.errors import add_to_form
from apps.web.forms.playbooks import PlacesForm, placed
from apps.web.reader import actor_of
from apps.web.sheets import Sheet, act_of, rearranged
from apps.web.views.asking import Question, ask_why
from apps.web.views.playbooks import playbook_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Write a new playbook."""
    selectors.write_playbooks_decision(actor_of(request)).require()
    return _Editor(request, None).answer()


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str) -> HttpResponse:
    """Write the next version of a playbook."""
    playbook = playbook_of(request, ref)
    selectors.write_playbooks_decision(actor_of(request)).require()
    return _Editor(request, playbook).answer()


class _Editor:
    """The editor of one playbook, for one request. What is typed lives in the page until it is saved."""

    def __init__(self, request: HttpRequest, playbook: Playbook | None) -> None:
        self.request = request
        self.playbook = playbook
        self.shape: Shape = shape_of(_asked(new=playbook is None))
        # The version that the person read: what they write replaces that one, and no later one unseen.
        self.read_version = request.POST.get("version", str(playbook.version) if playbook else "")

    def answer(self) -> HttpResponse:
        """Show the editor, or do what was asked for."""
        if self.request.method != "POST":
            current = selectors.playbook_in_force(self.playbook).content if self.playbook else {}
            return self._shown(as_answers(current))
        act = act_of(self.request.POST)
        answers = read(self.shape, self.request.POST)
        if act.verb != "save":
            answers, focus = rearranged(self.shape, answers, act)
            return self._shown(answers, focus=focus)
        return self._saved(answers)

    def _saved(self, answers: Content) -> HttpResponse:
        try:
            playbook = self._written(answers)
        except Stale as error:
            self.read_version = (
                str(selectors.playbook_in_force(self.playbook).number) if self.playbook else ""
            )
            said = f"{error.reason} Yours is still here: save again to put it on top."
            return self._shown(answers, [Problem(("note",), said)], status=409)
        except Unfit as error:
            return self._shown(answers, error.problems, status=422)
        except Invalid as error:
            wrong = [Problem((name,), text) for name, texts in error.fields.items() for text in texts]
            return self._shown(answers, wrong, status=422)
        messages.success(self.request, f"Version {playbook.version} is in force.")
        return redirect("web:playbook", playbook.ref)

    def _written(self, answers: Content) -> Playbook:
        actor, content = actor_of(self.request), as_content(answers)
        if self.playbook is None:
            return services.add_playbook(actor=actor, content=content)
        number = self.read_version
        return services.write_playbook(
            actor=actor,
            playbook=self.playbook,
            content=content,
            note=answers.get("note", ""),
            version=int(number) if number.isascii() and number.isdecimal() and len(number) < 6 else 0,
        )

    def _shown(
        self, answers: Content, problems: list[Problem] | None = None, *, focus: str = "", status: int = 200
    ) -> HttpResponse:
        context: dict[str, Any] = {
            "playbook": self.playbook,
            "title": cleaned(str(answers.get("title", "")), lines=False)[:120],
            "read_version": self.read_version,
            "sheet": Sheet(self.shape, answers, problems or [], focus=focus),
            "has_errors": bool(problems),
            "cancel": reverse("web:playbook", args=[self.playbook.ref])
            if self.playbook
            else reverse("web:playbooks"),
        }
        return render(self.request, "playbooks/playbook_edit.html", context, status=status)


def _asked(*, new: bool) -> dict[str, Any]:
    """Return the form of a playbook, and why it is written when it is there already."""
    schema = playbook_schema(selectors.teams_to_call())
    if not new:
        note = {"type": "string", "format": "textarea", "title": "What is new, and why?"}
        schema["properties"] |= {"note": note}
        schema["required"] = [*schema["required"], "note"]
    return schema


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def places(request: HttpRequest, ref: str) -> HttpResponse:
    """Say at which components and kinds of conflict a playbook is pointed out."""
    playbook = playbook_of(request, ref)
    actor = actor_of(request)
    selectors.write_playbooks_decision(actor).require()
    form = PlacesForm(request.POST if request.method == "POST" else None, initial=placed(playbook.places))
    if request.method == "POST" and form.is_valid():
        try:
            services.place_playbook(actor=actor, playbook=playbook, places=form.given())
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, "It is pointed out there now.")
            return redirect("web:playbook", playbook.ref)
    context = {
        "question": f"Where is {playbook.ref} pointed out?",
        "consequence": "Its name stands on the pages of these components, of changes that move them, and of conflicts.",
        "verb": "Point it out there",
        "cancel": reverse("web:playbook", args=[playbook.ref]),
        "form": form,
    }
    return render(request, "_confirm.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retire(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask why, and then retire a playbook."""
    playbook = playbook_of(request, ref)
    selectors.write_playbooks_decision(actor_of(request)).require()
    asked = Question(
        question=f"Retire the playbook {playbook.ref}?",
        consequence="It is pointed out nowhere any more. Its versions stay on record.",
        label="Why is it retired, and what is followed instead?",
        verb="Retire the playbook",
        done="The playbook is retired.",
        back=reverse("web:playbook", args=[playbook.ref]),
        danger=True,
    )
    return ask_why(
        request,
        asked,
        lambda reason: services.retire_playbook(actor=actor_of(request), playbook=playbook, reason=reason),
    )
