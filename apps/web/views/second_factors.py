"""A person's second factors: what they have, adding one, removing one. Each asks who they are in its own form."""

import base64
from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import clear_totp_secret, get_totp_secret
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.accounts.selectors import second_factor_exists, second_factor_of
from apps.accounts.services import (
    add_code_app,
    add_passkey,
    new_passkey_request,
    remove_second_factor,
)
from apps.audit.services import record_denial
from apps.core.errors import Invalid
from apps.insights.rules.grammar import capital
from apps.web.errors import not_found
from apps.web.forms.proving import ProofForm
from apps.web.forms.second_factors import CodeAppForm, PasskeyForm
from apps.web.proving import Proved, Ways, prove
from apps.web.reader import actor_of, reader

_SECRETS = ("password", "code", "passkey", "first", "made")


@login_required
@require_http_methods(["GET", "HEAD"])
def security(request: HttpRequest) -> HttpResponse:
    """Show how a person proves who they are."""
    return render(request, "account_pages/security.html", {"ways": Ways(request)})


@sensitive_post_parameters(*_SECRETS)
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def code_app(request: HttpRequest) -> HttpResponse:
    """Show the secret that an authenticator app needs, and keep it once its code proves that the app has it."""
    ways = Ways(request)
    if ways.code:
        messages.info(request, "You have set up an app already. Remove it first, then set up the new one.")
        return redirect("web:security")
    form = CodeAppForm(request.POST if request.method == "POST" else None)
    secret = get_totp_secret(regenerate=not form.is_bound)
    if form.is_bound and form.is_valid() and _proved(request, form, ways):
        try:
            add_code_app(
                actor=actor_of(request), user=ways.user, secret=secret, code=form.cleaned_data["first"]
            )
        except Invalid as error:
            form.add_error("first", error.fields["code"][0])
        else:
            clear_totp_secret(request)
            messages.success(
                request, "Your app is set up. We ask for its code when you sign in and when you sign."
            )
            return redirect("web:security")
    adapter = get_adapter()
    address = adapter.build_totp_url(ways.user, secret)
    context = {
        "form": form,
        "ways": ways,
        "secret": secret,
        "picture": _picture(adapter.build_totp_svg(address)),
    }
    return render(request, "account_pages/security_app.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters(*_SECRETS)
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """Let a person's device make a passkey, and keep it."""
    ways = Ways(request)
    form = PasskeyForm(
        request.POST if request.method == "POST" else None,
        initial={"name": f"Passkey {len(ways.factors.passkeys) + 1}"},
    )
    if form.is_bound and form.is_valid() and _proved(request, form, ways):
        try:
            add_passkey(
                actor=actor_of(request),
                user=ways.user,
                name=form.cleaned_data["name"],
                credential=form.cleaned_data["made"],
            )
        except Invalid as error:
            form.add_error("name", next(iter(error.fields.values()))[0])
        else:
            messages.success(request, "The passkey is added. You can sign with it from now on.")
            return redirect("web:security")
    context = {"form": form, "ways": ways, "making": new_passkey_request(ways.user)}
    return render(request, "account_pages/security_passkey.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters(*_SECRETS)
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask before a second factor is taken away, then take it away."""
    factor = second_factor_of(reader(request), number)
    if factor is None:
        raise not_found(request, ("second_factor", str(number)), exists=second_factor_exists(number))
    ways = Ways(request)
    form = ProofForm(request.POST if request.method == "POST" else None)
    name = "your authenticator app" if factor == ways.factors.code else str(factor)
    if form.is_bound and form.is_valid() and _proved(request, form, ways):
        remove_second_factor(actor=actor_of(request), factor=factor)
        messages.success(request, f"{capital(name)} is removed.")
        return redirect("web:security")
    context = {"form": form, "ways": ways, "name": name}
    return render(request, "account_pages/security_remove.html", context, status=422 if form.errors else 200)


def _proved(request: HttpRequest, form: ProofForm, ways: Ways) -> Proved | None:
    return prove(request, form, ways, _denied(request), "Nothing was changed.")


def _denied(request: HttpRequest) -> Callable[[str], None]:
    return lambda reason: record_denial(
        actor=actor_of(request), obj=reader(request), action="account.second_factor", reason=reason
    )


def _picture(svg: str) -> str:
    """Return a picture as an address that needs no request of its own: nothing keeps the secret in a cache."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
