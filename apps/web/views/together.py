"""Signing several together: choose in the inbox, confirm each here, prove once who you are."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.forms.boundfield import BoundField, BoundWidget
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Requirement, Signature
from apps.approvals.rules import describe
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.together import MOST
from apps.approvals.selectors import Item, items_to_sign, requirement_exists
from apps.approvals.services import Chosen, Outcome, Proof, show_together, sign_together
from apps.approvals.services.intents import meaning_on
from apps.audit.services import record_denial
from apps.core.decisions import Decision
from apps.core.errors import Forbidden, Invalid, PortalError
from apps.web.errors import add_to_form, not_found
from apps.web.forms.together import TogetherForm
from apps.web.proving import Proved, Ways, prove
from apps.web.reader import actor_of, reader, session_of

ACTION = "approval.sign"


@dataclass(frozen=True)
class Line:
    """One that can be signed here: what the person says by it, its checklist, and what the form sends of it."""

    item: Item
    as_whom: str
    says: str
    points: tuple[str, ...]
    box: BoundWidget
    hidden: tuple[BoundField, ...]


@dataclass(frozen=True)
class Left:
    """One that was not signed, with the reason and what to do."""

    requirement: Requirement
    as_whom: str
    reason: str
    remedy: str


@sensitive_post_parameters("password", "code", "passkey")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_several(request: HttpRequest) -> HttpResponse:
    """Ask for a decision on each of several at once, and record each by itself. A GET signs nothing."""
    numbers = _numbers(request.POST if request.method == "POST" else request.GET)
    if len(numbers) > MOST:
        return _page(request, [], None, status=422, chose=len(numbers))
    items = _items(request, numbers)
    if request.method != "POST":
        return _opened(request, items)
    form = TogetherForm(request.POST, items=[one.requirement for one in items])
    proved = _proved(request, form, items) if form.is_valid() else None
    if proved is None:
        return _page(request, items, form, status=422)
    try:
        outcome = _sign(request, form, items, proved)
    except Invalid as error:
        add_to_form(form, error)
        return _page(request, items, form, status=422)
    for asked, why in outcome.left:
        if isinstance(why, Forbidden):
            _deny(request, asked, why.reason)
    return _done(request, items, form.picked(), outcome)


def _numbers(sent: QueryDict) -> list[int]:
    """Return the numbers of what was chosen, each once."""
    texts = dict.fromkeys(sent.getlist("item"))
    if not all(text.isascii() and text.isdigit() and len(text) <= 18 for text in texts):
        raise Http404("What was chosen is named by numbers.")
    return list(dict.fromkeys(map(int, texts)))


def _items(request: HttpRequest, numbers: list[int]) -> list[Item]:
    items = items_to_sign(reader(request), numbers)
    known = {one.requirement.pk for one in items}
    for number in numbers:
        if number not in known:
            raise not_found(request, ("requirement", str(number)), exists=requirement_exists(number))
    return items


def _opened(request: HttpRequest, items: list[Item]) -> HttpResponse:
    """Show the page, with a showing and a nonce for each that can be signed here."""
    offered = [one.requirement for one in items if one.allowed]
    if not offered:
        return _page(request, items, None)
    shown = show_together(actor=actor_of(request), requirements=offered, session=session_of(request))
    start = {f"nonce-{pk}": intent.nonce for pk, intent in shown.items()}
    start |= {f"digest-{pk}": intent.digest for pk, intent in shown.items()}
    return _page(request, items, TogetherForm(items=offered, initial=start))


def _proved(request: HttpRequest, form: TogetherForm, items: list[Item]) -> Proved | None:
    """Return how the person proved who they are. A wrong proof is written down for each that it was meant for."""

    def refused(reason: str) -> None:
        for number in form.picked():
            _deny(request, _of(items, number), reason)

    return prove(request, form, _ways(request, items), refused)


def _ways(request: HttpRequest, items: list[Item]) -> Ways:
    """Return how the person may prove who they are: once for all of them, so as fresh as the strictest asks."""
    return Ways(request, freshness=min(one.requirement.round.freshness for one in items))


def _sign(request: HttpRequest, form: TogetherForm, items: list[Item], proved: Proved) -> Outcome:
    chosen = []
    for number in form.picked():
        asked = _of(items, number)
        chosen.append(Chosen(asked, *form.shown(number), checklist(asked.role, asked.round.subject_type)))
    proof = Proof("", session_of(request), proved.method, proved.at, proved.earlier)
    return sign_together(actor=actor_of(request), chosen=chosen, proof=proof)


def _of(items: list[Item], number: int) -> Requirement:
    return next(one.requirement for one in items if one.requirement.pk == number)


def _deny(request: HttpRequest, asked: Requirement, reason: str) -> None:
    record_denial(actor=actor_of(request), obj=asked.round, action=ACTION, reason=reason)


def _page(
    request: HttpRequest, items: list[Item], form: TogetherForm | None, status: int = 200, chose: int = 0
) -> HttpResponse:
    lines = _lines(items, form) if form else []
    context = {
        "lines": lines,
        "left": [_left(one.requirement, one.allowed) for one in items if not one.allowed],
        "form": form if lines else None,
        "ways": _ways(request, items) if lines else None,
        "chose": chose,
        "most": MOST,
    }
    return render(request, "signing/together.html", context, status=status)


def _lines(items: list[Item], form: TogetherForm) -> list[Line]:
    boxes = {str(box.data["value"]): box for box in form["chosen"]}
    return [
        Line(
            one,
            _as_whom(one.requirement),
            meaning_on(one.requirement, SignatureDecision.APPROVE),
            checklist(one.requirement.role, one.requirement.round.subject_type),
            boxes[str(one.requirement.pk)],
            (form[f"digest-{one.requirement.pk}"], form[f"nonce-{one.requirement.pk}"]),
        )
        for one in items
        if one.allowed
    ]


def _as_whom(asked: Requirement) -> str:
    return describe(asked.role, asked.component_label or asked.component_key)


def _left(asked: Requirement, why: Decision | PortalError) -> Left:
    return Left(asked, _as_whom(asked), why.reason, why.remedy)


def _done(request: HttpRequest, items: list[Item], picked: list[int], outcome: Outcome) -> HttpResponse:
    """Show what was signed and what was left, each by its name."""
    context = {
        "signed": _signed(items, outcome.signed),
        "left": [_left(asked, error) for asked, error in outcome.left],
        "passed_by": [one.requirement for one in items if one.requirement.pk not in picked],
    }
    return render(request, "signing/together_done.html", context, status=_status(outcome))


def _signed(items: list[Item], signed: Sequence[Signature]) -> list[tuple[Requirement, str, Signature]]:
    found = [(_of(items, one.requirement_id), one) for one in signed]
    return [(asked, _as_whom(asked), one) for asked, one in found]


def _status(outcome: Outcome) -> int:
    """Return the status of the answer: a refusal only where nothing at all was signed."""
    if outcome.signed:
        return 200
    return 403 if any(isinstance(error, Forbidden) for _, error in outcome.left) else 409
