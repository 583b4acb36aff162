"""What a browser tells of how a signer looks at what they are asked. Without a script nothing is told."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from apps.approvals.rules.looking import LONGEST
from apps.approvals.selectors import may_sign_now, requirement_exists, requirement_for
from apps.approvals.services import mark_seen, record_look
from apps.web.errors import not_found
from apps.web.reader import actor_of, reader


class LookForm(forms.Form):
    """Seconds in view since the last time, a piece of evidence that was opened, if any, and when it was shown."""

    seconds = forms.IntegerField(min_value=0, max_value=LONGEST)
    opened = forms.CharField(required=False, max_length=200)
    shown = forms.DateTimeField(required=False)


@login_required
@require_POST
def looked(request: HttpRequest, requirement: int) -> HttpResponse:
    """Keep what a browser tells; the answer is empty."""
    asked = requirement_for(reader(request), requirement)
    if asked is None:
        raise not_found(request, ("requirement", str(requirement)), exists=requirement_exists(requirement))
    form = LookForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422 if may_sign_now(reader(request), asked) else 403)
    kept = record_look(
        actor=actor_of(request),
        requirement=asked,
        seconds=form.cleaned_data["seconds"],
        opened=form.cleaned_data["opened"],
    )
    shown = form.cleaned_data["shown"]
    if kept and shown:
        mark_seen(actor=actor_of(request), requirement=asked, at=shown)
    return HttpResponse(status=204 if kept else 403)
