"""What actions turned into, and which actions stand behind a version."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from apps.accounts.models import User
from apps.changes.models import StandardVersion
from apps.evidence.models import CheckPlan
from apps.playbooks.models import TemplateVersion
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
    """Return the newest versions of each kind; four queries. Whoever works on changes reads all of them."""
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


def versions_behind(actions: Iterable[ActionItem]) -> dict[int, Made]:
    """Return what each of these actions turned into, by its number; at most four queries."""
    linked = [one for one in actions if one.becomes]
    found: dict[int, Made] = {}
    for kind in Becomes:
        mine = {one.pk: (one.record, one.version or 0) for one in linked if one.becomes == kind}
        made = _named(kind, list(mine.values())) if mine else {}
        found |= {pk: made[key] for pk, key in mine.items() if key in made}
    return found


def actions_behind(
    user: User, becomes: Becomes, records: Collection[str], version: int | None = None
) -> QuerySet[ActionItem]:
    """Return the actions that made a version, or any version of some records, as far as a person sees their reviews."""
    rows = ActionItem.objects.filter(becomes=becomes, record__in=records, review__in=reviews_to_read(user))
    if version is not None:
        rows = rows.filter(version=version)
    return rows.select_related("review__change", "owner").defer("review__change__search").order_by("pk")


def _newest() -> dict[Becomes, QuerySet]:
    return {
        Becomes.RULES: PolicySet.objects.defer("document").order_by("-number"),
        Becomes.CHECKS: CheckPlan.objects.defer("document").order_by("-number"),
        Becomes.TEMPLATE: TemplateVersion.objects.select_related("template")
        .defer("source")
        .order_by("-written_at", "-pk"),
        Becomes.STANDARD: StandardVersion.objects.select_related("standard").order_by("-created_at", "-pk"),
    }


def _named(kind: Becomes, keys: list[tuple[str, int]]) -> dict[tuple[str, int], Made]:
    rows = _newest()[kind].filter(number__in={version for _, version in keys})
    found = {(made.record, made.version): made for made in map(_made, rows)}
    return {key: found[key] for key in keys if key in found}


def _made(row: PolicySet | CheckPlan | TemplateVersion | StandardVersion) -> Made:
    match row:
        case PolicySet():
            return Made(Becomes.RULES, row.ref, row.number, str(row), row.get_state_display())
        case CheckPlan():
            return Made(Becomes.CHECKS, row.ref, row.number, str(row), row.get_state_display())
        case TemplateVersion():
            stands = "In force" if row.number == row.template.version else "Superseded"
            return Made(Becomes.TEMPLATE, row.template.ref, row.number, str(row), stands)
    title = f"{row}: {row.title}"
    return Made(Becomes.STANDARD, row.standard.ref, row.number, title, row.get_state_display())
