"""The list of changes, fast at a hundred thousand: one page, counts that stop at a thousand, constant queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.contrib.postgres.search import SearchQuery
from django.db.models import Exists, IntegerField, OuterRef, QuerySet, Subquery

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.models import Requirement
from apps.approvals.rules import describe
from apps.approvals.selectors import eligible_people
from apps.changes.enums import OPEN, OVER, ChangeState
from apps.changes.models import Change, ChangeItem
from apps.changes.selectors.visible import changes_visible_to, number_in
from apps.core import clock

Tab = Literal["open", "mine", "waiting", "week", "ended", "all"]
COUNT_LIMIT = 1000
PAGE = 50

# What a row shows. A row that fetched its texts and lineage as well would cost three times as much.
_ROW = (
    "number", "state", "change_class", "title", "risk", "time_zone", "planned_start", "planned_end", "round_id",
    "requester__username", "requester__first_name", "requester__last_name", "requester__job_title",
)  # fmt: skip
_MOVE = ("change_id", "component__title", "component__name", "from_version__version", "to_version__version")
_ASKED = ("named", "round_id", "role", "component_key", "component_label", "team_id", "due_at", "handed_to")


@dataclass(frozen=True)
class Filters:
    """Which changes: each part that is set must hold. ``start`` and ``end`` bound the planned start, half-open."""

    tab: Tab = "all"
    text: str = ""
    state: str = ""
    change_class: str = ""
    team: str = ""
    component: str = ""
    requester: str = ""
    risk: int = 0
    start: datetime | None = None
    end: datetime | None = None
    page: int = 1


@dataclass(frozen=True)
class Waits:
    """Whom a change waits on first, and on how many more."""

    who: str
    role: str
    due: datetime | None = None
    more: int = 0


@dataclass(frozen=True)
class Move:
    """One component that a change moves, by name, and its versions; no from-version means that it is new."""

    component: str
    from_version: str
    to_version: str


@dataclass(frozen=True)
class Row:
    """A change as the list shows it."""

    change: Change
    moves: list[Move]
    waits: Waits

    @property
    def more_moves(self) -> int:
        """Return how many components move beside the first."""
        return len(self.moves) - 1


@dataclass(frozen=True)
class ChangePage:
    """A page of the list. ``total`` stops at COUNT_LIMIT + 1, which says "more than"."""

    rows: list[Row]
    total: int
    page: int
    has_next: bool

    @property
    def previous(self) -> int:
        return self.page - 1

    @property
    def next(self) -> int:
        return self.page + 1

    @property
    def said_total(self) -> str:
        return f"{COUNT_LIMIT:,}+" if self.total > COUNT_LIMIT else f"{self.total:,}"


def list_changes(user: User, filters: Filters) -> ChangePage:
    """Return a page of the changes that a person may see, soonest window first while they are open."""
    found = matching(user, filters)
    start = (max(filters.page, 1) - 1) * PAGE
    order = ("planned_start", "-number") if filters.tab in ("open", "waiting", "week") else ("-number",)
    if filters.text:
        order = ("-number",)
    rows = found.select_related("requester").only(*_ROW).order_by(*order)
    changes = list(rows[start : start + PAGE + 1])
    shown = changes[:PAGE]
    moves, waits = _moves_of(shown), waits_of(shown)
    return ChangePage(
        [Row(change, moves[change.pk], waits[change.pk]) for change in shown],
        found[: COUNT_LIMIT + 1].count(),
        max(filters.page, 1),
        len(changes) > PAGE,
    )


def _moves_of(changes: list[Change]) -> dict[int, list[Move]]:
    moves = defaultdict(list)
    rows = ChangeItem.objects.filter(change__in=changes).order_by("pk").values_list(*_MOVE)
    for change_id, title, name, before, after in rows:
        moves[change_id].append(Move(title or name, before or "", after))
    return moves


def matching(user: User, filters: Filters) -> QuerySet[Change]:
    """Return the changes that the filters let through, in no order."""
    found = _in_tab(changes_visible_to(user), user, filters.tab)
    if filters.text:
        found = _with_text(found, filters.text)
    plain = {
        "state": filters.state,
        "change_class": filters.change_class,
        "requester__username": filters.requester,
        "risk__gte": filters.risk,
        "planned_start__gte": filters.start,
        "planned_start__lt": filters.end,
    }
    found = found.filter(**{name: value for name, value in plain.items() if value})
    items = ChangeItem.objects.filter(change=OuterRef("pk"))
    if filters.team:
        found = found.filter(Exists(items.filter(component__owner_team__slug=filters.team)))
    if filters.component:
        found = found.filter(Exists(items.filter(component__key=filters.component)))
    return found.order_by()


class _HowMany(Subquery):
    """The number of rows that a query gives."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


def tab_counts(user: User) -> dict[str, int]:
    """Return how many changes each of the open tabs holds, counted to COUNT_LIMIT + 1; one query."""
    visible = changes_visible_to(user)
    tabs: tuple[Tab, ...] = ("open", "mine", "waiting", "week")
    counted = [
        _in_tab(visible, user, tab).order_by().values("planned_start")[: COUNT_LIMIT + 1] for tab in tabs
    ]
    counts = User.objects.values_list(*map(_HowMany, counted)).get(pk=user.pk)
    return dict(zip(tabs, counts, strict=True))


def _in_tab(found: QuerySet[Change], user: User, tab: Tab) -> QuerySet[Change]:
    if tab == "all":
        return found
    if tab == "mine":
        return found.filter(requester=user)
    if tab == "ended":
        return found.filter(state__in=sorted(OVER))
    found = found.filter(state__in=sorted(OPEN))
    if tab == "waiting":
        return found.filter(state=ChangeState.IN_REVIEW)
    if tab == "week":
        now = clock.now()
        return found.filter(planned_start__lt=now + timedelta(days=7), planned_end__gt=now)
    return found


def _with_text(found: QuerySet[Change], text: str) -> QuerySet[Change]:
    number = number_in(text)
    if number is not None:
        return found.filter(number=number)
    return found.filter(
        search=SearchQuery(text[:200].replace("\x00", ""), search_type="websearch", config="english")
    )


def waits_of(changes: Iterable[Change]) -> dict[int, Waits]:
    """Return whom each change waits on; four queries for them all."""
    changes = list(changes)
    by_round = defaultdict(list)
    rounds = [
        change.round_id for change in changes if change.round_id and change.state == ChangeState.IN_REVIEW
    ]
    still_open = Requirement.objects.filter(round__in=rounds, state=RequirementState.OPEN)
    for requirement in still_open.only(*_ASKED).order_by("due_at", "pk"):
        by_round[requirement.round_id].append(requirement)
    able = eligible_people([asked[0] for asked in by_round.values()])
    return {change.pk: _waits(change, by_round[change.round_id or 0], able) for change in changes}


def _waits(change: Change, asked: list[Requirement], able: dict[int, list[User]]) -> Waits:
    if asked:
        first = asked[0]
        people = able[first.pk]
        role = describe(first.role, first.component_label)
        who = str(people[0]) if len(people) == 1 else first.get_role_display()
        return Waits(who, role if len(people) == 1 else first.component_label, first.due_at, len(asked) - 1)
    return _BY_STATE.get(ChangeState(change.state), _nobody)(change)


def _nobody(change: Change) -> Waits:
    return Waits("Nobody", "It is over")


_BY_STATE = {
    ChangeState.DRAFT: lambda change: Waits(str(change.requester), "To finish and submit"),
    ChangeState.IN_REVIEW: lambda change: Waits(str(change.requester), "To clear what blocks it"),
    ChangeState.ON_HOLD: lambda change: Waits("Change Manager", "To take it off hold"),
    ChangeState.APPROVED: lambda change: Waits("Nobody", "All signed"),
    ChangeState.IN_PROGRESS: lambda change: Waits(str(change.requester), "Under way"),
    ChangeState.COMPLETED: lambda change: Waits(str(change.requester), "To review and close"),
    ChangeState.ROLLED_BACK: lambda change: Waits(str(change.requester), "To review and close"),
    ChangeState.FAILED: lambda change: Waits(str(change.requester), "To review and close"),
}
