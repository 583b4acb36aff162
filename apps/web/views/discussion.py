"""The discussion of a change: read, begin, answer, settle, word again, take back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.changes.models import Change
from apps.changes.selectors import change_exists, change_for
from apps.changes.selectors.discussed import subject_of
from apps.core.errors import Invalid
from apps.discussions.models import Comment, Thread
from apps.discussions.selectors import Spoken, comment_for, thread_for
from apps.discussions.services import (
    edit_comment,
    mark_read,
    reopen_thread,
    reply,
    settle_thread,
    start_thread,
    withdraw_comment,
)
from apps.web.discussion_page import SHOWS, Wanted, context_of, form_id
from apps.web.errors import add_to_form, not_found
from apps.web.forms.discussion import CommentForm, ThreadForm
from apps.web.reader import actor_of, reader


@login_required
@require_safe
def discussion(request: HttpRequest, ref: str) -> HttpResponse:
    """Show what was said about a change, and what its signers ask."""
    change = _change(request, ref)
    if change.revision_id is None:
        return redirect("web:change", ref=change.ref)
    return _page(request, change)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, ref: str) -> HttpResponse:
    """Begin a conversation."""
    change = _change(request, ref)
    if request.method != "POST":
        return redirect("web:discussion", ref=change.ref)
    form = ThreadForm(request.POST, parts=subject_of(reader(request), change).parts)
    if form.is_valid():
        try:
            made = start_thread(
                actor=actor_of(request),
                subject_type="change",
                ref=change.ref,
                text=form.words,
                about=form.cleaned_data["about"],
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            return _at(change, made)
    return _page(request, change, form=form, status=422)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, ref: str, thread: int) -> HttpResponse:
    """Answer in a conversation."""
    change = _change(request, ref)
    found = _thread(request, change, thread)
    if request.method != "POST":
        return redirect(f"{_url(change)}?before={found.pk + 1}#thread-{found.pk}")
    form = CommentForm(request.POST, auto_id=form_id(found.pk))
    if form.is_valid():
        try:
            made = reply(actor=actor_of(request), thread=found, text=form.words)
        except Invalid as error:
            add_to_form(form, error)
        else:
            return _at(change, made)
    return _page(request, change, answer=(found.pk, form), status=422)


@login_required
@require_POST
def settle(request: HttpRequest, ref: str, thread: int) -> HttpResponse:
    """Settle a conversation, or open it again."""
    change = _change(request, ref)
    found = _thread(request, change, thread)
    if request.POST.get("open"):
        reopen_thread(actor=actor_of(request), thread=found)
    else:
        settle_thread(actor=actor_of(request), thread=found)
    return redirect(f"{_url(change)}?before={found.pk + 1}#thread-{found.pk}")


@login_required
@require_POST
def read(request: HttpRequest, ref: str) -> HttpResponse:
    """Mark all that is said as read by this person."""
    change = _change(request, ref)
    mark_read(actor=actor_of(request), subject_type="change", ref=change.ref)
    return redirect("web:discussion", ref=change.ref)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, ref: str, comment: int) -> HttpResponse:
    """Word one's own comment again."""
    change = _change(request, ref)
    said = _said(request, change, comment)
    said.may_edit.require()
    form = CommentForm(request.POST if request.method == "POST" else None, initial={"text": said.words.text})
    if request.method == "POST" and form.is_valid():
        try:
            made = edit_comment(actor=actor_of(request), comment=said.comment, text=form.words)
        except Invalid as error:
            add_to_form(form, error)
        else:
            return _at(change, made)
    context = {"change": change, "form": form, "cancel": _place(change, said.comment)}
    return render(request, "discussion/edit.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, ref: str, comment: int) -> HttpResponse:
    """Ask before a comment is taken back, and do it on POST."""
    change = _change(request, ref)
    said = _said(request, change, comment)
    if request.method == "POST":
        withdraw_comment(actor=actor_of(request), comment=said.comment)
        messages.success(request, "You withdrew your comment. The record keeps what it said.")
        return _at(change, said.comment)
    said.may_withdraw.require()
    context = {
        "change": change,
        "said": said,
        "question": "Withdraw your comment?",
        "consequence": "The page will say that you withdrew it. The ledger keeps what it said.",
        "verb": "Withdraw it",
        "keep": "Keep it",
        "danger": True,
        "cancel": _place(change, said.comment),
    }
    return render(request, "discussion/withdraw.html", context)


def _page(
    request: HttpRequest,
    change: Change,
    *,
    form: ThreadForm | None = None,
    answer: tuple[int, CommentForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    wanted = Wanted(before=answer[0] + 1) if answer else _wanted(request, change)
    context = context_of(reader(request), change, wanted, form=form, reply=answer)
    return render(request, "discussion/page.html", context, status=status)


def _wanted(request: HttpRequest, change: Change) -> Wanted:
    """Return what to show. A link to one comment shows the page on which its thread stands first."""
    if named := _number(request.GET.get("comment", "")):
        said = comment_for(reader(request), subject_of(reader(request), change), named)
        return Wanted(before=said.comment.thread_id + 1) if said else Wanted()
    return Wanted(SHOWS.get(request.GET.get("show", ""), "all"), _number(request.GET.get("before", "")))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _change(request: HttpRequest, ref: str) -> Change:
    found = change_for(reader(request), ref)
    if found is None:
        raise not_found(request, ("change", ref), exists=change_exists(ref))
    return found


def _thread(request: HttpRequest, change: Change, number: int) -> Thread:
    found = thread_for(reader(request), subject_of(reader(request), change), number)
    if found is None:
        raise not_found(request, ("thread", str(number)), exists=False)
    return found


def _said(request: HttpRequest, change: Change, number: int) -> Spoken:
    found = comment_for(reader(request), subject_of(reader(request), change), number)
    if found is None:
        raise not_found(request, ("comment", str(number)), exists=False)
    return found


def _url(change: Change) -> str:
    return reverse("web:discussion", args=[change.ref])


def _place(change: Change, comment: Comment) -> str:
    return f"{_url(change)}?comment={comment.pk}#comment-{comment.pk}"


def _at(change: Change, comment: Comment) -> HttpResponse:
    return redirect(_place(change, comment))
