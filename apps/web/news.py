"""What changed in what a person is asked since they last looked, in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from apps.accounts.models import User
from apps.approvals.enums import SignatureDecision
from apps.approvals.models import Requirement, Round
from apps.approvals.rules import describe
from apps.approvals.selectors import Happened, SinceSeen, Standing
from apps.insights.rules.grammar import capital, join_and
from apps.web.revision_page import Marked

# event → what it is called when it happened once, and more often; and where on the pages of a change that stands.
_SIGNED = "approval.signed"
_NEWS = {
    _SIGNED: ("1 signature", "{} signatures", "#approvals"),
    "approval.abstained": ("1 abstention", "{} abstentions", "#approvals"),
    "approval.withdrawn": ("1 signature taken back", "{} signatures taken back", "#approvals"),
    "approval.handed_over": (
        "1 part handed to a team’s contact",
        "{} parts handed to contacts",
        "#approvals",
    ),
    "approval.went_ahead": ("it was let go ahead", "it was let go ahead", "#approvals"),
    "approval.information_asked": ("1 question by a signer", "{} questions by signers", "discussion/"),
    "approval.information_given": ("1 answer to a signer", "{} answers to signers", "discussion/"),
    "comment.started": ("1 new discussion", "{} new discussions", "discussion/"),
    "comment.added": ("1 reply in a discussion", "{} replies in discussions", "discussion/"),
    "comment.edited": ("1 edited comment", "{} edited comments", "discussion/"),
    "change.document_added": ("1 document", "{} documents", "documents/"),
    "conflict.found": ("1 conflict found", "{} conflicts found", "#conflicts"),
    "conflict.cleared": ("1 conflict cleared", "{} conflicts cleared", "#conflicts"),
    "change.held": ("put on hold", "put on hold {} times", "#timeline"),
    "change.resumed": ("taken off hold", "taken off hold {} times", "#timeline"),
}
EVENTS = tuple(_NEWS)
"""What others do to a subject that a signer wants to know of. A new revision is told by its number."""


@dataclass(frozen=True)
class Line:
    """One thing that happened: what, when last, and where to see it."""

    said: str
    at: datetime
    url: str


@dataclass(frozen=True)
class News:
    """What is new since a person looked: what differs in what their role judges, and what others did.

    ``told`` is set when the page already shows what differs, because they decided on that same revision.
    """

    since: SinceSeen
    round: Round
    rows: list[Marked]
    lines: list[Line]
    told: bool

    @property
    def new_revision(self) -> bool:
        """Return whether they saw an earlier revision."""
        return self.since.revision < self.round.revision

    @property
    def difference_url(self) -> str:
        """Return the page that shows all that differs from what they saw; empty where there is none."""
        if self.round.subject_type != "change":
            return ""
        page = reverse("web:change-revision", args=[self.round.subject_ref, self.round.revision])
        return f"{page}?against={self.since.revision}"


def row_news(round_: Round, since: SinceSeen) -> str:
    """Return “revision 4, 2 signatures and 1 question of a signer”, for a row; empty when nothing changed."""
    revision = [f"revision {round_.revision}"] if since.revision < round_.revision else []
    return join_and([*revision, *map(_counted, _in_order(since.happened))])


def news(
    user: User, asked: Requirement, since: SinceSeen, rows: Sequence[Standing], differs: list[Marked] | None
) -> News | None:
    """Return what changed for a person who is asked, in a round that stands like ``rows``; None when nothing did.

    ``differs`` is what differs from the revision that they saw; None when the page shows it already.
    """
    round_ = asked.round
    happened = _in_order(since.happened)
    signed = _signed(user, since, rows) if any(one.event == _SIGNED for one in happened) else []
    rest = [replace(one, times=one.times - len(signed)) if one.event == _SIGNED else one for one in happened]
    lines = [
        *signed,
        *(Line(capital(_counted(one)), one.at, _place(round_, one)) for one in rest if one.times > 0),
    ]
    found = News(since, round_, differs or [], sorted(lines, key=lambda line: line.at), differs is None)
    return found if found.lines or found.new_revision else None


def _signed(user: User, since: SinceSeen, rows: Iterable[Standing]) -> list[Line]:
    """Return which others approved this revision since, by name."""
    return [
        Line(
            f"{given.printed_name} signed as {_describe(row.requirement)}",
            given.signed_at,
            reverse("web:signature", args=[given.pk]),
        )
        for row in rows
        for given in row.signatures
        if given.decision == SignatureDecision.APPROVE
        and given.signed_at > since.at
        and given.signer_id != user.pk
    ]


def _describe(asked: Requirement) -> str:
    return describe(asked.role, asked.component_label or asked.component_key)


def _in_order(happened: Iterable[Happened]) -> list[Happened]:
    return sorted(happened, key=lambda one: EVENTS.index(one.event))


def _counted(one: Happened) -> str:
    once, often, _ = _NEWS[one.event]
    return once if one.times == 1 else often.format(f"{one.times:,}")


def _place(round_: Round, one: Happened) -> str:
    return (
        f"{round_.subject_url}{_NEWS[one.event][2]}"
        if round_.subject_type == "change"
        else round_.subject_url
    )
