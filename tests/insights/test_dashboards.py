"""The dashboards: every number is what a plain look at each row gives, and leads to exactly those records."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.models import User
from apps.approvals.models import Requirement, Signature
from apps.cards.models import ModelCard
from apps.changes.models import Change
from apps.changes.selectors import changes_visible_to
from apps.gates.models import GateDecision
from apps.insights import services
from apps.insights.models import Decided, DecisionCount
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.scope import Scope
from apps.insights.services import decisions
from apps.playbooks.models import Completion, Course
from apps.policy.models import RuleWaiver
from apps.reviews.models import Review
from apps.web.dashboards import FIGURES, Reading
from tests.changes.estate import Estate, at
from tests.insights.histories import NOW, SCOPES, SPAN, fill
from tests.people import add_person

pytestmark = pytest.mark.django_db
Counts = dict[tuple[str, str], set[Any]]
WRONG = ("rolled_back", "failed")


class ByHand:
    """A plain look at each row: for each figure, the records under each key and count."""

    def __init__(self, user: User, scope: Scope) -> None:
        self.scope, self.user = scope, user
        visible = set(changes_visible_to(user).values_list("pk", flat=True))
        self.every = [each for each in Change.objects.all() if self.fits(each)]
        self.changes = [each for each in self.every if each.pk in visible]
        self.ended = [each for each in self.changes if self.inside(each.actual_end)]
        self.reviews = {each.change_id: each for each in Review.objects.all()}

    def fits(self, change: Change) -> bool:
        scope = self.scope
        moved = [each.component for each in change.items.all()]
        return scope.change_class in ("", change.change_class) and any(
            scope.team in ("", each.owner_team.slug)
            and scope.kind in ("", each.kind)
            and scope.tier in (0, each.tier)
            for each in moved
        )

    def inside(self, moment: datetime | None) -> bool:
        return moment is not None and self.scope.span.start <= moment < self.scope.span.end

    def month(self, moment: datetime) -> str:
        return moment.astimezone(self.scope.zone).strftime("%Y-%m")

    def went_wrong(self, change: Change) -> bool:
        return change.pk in self.reviews and self.reviews[change.pk].outcome in WRONG

    def failures(self) -> Counts:
        return tally(
            (self.month(each.actual_end), name, each.pk)
            for each in self.ended
            for name in ("ended", *(["failed"] if self.went_wrong(each) else []))
        )

    def lead(self) -> Counts:
        return tally((each.change_class, "live", each.pk) for each in self.ended if not self.went_wrong(each))

    def went_back(self, change: Change) -> bool:
        return self.reviews[change.pk].outcome == "rolled_back" and change.actual_start is not None

    def restoring(self) -> Counts:
        return tally(
            (self.month(each.actual_end), name, each.pk)
            for each in self.ended
            if self.went_wrong(each)
            for name in ("failed", "restored" if self.went_back(each) else "unknown")
        )

    def risk(self) -> Counts:
        return tally((self.month(each.actual_end), f"risk_{each.risk}", each.pk) for each in self.ended)

    def load(self) -> Counts:
        return tally(
            (self.month(each.planned_start), name, each.pk)
            for each in self.changes
            if self.inside(each.planned_start)
            and each.state not in ("draft", "withdrawn", "rejected", "expired")
            for name in (
                "planned",
                *(["blocked"] if each.booking.stands == 0 and each.booking.state == "planned" else []),
            )
        )

    def decisions(self) -> list[Signature]:
        refs = {each.ref for each in self.every}
        signed = Signature.objects.select_related("requirement__round")
        return [
            each
            for each in signed
            if self.inside(each.signed_at) and each.requirement.round.subject_ref in refs
        ]

    def waiting(self) -> Counts:
        return tally((each.requirement.role, "given", each.pk) for each in self.decisions())

    def in_time(self) -> Counts:
        rounds = {each.round_id for each in self.changes}
        overdue = [
            (each.role, "overdue", each.pk)
            for each in Requirement.objects.filter(state="open")
            if each.round_id in rounds and self.inside(each.due_at) and each.due_at < NOW
        ]
        return tally(
            [
                *overdue,
                *(
                    (
                        each.requirement.role,
                        "in_time" if each.signed_at <= each.requirement.due_at else "late",
                        each.pk,
                    )
                    for each in self.decisions()
                ),
            ]
        )

    def reviewed(self) -> Counts:
        known = {each.pk for each in self.changes}
        found = []
        for each in self.reviews.values():
            if each.change_id in known and self.inside(each.due_at) and each.due_at <= NOW:
                if each.state != "signed":
                    name = "unsigned"
                else:
                    name = "in_time" if each.signed_at <= each.due_at else "late"
                found += [(self.month(each.due_at), one, each.pk) for one in ("due", name)]
        return tally(found)

    def granted(self) -> list[RuleWaiver]:
        refs = {each.ref for each in self.changes}
        scope, keys = self.scope, set()
        if scope.team or scope.kind or scope.tier:
            keys = {
                item.component.key
                for change in Change.objects.all()
                for item in change.items.all()
                if not scope.change_class
                and scope.team in ("", item.component.owner_team.slug)
                and scope.kind in ("", item.component.kind)
                and scope.tier in (0, item.component.tier)
            }
        return [
            each
            for each in RuleWaiver.objects.all()
            if self.inside(each.granted_at) and (not scope.narrow or each.scope in refs | keys)
        ]

    def waivers(self) -> Counts:
        return tally((self.month(each.granted_at), "granted", each.pk) for each in self.granted())

    def rules(self) -> Counts:
        changes, ended = ({each.pk: each for each in of} for of in (self.changes, self.ended))
        found = [(each.rule, "waived", each.pk) for each in self.granted()]
        for answer in GateDecision.objects.all():
            if answer.revision_id is None and answer.change.requester_id != self.user.pk:
                continue
            if answer.answer == "pass" and answer.change_id in ended:
                for one in answer.rules:
                    if one["outcome"] == "met":
                        found.append((one["rule"], "judged", answer.change_id))
                        if self.went_wrong(answer.change):
                            found.append((one["rule"], "failed", answer.change_id))
            if answer.answer != "pass" and answer.change_id in changes and self.inside(answer.asked_at):
                for one in answer.reasons:
                    found.append((one["rule"], "stopped", answer.change_id))
                    if changes[answer.change_id].actual_start:
                        found.append((one["rule"], "fixed", answer.change_id))
        return tally(found)

    def validation(self) -> Counts:
        found = []
        for card in ModelCard.objects.filter(state="approved"):
            model, scope = card.version.component, self.scope
            day = card.content.get("next_validation")
            left = (date.fromisoformat(day) - NOW.astimezone(scope.zone).date()).days if day else None
            key = "later" if left is None or left >= 90 else "quarter" if left >= 30 else "month"
            key = "none" if left is None else "overdue" if left < 0 else key
            of_team = scope.team in ("", model.owner_team.slug)
            if of_team and scope.kind in ("", model.kind) and scope.tier in (0, model.tier):
                found.append((key, "cards", card.pk))
        return tally(found)

    def training(self) -> Counts:
        found = []
        for course in Course.objects.filter(state="active"):
            [version] = course.versions.all()
            for user in User.objects.filter(is_active=True):
                works = not self.scope.team or user.teams.filter(slug=self.scope.team).exists()
                if not works or not {each.role for each in user.grants.all()} & set(version.roles):
                    continue
                done = [
                    each
                    for each in Completion.objects.filter(version=version, person=user)
                    if not each.withdrawn_at
                ]
                left = max(((each.runs_out_on - NOW.date()).days for each in done), default=0)
                names = ["held"] if left > 30 else ["held", "soon"] if left > 0 else ["lacking"]
                found += [(course.ref, name, user.pk) for name in ["people", *names]]
        return tally(found)


def tally(found: Iterable[tuple[str, str, Any]]) -> Counts:
    counts: Counts = defaultdict(set)
    for key, name, pk in found:
        counts[key, name].add(pk)
    return dict(counts)


HANDS: dict[str, Callable[[ByHand], Counts]] = {
    "failures": ByHand.failures,
    "lead": ByHand.lead,
    "restoring": ByHand.restoring,
    "waiting": ByHand.waiting,
    "in-time": ByHand.in_time,
    "reviews": ByHand.reviewed,
    "waivers": ByHand.waivers,
    "rules": ByHand.rules,
    "risk": ByHand.risk,
    "load": ByHand.load,
    "validation": ByHand.validation,
    "training": ByHand.training,
}


def linked(figure: str, user: User, scope: Scope) -> dict[tuple[str, str], int]:
    """Return the numbers of a figure's table that lead anywhere, by key and count."""
    chart = FIGURES[figure].make(Reading(user, scope), Asked(scope, NOW, lambda count, key: f"{key} {count}"))
    cells = [cell for row in chart.rows for cell in row if cell.href]
    return {tuple(cell.href.split(" ")): cell.value for cell in cells}


@pytest.mark.parametrize("seed", [2, 5])
def test_each_number_of_a_figure_is_what_a_look_at_each_row_gives(estate: Estate, seed: int) -> None:
    fill(estate, seed)
    user = estate.people["henrik"]
    seen: set[tuple[str, str]] = set()
    with at(NOW):
        for scope in SCOPES:
            hand = ByHand(user, scope)
            for figure, look in HANDS.items():
                expected = look(hand)
                counted = linked(figure, user, scope)
                assert counted == {at_: len(found) for at_, found in expected.items()}, (figure, scope)
                for (key, name), found in expected.items():
                    if (figure, name) in seen:
                        continue
                    rows = FIGURES[figure].find(user, scope, name, key)
                    assert sorted(each.pk for each in rows) == sorted(found), (figure, name)
                    seen.add((figure, name))
    assert len(seen) > 20  # of 27


def by_rank(values: list[int], share: float) -> int:
    return sorted(values)[max(-(-int(share * 10) * len(values) // 10), 1) - 1]


def begun(length: timedelta, unit: timedelta) -> int:
    return -(-length // unit)


@pytest.mark.parametrize("seed", [3])
def test_lengths_of_time_are_those_of_each_record_by_nearest_rank(estate: Estate, seed: int) -> None:
    fill(estate, seed)
    user, scope = estate.people["henrik"], SCOPES[0]
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    with at(NOW):
        hand = ByHand(user, scope)
        charts = {
            name: FIGURES[name].make(Reading(user, scope), Asked(scope, NOW, lambda count, key: key))
            for name in ("lead", "restoring", "waiting")
        }
    lengths: dict[tuple[str, str], list[int]] = defaultdict(list)
    for each in hand.ended:
        if not hand.went_wrong(each) and each.first_submitted_at:
            lengths["lead", each.change_class].append(begun(each.actual_end - each.first_submitted_at, hour))
        elif hand.went_wrong(each) and hand.went_back(each):
            lengths["restoring", hand.month(each.actual_end)].append(
                begun(each.actual_end - each.actual_start, minute)
            )
    for each in hand.decisions():
        asked = each.requirement
        before = Signature.objects.filter(
            requirement__round=asked.round_id,
            requirement__stage__lt=asked.stage,
            signed_at__lt=each.signed_at,
        )
        since = max([one.signed_at for one in before], default=SPAN.start - timedelta(days=9))
        took = begun(each.signed_at - since - asked.paused_for, hour)
        lengths["waiting", asked.role].append(max(took, 0))
    shown = {}
    for name, chart in charts.items():
        for row in chart.rows:
            key = next((cell.href for cell in row if cell.href), "")
            if row[-2].value is not None:
                shown[name, key] = (row[-2].value, row[-1].value)
            else:
                assert row[-2].said == row[-1].said == "Not measured"
    scale = {"lead": 24, "restoring": 1, "waiting": 1}
    assert shown == {
        (name, key): tuple(round(by_rank(values, share) / scale[name], 1) for share in (0.5, 0.9))
        for (name, key), values in lengths.items()
    }


def test_figures_of_nothing_say_so_and_draw_nothing(estate: Estate) -> None:
    with at(NOW):
        for figure in FIGURES:
            chart = FIGURES[figure].make(
                Reading(estate.people["henrik"], SCOPES[0]), Asked(SCOPES[0], NOW, lambda *_: "")
            )
            assert chart.drawing is None
            assert chart.title.startswith(("No ", "Nothing "))
            assert {cell.said for row in chart.rows for cell in row[1:]} <= {"0", "Not measured"}


def test_figures_show_nothing_to_whoever_holds_no_role(estate: Estate) -> None:
    fill(estate, 1)
    stranger = add_person("nobody")
    with at(NOW):
        for figure in FIGURES:
            assert linked(figure, stranger, SCOPES[0]) == {}, figure


def test_decisions_counted_in_parts_are_each_there_once_though_a_worker_is_killed(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(estate, 6, 8)
    whole = set(Decided.objects.values_list("pk", "hours", "in_time"))
    assert len(whole) == decisions.decisions().count() > 20
    lost = Decided.objects.order_by("pk")[3]  # its transaction ended after that of a later one
    lost.delete()
    assert services.count_decisions() == 1
    Decided.objects.all().delete()
    monkeypatch.setattr(decisions, "BATCH", 7)
    killed = iter([None, None])

    def batch() -> int:
        next(killed)
        return real()

    real = decisions._next_batch
    monkeypatch.setattr(decisions, "_next_batch", batch)
    with pytest.raises(StopIteration):
        services.count_decisions()
    assert Decided.objects.count() == 14
    monkeypatch.setattr(decisions, "_next_batch", real)
    assert services.count_decisions() == len(whole) - 14
    assert services.count_decisions() == 0
    assert set(Decided.objects.values_list("pk", "hours", "in_time")) == whole
    assert DecisionCount.objects.count() == 1
