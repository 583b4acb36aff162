"""What actions turned into, and which actions stand behind a version."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, F, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, JSONObject

from apps.accounts.models import User
from apps.changes.models import StandardVersion
from apps.evidence.models import CheckPlan
from apps.playbooks.models import PlaybookVersion, TemplateVersion
from apps.policy.models import PolicySet
from apps.reviews.enums import Becomes
from apps.reviews.models import ActionItem
from apps.reviews.selectors.reading import reviews_to_read

OFFERED = 5


@dataclass(frozen=True)
class Made:
    """A version that an action can turn into, and how it stands: a draft, in force, taken back."""

    becomes: Becomes
    record: str
    version: int
    title: str
    stands: str

    @property
    def name(self) -> str:
        """Return what names it in a form and over REST, such as ``standard STD-2 4``."""
        return f"{self.becomes} {self.record} {self.version}"


def versions_to_link() -> list[Made]:
    """Return the newest versions of each kind; five queries. Whoever works on changes reads all of them."""
    return [made for rows in _newest().values() for made in map(_made, rows[:OFFERED])]


def version_named(name: str) -> Made | None:
    """Return the version with this name (``Made.name``), or None."""
    becomes, _, rest = name.partition(" ")
    record, _, digits = rest.rpartition(" ")
    number = record.rpartition("-")[2]
    if becomes not in Becomes.values or not all(
        one.isascii() and one.isdecimal() and len(one) < 9 for one in (digits, number)
    ):
        return None
    made = next(iter(_named(Becomes(becomes), [(record, int(digits))]).values()), None)
    return made if made is not None and made.name == name else None


def actions_behind(user: User, becomes: Becomes, records: Collection[str]) -> list[dict[str, Any]]:
    """Return what is said of each action that made a version of some records, as far as a person sees their reviews."""
    return list(_told(_behind(user, becomes).filter(record__in=records)))


def behind_each(user: User, becomes: Becomes, record: str) -> ArraySubquery:
    """Return the same of each version of one record, to annotate its versions with: no query of its own."""
    return ArraySubquery(_told(_behind(user, becomes).filter(record=record, version=OuterRef("number"))))


def _behind(user: User, becomes: Becomes) -> QuerySet[ActionItem]:
    return ActionItem.objects.filter(becomes=becomes, review__in=reviews_to_read(user)).order_by("pk")


def _told(actions: QuerySet[ActionItem]) -> QuerySet[ActionItem, dict[str, Any]]:
    number = Cast("review__change__number", CharField())
    told = JSONObject(
        review=Concat(Value("PIR-"), number),
        change=Concat(Value("CHG-"), number),
        title=F("review__change__title"),
        text=F("text"),
        version=F("version"),
    )
    return actions.values_list(told, flat=True)


def _newest() -> dict[Becomes, QuerySet]:
    return {
        Becomes.RULES: PolicySet.objects.defer("document").order_by("-number"),
        Becomes.CHECKS: CheckPlan.objects.defer("document").order_by("-number"),
        Becomes.TEMPLATE: TemplateVersion.objects.select_related("template")
        .defer("source")
        .order_by("-written_at", "-pk"),
        Becomes.STANDARD: StandardVersion.objects.select_related("standard").order_by("-created_at", "-pk"),
        Becomes.PLAYBOOK: PlaybookVersion.objects.select_related("playbook")
        .defer("content")
        .order_by("-written_at", "-pk"),
    }


def _named(kind: Becomes, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Made]:
    rows = _newest()[kind].filter(number__in={version for _, version in keys})
    found = {(made.record, made.version): made for made in map(_made, rows)}
    return {key: found[key] for key in keys if key in found}


def _made(row: PolicySet | CheckPlan | TemplateVersion | StandardVersion | PlaybookVersion) -> Made:
    match row:
        case PolicySet():
            return Made(Becomes.RULES, row.ref, row.number, str(row), row.get_state_display())
        case CheckPlan():
            return Made(Becomes.CHECKS, row.ref, row.number, str(row), row.get_state_display())
        case TemplateVersion():
            stands = "In force" if row.number == row.template.version else "Superseded"
            return Made(Becomes.TEMPLATE, row.template.ref, row.number, str(row), stands)
        case PlaybookVersion():
            stands = "In force" if row.number == row.playbook.version else "Superseded"
            return Made(Becomes.PLAYBOOK, row.playbook.ref, row.number, str(row), stands)
    title = f"{row}: {row.title}"
    return Made(Becomes.STANDARD, row.standard.ref, row.number, title, row.get_state_display())
