"""Asking for information before signing, and answering."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.selectors import active_people
from apps.approvals.models import Inquiry
from apps.approvals.selectors import (
    may_sign_now,
    question_exists,
    question_for,
    requirement_exists,
    requirement_for,
)
from apps.approvals.services import answer_information, ask_information, take_back_question
from apps.core.errors import Invalid
from apps.web.discussion_page import MOST_OFFERED, asked_by
from apps.web.errors import add_to_form, not_found
from apps.web.forms.discussion import AnswerForm, QuestionForm
from apps.web.reader import actor_of, reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, requirement: int) -> HttpResponse:
    """Ask the requester, or someone else, before signing. Only those who may sign may ask."""
    asked = requirement_for(reader(request), requirement)
    if asked is None:
        raise not_found(request, ("requirement", str(requirement)), exists=requirement_exists(requirement))
    may_sign_now(reader(request), asked).require()
    form = QuestionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = ask_information(
                actor=actor_of(request),
                requirement=asked,
                question=form.cleaned_data["question"],
                asked=form.cleaned_data["asked"],
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"{made.asked} is asked. Your clock is paused until they answer.")
            return redirect("web:question", question=made.pk)
    context = {
        "form": form,
        "requirement": asked,
        "requester": asked.round.opened_by,
        "people": active_people().exclude(pk=reader(request).pk)[:MOST_OFFERED],
    }
    return render(request, "questions/ask.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, question: int) -> HttpResponse:
    """Show a question with what came of it, and take its answer."""
    found = _question(request, question)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = answer_information(
                actor=actor_of(request), inquiry=found, answer=form.cleaned_data["answer"]
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            messages.success(request, f"You answered {made.asker}. Their clock runs again.")
            return redirect("web:question", question=made.pk)
    context = {"form": form, "asked": asked_by(reader(request), found), "round": found.requirement.round}
    return render(request, "questions/page.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def take_back(request: HttpRequest, question: int) -> HttpResponse:
    """Take one's own question back."""
    made = take_back_question(actor=actor_of(request), inquiry=_question(request, question))
    messages.success(request, "You took your question back. Your clock runs again.")
    return redirect("web:inbox-item", requirement=made.requirement_id)


def _question(request: HttpRequest, number: int) -> Inquiry:
    found = question_for(reader(request), number)
    if found is None:
        raise not_found(request, ("question", str(number)), exists=question_exists(number))
    return found
