"""The messages of a change: what is planned, what was sent, and planning one more."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.changes import selectors, services
from apps.changes.models import Change
from apps.changes.selectors.messages import message_of, messages_of
from apps.core.errors import Invalid
from apps.web.errors import add_to_form
from apps.web.forms.messages import MessageForm
from apps.web.reader import actor_of, reader
from apps.web.views.change_documents import change_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the messages of a change; plan one, or take one back that has not gone out."""
    change = change_or_404(request, ref)
    decision = selectors.attach_decision(change, actor_of(request))
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        decision.require()
        if "drop" in request.POST:
            return _dropped(request, change, request.POST["drop"])
        if form.is_valid():
            try:
                services.plan_message(actor=actor_of(request), change=change, **form.cleaned_data)
            except Invalid as error:
                add_to_form(form, error)
            else:
                messages.success(request, "The message is planned.")
                return redirect("web:change-messages", change.ref)
    context = {
        "change": change,
        "told": messages_of(change),
        "form": form,
        "may_plan": decision,
        "documents": [
            one.document
            for one in selectors.attached_to(reader(request), change)
            if one.document.version.template.kind == "communication_plan"
        ],
    }
    return render(request, "changes/messages.html", context, status=422 if form.errors else 200)


def _dropped(request: HttpRequest, change: Change, number: str) -> HttpResponse:
    known = number.isascii() and number.isdecimal() and len(number) < 18
    message = message_of(change, int(number)) if known else None
    if message is None:
        raise Http404("There is no such message.")
    services.drop_message(actor=actor_of(request), message=message)
    messages.success(request, "The message is taken back. Nobody is told.")
    return redirect("web:change-messages", change.ref)
