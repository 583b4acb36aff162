"""What a person may read of the ledger."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from apps.accounts.enums import GrantScope, Role
from apps.accounts.models import RoleGrant, User
from apps.accounts.selectors import grants_of, holds_any_role
from apps.audit.selectors import Entry, EntryProof, Filters, Page, decoded_entry, entries, proof_of
from apps.audit.selectors.entries import Cursor, count_up_to
from apps.audit.selectors.filters import matching
from apps.catalog.models import Component
from apps.changes.enums import ChangeState
from apps.changes.models import Change
from apps.core.decisions import ALLOWED, Decision, denied
from apps.exports.selectors.scope import about_components, resolved

Reader = AbstractBaseUser | AnonymousUser | None

OVERSEERS = (Role.AUDITOR, Role.CHANGE_MANAGER)
"""Who reads the whole ledger and may export it, holding the role over everything."""

GUARDED_TYPES = ("person", "token", "export", "sign_in", "hold", "entry", "ledger", "retention", "retirement")
"""Entries about these are for auditors and change managers alone."""


def may_export(user: Reader) -> Decision:
    """Tell whether a person may take entries out of the portal."""
    if oversees(user):
        return ALLOWED
    if isinstance(user, User) and any(grant.role in OVERSEERS for grant in grants_of(user)):
        return denied(
            "Your role covers a part of the portal, and an export may hold entries beyond it.",
            "Ask an auditor or a change manager of the whole portal for the export.",
        )
    return denied(
        "Only an auditor or a change manager may export the ledger.",
        "Ask one of them for the export, or for the role.",
    )


def ledger_entries_for(
    user: Reader,
    filters: Filters,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    limit: int = 50,
) -> Page:
    """Return a page of the entries that a person may read, newest first.

    Anyone who holds a role reads the ledger. For all but auditors and change managers it leaves out entries about
    people, sign-ins, tokens and exports, and what others wrote in a draft that they have not submitted. An auditor of
    a team or a component alone reads what belongs to that.
    """
    seen = scope_filters(user, filters)
    if seen is None:
        return Page([], None)
    return entries(seen, after=after, before=before, limit=limit)


def ledger_count_for(user: Reader, filters: Filters, *, cap: int = 1_000) -> int | None:
    """Return how many entries a person may read under the filters, counting no further than ``cap``.

    None when only words that are common are looked for: to count what they find would take too long.
    """
    seen = scope_filters(user, filters)
    return count_up_to(seen, cap) if seen is not None else 0


def refusals_since(user: Reader, start: datetime) -> int | None:
    """Return how often somebody was refused since then, counting up to 1,001; None for whoever may not oversee that."""
    if not oversees(user):
        return None
    return count_up_to(Filters(start=start, events=("access.denied",)), 1_001)


def ledger_entry_for(user: Reader, number: int) -> tuple[Entry, EntryProof | None] | None:
    """Return one entry with its proof (None while it waits for its seal), or None if the person may not read it."""
    seen = scope_filters(user, Filters())
    event = matching(seen).filter(pk=number).select_related("leaf").first() if seen is not None else None
    return (decoded_entry(event), proof_of(event)) if event is not None else None


def may_read_ledger(user: Reader) -> Decision:
    """Tell whether a person may read the ledger at all."""
    if isinstance(user, User) and holds_any_role(user):
        return ALLOWED
    return denied(
        "The ledger is for people who hold a role here.",
        "Ask a change manager to give you the role you need.",
    )


def entry_exists(number: int) -> bool:
    """Return whether an entry exists, so that a refused look can be told from a wrong address."""
    return matching(Filters()).filter(pk=number).exists()


def scope_filters(user: Reader, filters: Filters) -> Filters | None:
    """Return the filters as conditions, narrowed to what the person may read; None if that is nothing.

    Component, change and text become conditions here: whatever reads entries by such filters takes them through this.
    """
    if oversees(user):
        return resolved(filters)
    if not isinstance(user, User) or not holds_any_role(user):
        return None
    asked = resolved(filters, reader=user)
    part = _part_of_auditor(user)
    if part is not None:
        asked = replace(asked, only=asked.only & about_components(part))
    return replace(asked, hidden=Q(object_type__in=GUARDED_TYPES) | _unsent_by_others(user))


@dataclass(frozen=True)
class Access:
    """How far a person reads the ledger: what it is narrowed to, if anything, and when that ends, if ever."""

    parts: list[str]
    ends: datetime | None


def access_of(user: Reader) -> Access:
    """Return how far a person reads the ledger now."""
    grants = grants_of(user) if isinstance(user, User) else []
    ends = [grant.valid_to for grant in grants]
    last = max((end for end in ends if end is not None), default=None)
    parts = [
        f"components of {grant.team}" if grant.team else grant.component_key
        for grant in grants
        if _narrows(grants)
    ]
    return Access(parts, None if None in ends else last)


def _part_of_auditor(user: User) -> QuerySet[Component] | None:
    """Return the components to which a person's reading is held, or None when it is not.

    Whoever holds any other role works here and reads on as before.
    """
    grants = grants_of(user)
    if not _narrows(grants):
        return None
    teams = [grant.team_id for grant in grants if grant.team_id is not None]
    keys = [grant.component_key for grant in grants if grant.component_key]
    return Component.objects.filter(Q(owner_team__in=teams) | Q(key__in=keys))


def _narrows(grants: list[RoleGrant]) -> bool:
    return bool(grants) and all(
        grant.role == Role.AUDITOR and grant.scope != GrantScope.EVERYTHING for grant in grants
    )


def _unsent_by_others(user: User) -> Q:
    """Return what tells of drafts of others: all of a change that was never submitted, the edits of a revised one."""
    others = Change.objects.exclude(requester=user).annotate(
        named=Concat(Value("CHG-"), Cast("number", CharField()), output_field=CharField())
    )
    never_sent = others.filter(revision=None).values("named")
    drafts = others.filter(state=ChangeState.DRAFT).values("named")
    change = Q(object_type="change")
    return change & (Q(object_id__in=never_sent) | Q(event="change.edited", object_id__in=drafts))


def oversees(user: Reader) -> bool:
    """Return whether a person reads the whole ledger."""
    if not isinstance(user, User):
        return False
    held = grants_of(user)
    return any(grant.role in OVERSEERS and grant.scope == GrantScope.EVERYTHING for grant in held)
