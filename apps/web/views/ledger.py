"""The ledger: its entries page by page, and each entry with its proof."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.models import User
from apps.accounts.selectors import remember_grants, saved_views_of
from apps.audit.rules.merkle import inclusion_holds
from apps.audit.selectors import Entry, EntryProof, Page
from apps.audit.selectors.entries import Cursor
from apps.audit.services import LedgerBroken, ensure_sealed
from apps.changes.selectors import Difference, change_for, differences, revision_of
from apps.core import clock
from apps.exports.selectors import (
    access_of,
    entry_exists,
    ledger_count_for,
    ledger_entries_for,
    ledger_entry_for,
    may_export,
    may_read_ledger,
    record_as_at,
    refusals_since,
)
from apps.insights.selectors import may_read_maps
from apps.retention.selectors import retirement_of
from apps.web import entries
from apps.web.errors import not_found
from apps.web.facts import fact
from apps.web.forms.ledger import LedgerForm
from apps.web.reader import reader
from apps.web.replay import described, replayed, turned
from apps.web.views.as_at import address as address_at
from apps.web.views.saved_views import narrowing

PAGE = 25
COUNTED = 1_000
REFUSALS_DAYS = 7
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@login_required
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the entries that a person may read, newest first, narrowed by what they look for."""
    user = reader(request)
    remember_grants(user)
    form = LedgerForm(request.GET)
    form.is_valid()
    after, before = (_cursor(request.GET.get(name, "")) for name in ("after", "before"))
    page = ledger_entries_for(user, form.filters(), after=after, before=before, limit=PAGE)
    if not page.entries:
        may_read_ledger(user).require()
    context = {
        "form": form,
        "rows": entries.rows(page.entries),
        "waiting": sum(entry.leaf is None for entry in page.entries),
        "newer": _address(request, "before", page.before),
        "older": _address(request, "after", page.after),
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "title": _title(form, page, None if _is_whole(page) else _count(user, form)),
        "reached": page.reached,
        "access": access_of(user),
        "views": saved_views_of(user, "ledger"),
        "query": narrowing(request.GET.urlencode()),
        "may_export": bool(may_export(user)),
        "may_read_maps": bool(may_read_maps(user)),
        "refusals": refusals_since(user, _day(REFUSALS_DAYS)),
        "refusals_from": _day(REFUSALS_DAYS).date(),
    }
    return render(request, "ledger/list.html", context)


def _day(ago: int) -> datetime:
    """Return the beginning of a day, in UTC."""
    return clock.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
        days=ago
    )


def _is_whole(page: Page) -> bool:
    return page.after is None and page.before is None


def _count(user: User, form: LedgerForm) -> int | None:
    """Return how many entries match, up to one more than is said. What words find is not counted beyond a page."""
    return None if form.cleaned_data.get("text") else ledger_count_for(user, form.filters(), cap=COUNTED + 1)


def _title(form: LedgerForm, page: Page, count: int | None) -> str:
    given = form.cleaned_data
    ref = given.get("about") or given.get("q")
    number = len(page.entries) if _is_whole(page) else count
    if number is None:
        said = "Entries"
    elif number > COUNTED:
        said = f"More than {COUNTED:,} entries"
    else:
        said = "1 entry" if number == 1 else f"{number:,} entries"
    found = f" with “{given['text']}”" if given.get("text") else ""
    return f"{said}{found} for {ref}" if ref else f"{said}{found}"


def _address(request: HttpRequest, name: str, cursor: Cursor | None) -> str:
    """Return the address of the page beyond ``cursor`` under the same filters, or empty."""
    if cursor is None:
        return ""
    query = request.GET.copy()
    for old in ("after", "before"):
        query.pop(old, None)
    at, pk = cursor
    query[name] = f"{(at - _EPOCH) // _MICROSECOND}-{pk}"
    return f"?{query.urlencode()}"


def _cursor(text: str) -> Cursor | None:
    at, _, pk = text.partition("-")
    if not (text.isascii() and at.isdecimal() and pk.isdecimal() and len(at) < 17 and len(pk) < 19):
        return None
    return _EPOCH + int(at) * _MICROSECOND, int(pk)


@login_required
@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show one entry: what it says, what differs, and why it is in the ledger."""
    found = ledger_entry_for(reader(request), number) if number < 2**63 else None
    if found is not None and found[1] is None and _sealed_now(number):
        found = ledger_entry_for(reader(request), number)
    if found is None:
        exists = number < 2**63 and entry_exists(number)
        raise not_found(request, ("entry", str(number)), exists=exists)
    row = entries.rows([found[0]])[0]
    context = {
        "row": row,
        "facts": [fact(name, value) for name, value in found[0].data.items()],
        "difference": _difference(request, found[0]) or _turned(request, found[0]),
        "as_at": address_at(found[0].event.object_type, found[0].event.object_id, found[0].event.at),
        "link": request.build_absolute_uri(),
        "proof": _shown(found[1]) if found[1] else None,
        "leaf_hash": bytes(found[0].event.leaf_hash).hex(),
        "gone": retirement_of(found[0]),
        "raw": bytes(found[0].event.entry).decode(),
    }
    return render(request, "ledger/entry.html", context)


def _sealed_now(number: int) -> bool:
    """Seal an entry that a reader wants to see the proof of. If the ledger is broken, it stays unsealed."""
    try:
        return ensure_sealed(event_id=number)
    except LedgerBroken:
        return False


@dataclass(frozen=True)
class _Revised:
    """What an entry changed: the names of both sides, and each field."""

    before: str
    after: str
    differences: list[Difference]


def _turned(request: HttpRequest, entry: Entry) -> _Revised | None:
    """Return what an entry changed, field by field, where the ledger knows what was there before it."""
    event = entry.event
    if not described(entry) or event.object_seq == 1:
        return None
    steps = record_as_at(reader(request), event.object_type, event.object_id, before_step=event.object_seq)
    changed = [
        Difference(fact(one.name, one.after).name, fact("", one.before).text, fact("", one.after).text)
        for one in turned(replayed(steps), entry)
    ]
    return _Revised("step before", f"step {event.object_seq}", changed) if changed else None


def _difference(request: HttpRequest, entry: Entry) -> _Revised | None:
    """Return what a new revision changed, when there was one before it."""
    number = entry.data.get("revision")
    if (
        entry.event.event not in ("change.submitted", "change.refreshed")
        or not isinstance(number, int)
        or number < 2
    ):
        return None
    change = change_for(reader(request), entry.event.object_id)
    before, after = (revision_of(change, each) if change else None for each in (number - 1, number))
    if before is None or after is None:
        return None
    return _Revised(f"revision {before.number}", f"revision {after.number}", differences(before, after))


@dataclass(frozen=True)
class _Proof:
    """An inclusion proof in hexadecimal, and whether it leads to the signed root."""

    index: int
    size: int
    root: str
    note: str
    signed_at: datetime
    path: list[str]
    holds: bool


def _shown(proof: EntryProof) -> _Proof:
    checkpoint = proof.checkpoint
    root = bytes(checkpoint.root)
    holds = inclusion_holds(
        leaf=proof.leaf_hash, index=proof.index, size=checkpoint.size, proof=proof.path, root=root
    )
    path = [each.hex() for each in proof.path]
    return _Proof(
        proof.index, checkpoint.size, root.hex(), checkpoint.note, checkpoint.created_at, path, holds
    )
