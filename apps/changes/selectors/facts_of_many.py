"""The facts of many changes at once, in a number of queries that does not grow: as they are, or as they were."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from apps.accounts.enums import Role
from apps.accounts.models import Team
from apps.approvals.enums import RequirementState
from apps.approvals.models import BreakGlass, Requirement
from apps.calendar.selectors import conflicts_of_all
from apps.catalog.enums import DataClass
from apps.catalog.models import Component
from apps.catalog.selectors import newest_first
from apps.changes.enums import DROPPED, ChangeClass
from apps.changes.models import Artifact, Change, ChangeItem
from apps.changes.rules.contracts import Consumer, Proposed, facts_of_contracts
from apps.changes.selectors.contracts import overtaken_among
from apps.changes.selectors.facts import named_by, of_calendar, of_evidence, of_model, of_window
from apps.changes.selectors.measured import Measured, champion_of
from apps.changes.selectors.snapshots import Snapshot, snapshots
from apps.changes.selectors.track_record import Ends, TrackRecord, track_record
from apps.changes.selectors.trained import facts_of_training
from apps.core import clock
from apps.evidence.selectors import pieces_of
from apps.playbooks.enums import DocumentState, TemplateKind
from apps.policy.rules import Prior, shrunken_rate

_ORDER = [str(one) for one in DataClass]
Facts = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Some changes with what several groups of facts ask of them. ``record`` is given where they are judged as of then.

    As of then, what the revision holds is as it was signed, evidence has the age that it had when the change went out,
    the version in use is the one that the change came from, and the track record is that of the year before.
    """

    changes: list[Snapshot]
    items: dict[int, list[ChangeItem]]
    prior: Prior
    record: TrackRecord | None

    def moment(self, change: Snapshot) -> datetime:
        """Return by when evidence has its age."""
        if self.record is None:
            return clock.now()
        return change.started_at or (change.submitted_at if change.state in DROPPED else clock.now())


def facts_of_many(
    changes: QuerySet[Change], prior: Prior, groups: Collection[str], record: TrackRecord | None = None
) -> list[tuple[Snapshot, Facts]]:
    """Return what is known of submitted changes, by the names of ``policy.rules.FACTS``, in the order given.

    ``groups`` are the parts of the facts that anybody looks at ("change", "evidence"); the others are not read.
    Without ``record`` the facts are those of now, as ``facts_of`` gives them one by one.
    """
    found = snapshots(changes)
    batch = Batch(found, _items(found), prior, record)
    facts: dict[int, Facts] = {change.pk: {} for change in found}
    for group in _READERS:
        if group in groups:
            for pk, more in _READERS[group](batch).items():
                facts[pk].update(more)
    if not {"evidence", "model"}.isdisjoint(groups):
        for pk, more in _of_measured(batch, groups).items():
            facts[pk].update(more)
    return [(change, facts[change.pk]) for change in found]


def _items(changes: Sequence[Snapshot]) -> dict[int, list[ChangeItem]]:
    found: dict[int, list[ChangeItem]] = {change.pk: [] for change in changes}
    rows = ChangeItem.objects.filter(change__in=list(found)).select_related(
        "component", "to_version", "from_version"
    )
    fields = (
        "component__tier",
        "component__kind",
        "component__stage",
        "component__data_class",
        "component__owner_team",
    )
    versions = (
        "to_version__version",
        "to_version__code_commit",
        "to_version__datasets",
        "from_version__version",
    )
    for item in rows.only("change_id", *fields, *versions).order_by("pk"):
        found[item.change_id].append(item)
    return found


def _of_change(batch: Batch) -> dict[int, Facts]:
    teams: dict[int, str] = {}
    people = {change.requester_id for change in batch.changes}
    for user, slug in Team.objects.filter(members__in=people).order_by("slug").values_list("members", "slug"):
        teams.setdefault(user, slug)
    return {change.pk: _one_change(change, batch.items[change.pk], teams) for change in batch.changes}


def _one_change(change: Snapshot, items: list[ChangeItem], teams: dict[int, str]) -> Facts:
    components = [item.component for item in items]
    found: Facts = {
        "change.class": change.change_class,
        "change.is_standard": change.standard is not None and change.change_class == ChangeClass.STANDARD,
        "change.went_ahead": change.went_ahead_at is not None,
        "change.risk": change.risk,
        "change.reached": change.reached,
        "change.kinds": sorted(set(change.kinds)),
        "change.environments": sorted({component.stage for component in components if component.stage}),
        "change.reached_tier": change.reached_tier,
        "change.team": teams.get(change.requester_id),
        "change.tier": min((component.tier for component in components), default=None),
        "change.data_class": max((one.data_class for one in components), key=_ORDER.index, default=None),
    }
    if change.change_class == ChangeClass.URGENT and change.cost_of_waiting:
        found["change.urgent_because"] = change.cost_of_waiting[:300]
    window = change.window
    if window["start"] and window["end"]:
        start, end = datetime.fromisoformat(window["start"]), datetime.fromisoformat(window["end"])
        found |= of_window(start, end, window["time_zone"], change.submitted_at)
    return {name: value for name, value in found.items() if value is not None}


def _of_documents(batch: Batch) -> dict[int, Facts]:
    held: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = Artifact.objects.filter(change__in=[change.pk for change in batch.changes])
    for pk, kind, state in rows.values_list(
        "change_id", "document__version__template__kind", "document__state"
    ):
        held[pk].append((kind, state))
    found = {}
    for change in batch.changes:
        now = [kind for kind, state in held[change.pk] if state == DocumentState.FINISHED]
        kinds = set(now if batch.record is None else change.documents)
        kinds |= {str(TemplateKind.ROLLBACK_PLAN)} if change.way_back else set()
        found[change.pk] = {
            "artifacts.present": sorted(kinds),
            "artifacts.complete": len(now) == len(held[change.pk]),
        }
    return found


def _of_people(batch: Batch) -> dict[int, Facts]:
    rounds = {change.round_id: change.pk for change in batch.changes if change.round_id is not None}
    found: dict[int, Facts] = {pk: {} for pk in rounds.values()}
    asked: dict[int, set[str]] = defaultdict(set)
    waiting: dict[int, set[str]] = defaultdict(set)
    for round_id, role, state in _requirements(rounds).values_list("round_id", "role", "state"):
        asked[round_id].add(role)
        if state != RequirementState.MET:
            waiting[round_id].add(role)
    for round_id, pk in rounds.items():
        found[pk]["people.asked"] = sorted(asked[round_id])
        found[pk]["people.signed"] = sorted(asked[round_id] - waiting[round_id])
    for round_id, roles in _authorised(rounds).items():
        found[rounds[round_id]]["people.authorised_by"] = roles
    for round_id, known in facts_of_training(rounds).items():
        found[rounds[round_id]] |= known
    return found


def _requirements(rounds: Iterable[int]) -> QuerySet[Requirement]:
    return Requirement.objects.filter(round__in=list(rounds))


def _authorised(rounds: Iterable[int]) -> dict[int, list[str]]:
    """Return the roles that whoever let a round go ahead held then, by round."""
    ahead = BreakGlass.objects.filter(round__in=list(rounds))
    found: dict[int, list[str]] = {pk: [] for pk in ahead.values_list("round_id", flat=True)}
    at = F("at")
    held = ahead.filter(
        Q(by__grants__valid_to=None) | Q(by__grants__valid_to__gt=at),
        Q(by__grants__revoked_at=None) | Q(by__grants__revoked_at__gt=at),
        by__grants__valid_from__lte=at,
        by__is_active=True,
    )
    for round_id, role in held.values_list("round_id", "by__grants__role"):
        found[round_id].append(role)
    return {round_id: [str(role) for role in Role if role in roles] for round_id, roles in found.items()}


def _of_calendar(batch: Batch) -> dict[int, Facts]:
    found = conflicts_of_all(change.ref for change in batch.changes)
    return {change.pk: of_calendar(found[change.ref]) for change in batch.changes}


def _of_history(batch: Batch) -> dict[int, Facts]:
    gravest = {
        pk: min((item.component for item in items), key=lambda one: (one.tier, one.pk))
        for pk, items in batch.items.items()
        if items
    }
    now = clock.now()
    record = batch.record or track_record(now, {one.pk for one in gravest.values()})
    found: dict[int, Facts] = {}
    for change in batch.changes:
        if change.pk in gravest:
            moment = now if batch.record is None else change.submitted_at
            found[change.pk] = _history(gravest[change.pk], record, moment, batch.prior)
    return found


def _history(component: Component, record: TrackRecord, moment: datetime, prior: Prior) -> Facts:
    ends = {"component": record.components.get(component.pk, Ends())}
    if component.owner_team_id:
        ends["team"] = record.teams.get(component.owner_team_id, Ends())
    found: Facts = {}
    for name, each in ends.items():
        changes, failures = each.year_before(moment)
        found[f"history.{name}_changes"] = changes
        found[f"history.{name}_failures"] = failures
        found[f"history.{name}_failure_rate"] = shrunken_rate(failures, changes, prior)
    return found


def _of_contracts(batch: Batch) -> dict[int, Facts]:
    brings = [change for change in batch.changes if change.contracts]
    signed: dict[int, set[str]] = defaultdict(set)
    met = _requirements(change.round_id for change in brings if change.round_id is not None)
    if brings:
        rows = met.filter(role=Role.OWNER, state=RequirementState.MET)
        for round_id, key in rows.values_list("round_id", "component_key"):
            signed[round_id].add(key)
    # What was signed was compared with what was in force then; now something else may be.
    overtaken = (
        overtaken_among([change.pk for change in brings]) if brings and batch.record is None else set()
    )
    return {
        change.pk: facts_of_contracts(
            [_proposed(one) for one in change.contracts], signed[change.round_id or 0]
        )
        for change in batch.changes
        if change.pk not in overtaken
    }


def _proposed(content: dict[str, Any]) -> Proposed:
    consumers = tuple(Consumer(key, key, None) for key in content["consumers"])
    return Proposed(**{**content, "consumers": consumers}, key="", title="", worst="")


def _of_measured(batch: Batch, groups: Collection[str]) -> dict[int, Facts]:
    items = [item for each in batch.items.values() for item in each]
    pieces = pieces_of({item.to_version_id for item in items})
    in_use = _in_use(batch, items)
    measured = {
        change.pk: [
            Measured(item, in_use[item.pk], tuple(pieces.get(item.to_version_id, ())), None)
            for item in batch.items[change.pk]
        ]
        for change in batch.changes
    }
    lineages = named_by(one for each in measured.values() for one in each) if "model" in groups else set()
    found: dict[int, Facts] = {}
    for change in batch.changes:
        each = measured[change.pk]
        found[change.pk] = of_evidence(each, batch.moment(change)) if "evidence" in groups else {}
        found[change.pk] |= of_model(each, lineages) if "model" in groups else {}
    return found


def _in_use(batch: Batch, items: list[ChangeItem]) -> dict[int, str]:
    """Return the version that each item is measured against, by name; empty where there is none."""
    if batch.record is not None:
        return {item.pk: item.from_version.version if item.from_version else "" for item in items}
    versions = newest_first({item.component_id for item in items})
    return {item.pk: champion_of(item, versions.get(item.component_id, [])) for item in items}


_READERS: dict[str, Callable[[Batch], dict[int, Facts]]] = {
    "change": _of_change,
    "artifacts": _of_documents,
    "people": _of_people,
    "calendar": _of_calendar,
    "history": _of_history,
    "contracts": _of_contracts,
}
