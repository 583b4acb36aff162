"""A person's own pages: who they are here, and the tokens that act for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from apps.accounts.models import ApiToken
from apps.accounts.selectors import grants_of, teams_of, token_exists, token_of, tokens_of
from apps.accounts.services import change_profile, choose_briefing, choose_digest, issue_token, revoke_token
from apps.core import clock
from apps.core.errors import Invalid
from apps.web.errors import add_to_form, not_found
from apps.web.forms.account import DigestForm, ProfileForm, TokenForm
from apps.web.reader import actor_of, reader


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Show who a person is here and what they may answer for, and let them choose their time zone."""
    user = reader(request)
    form = ProfileForm(request.POST or None, initial={"time_zone": user.time_zone})
    if request.method == "POST" and form.is_valid():
        change_profile(actor=actor_of(request), user=user, time_zone=form.cleaned_data["time_zone"])
        messages.success(request, f"Times are now shown in {user.time_zone}.")
        return redirect("web:account")
    context = {"form": form, "grants": grants_of(user), "teams": teams_of(user)}
    return render(request, "account_pages/profile.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """Ask whether a person leaves the weekly digest, or comes back to it; each of its mails leads here."""
    user = reader(request)
    form = DigestForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "cancel": reverse("web:account")}
        return render(request, "account_pages/digest.html", context, status=status)
    wanted = form.cleaned_data["wanted"] == "yes"
    choose_digest(actor=actor_of(request), user=user, wanted=wanted)
    said = "You get the weekly digest again." if wanted else "You have left the weekly digest."
    messages.success(request, said)
    return redirect("web:account")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weekly_briefing(request: HttpRequest) -> HttpResponse:
    """Ask whether a person gets the briefing of each week, or leaves it; each of its mails leads here."""
    user = reader(request)
    form = DigestForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        context = {"form": form, "cancel": reverse("web:account")}
        return render(request, "account_pages/briefing.html", context, status=status)
    wanted = form.cleaned_data["wanted"] == "yes"
    choose_briefing(actor=actor_of(request), user=user, wanted=wanted)
    messages.success(
        request, "You get the briefing of each week." if wanted else "You have left the weekly briefing."
    )
    return redirect("web:account")


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """List a person's tokens and make a new one. Its secret is on the answer to the form, and never again."""
    form = TokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token, secret = issue_token(
                actor=actor_of(request),
                user=reader(request),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=clock.now() + form.life,
            )
        except Invalid as error:
            add_to_form(form, error)
        else:
            return _tokens(request, TokenForm(), made=token, secret=secret)
    return _tokens(request, form)


def _tokens(
    request: HttpRequest, form: TokenForm, made: ApiToken | None = None, secret: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "tokens": tokens_of(reader(request)),
        "now": clock.now(),
        "made": made,
        "secret": secret,
    }
    return render(request, "account_pages/tokens.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, prefix: str) -> HttpResponse:
    """Ask before a token is revoked, then revoke it."""
    token = token_of(reader(request), prefix)
    if token is None:
        raise not_found(request, ("token", prefix), exists=token_exists(prefix))
    if request.method == "POST":
        revoke_token(actor=actor_of(request), token=token)
        messages.success(request, f"The token {token.name} no longer works.")
        return redirect("web:account-tokens")
    return render(request, "account_pages/revoke.html", {"token": token})
