"""The ledger: its entries page by page, and each entry with its proof."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from apps.accounts.enums import Role
from apps.audit.rules.merkle import inclusion_holds
from apps.audit.selectors import Entry, EntryProof, Page
from apps.audit.selectors.entries import Cursor
from apps.audit.services import LedgerBroken, ensure_sealed
from apps.changes.selectors import Difference, change_for, differences, revision_of
from apps.core.errors import Forbidden
from apps.exports.selectors import (
    entry_exists,
    ledger_entries_for,
    ledger_entry_for,
    may_export,
    may_read_ledger,
)
from apps.retention.selectors import retirement_of
from apps.web import dates, entries
from apps.web.errors import not_found
from apps.web.forms.ledger import LedgerForm
from apps.web.reader import reader

PAGE = 25
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@login_required
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """Show the entries that a person may read, newest first, narrowed by what they look for."""
    user = reader(request)
    form = LedgerForm(request.GET)
    form.is_valid()
    after, before = (_cursor(request.GET.get(name, "")) for name in ("after", "before"))
    page = ledger_entries_for(user, form.filters(), after=after, before=before, limit=PAGE)
    if not page.entries and not (allowed := may_read_ledger(user)):
        raise Forbidden(allowed.reason, remedy=allowed.remedy)
    context = {
        "form": form,
        "rows": entries.rows(page.entries),
        "waiting": sum(entry.leaf is None for entry in page.entries),
        "newer": _address(request, "before", page.before),
        "older": _address(request, "after", page.after),
        "narrowed": any(request.GET.get(name) for name in form.fields),
        "title": _title(form, page),
        "may_export": bool(may_export(user)),
    }
    return render(request, "ledger/list.html", context)


def _title(form: LedgerForm, page: Page) -> str:
    ref = form.cleaned_data.get("q")
    only = page.after is None and page.before is None
    count = len(page.entries)
    said = ("1 entry" if count == 1 else f"{count} entries") if only else "Entries"
    return f"{said} for {ref}" if ref else said


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
        "facts": [_fact(name, value) for name, value in found[0].data.items()],
        "difference": _difference(request, found[0]),
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
class _Fact:
    """A fact of an entry: its name and what it says. Digests and the like stand in code letters."""

    name: str
    text: str
    code: bool


_NAMES = {"auth_method": "Signed in with", "requirement": "Requirement number"}
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?Z?")
_DIGEST = 32
"""Words are shorter than this, or hold a space."""


def _fact(name: str, value: object) -> _Fact:
    """Return a fact in words. The JSON at the foot of the page says it as it was hashed."""
    said = _NAMES.get(name, name.replace("_", " ").capitalize())
    if name == "role" and value in Role.values:
        return _Fact(said, Role(value).label, code=False)
    if isinstance(value, str):
        code = len(value) >= _DIGEST and " " not in value
        return _Fact(said, _moment(value) or value or "None", code=code)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return _Fact(said, "\n".join(value) or "None", code=False)
    if isinstance(value, dict | list):
        text = json.dumps(value, ensure_ascii=False, indent=1)
        return _Fact(said, text if value else "None", code=bool(value))
    if isinstance(value, bool):
        return _Fact(said, "Yes" if value else "No", code=False)
    return _Fact(said, "None" if value is None else str(value), code=False)


def _moment(text: str) -> str:
    """Return an instant, or a time on the wall, as people read it; empty for any other text."""
    if not _TIME.fullmatch(text):
        return ""
    at = datetime.fromisoformat(text)
    zone = " UTC" if at.tzinfo else ""
    return f"{dates.when(at.replace(tzinfo=UTC), UTC)}{zone}"


@dataclass(frozen=True)
class _Revised:
    """What a revision changed against the one before."""

    before: int
    after: int
    differences: list[Difference]


def _difference(request: HttpRequest, entry: Entry) -> _Revised | None:
    """Return what the revision that was submitted changed, when there was one before it."""
    number = entry.data.get("revision")
    if entry.event.event != "change.submitted" or not isinstance(number, int) or number < 2:
        return None
    change = change_for(reader(request), entry.event.object_id)
    before, after = (revision_of(change, each) if change else None for each in (number - 1, number))
    if before is None or after is None:
        return None
    return _Revised(before.number, after.number, differences(before, after))


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
