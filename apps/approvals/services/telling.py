"""Telling people what is asked of them, and what came of what they asked, through the outbox."""

import re
from collections.abc import Mapping

from apps.accounts.models import User
from apps.approvals.enums import RoundState, SignatureDecision
from apps.approvals.models import EarlierSignature, Inquiry, Requirement, Round, Signature
from apps.approvals.rules import describe
from apps.approvals.services.keeping import Outdated
from apps.core import clock
from apps.outbox.services import notify

MOST_LINES, LONGEST_LINE = 10, 300
"""How much of what changed a mail says; the page says all of it."""


def inbox_url(requirement: Requirement) -> str:
    """Return the page on which a requirement is decided."""
    return f"/inbox/{requirement.pk}/"


def requirement_at(url: str) -> Requirement | None:
    """Return the requirement whose page an address of the portal is, with its round, or None."""
    found = re.fullmatch(r"/inbox/([0-9]{1,18})/", url)
    return Requirement.objects.select_related("round").filter(pk=int(found[1])).first() if found else None


def label_of(requirement: Requirement) -> str:
    """Return the role and what it is for, as a person says it."""
    return describe(requirement.role, requirement.component_label or requirement.component_key)


def tell_asked(
    round_: Round,
    asked: list[tuple[Requirement, list[User]]],
    stale: Mapping[int, Outdated] | None = None,
) -> None:
    """Tell each person once that a round asks for them, with what is due first.

    ``stale`` holds, by person, the decision on an earlier revision that does not count any more.
    """
    first: dict[User, Requirement] = {}
    for requirement, people in sorted(asked, key=lambda pair: pair[0].due_at):
        for user in people:
            first.setdefault(user, requirement)
    for user, requirement in first.items():
        notify(
            user=user,
            rule="approval.asked",
            subject=("round", str(round_.pk)),
            due=requirement.due_at,
            title=f"{round_.subject_ref} asks for your decision{' again' if user.pk in (stale or {}) else ''}",
            body=(
                f"{round_.subject_title}\n\n{requirement.question}\n{_again(user, (stale or {}).get(user.pk))}"
                f"You are asked as {label_of(requirement)}. {requirement.reason}\n"
                "Your signature starts nothing by itself."
            ),
            url=inbox_url(requirement),
        )


def _again(user: User, stale: Outdated | None) -> str:
    """Return why an earlier decision does not count any more, and what changed since, line by line."""
    if stale is None:
        return ""
    row, more = stale.row, len(stale.lines) - MOST_LINES
    lines = [f"- {_shortened(line)}" for line in stale.lines[:MOST_LINES]]
    lines += [f"- and {more} more, which the page shows"] if more > 0 else []
    said = f"{_decided(user, row)} revision {row.revision}. That does not count any more. {row.because}\n"
    return said + "\n".join(["", "What changed since:", *lines, "", ""] if lines else [])


def _decided(user: User, row: EarlierSignature) -> str:
    signature = row.signature
    return "You decided on" if signature.signer_id == user.pk else f"{signature.signer} decided for you on"


def _shortened(line: str) -> str:
    text = " ".join(line.split())
    return text if len(text) <= LONGEST_LINE else f"{text[: LONGEST_LINE - 1]}…"


def tell_kept(round_: Round, kept: Mapping[int, EarlierSignature]) -> None:
    """Tell each person whose earlier signature counts for the new revision that it does, and why."""
    for user_id, row in kept.items():
        signature = row.signature
        own = user_id == signature.signer_id
        user = signature.signer if own else signature.on_behalf_of
        if user is None or not user.is_active:
            continue
        signed = "You signed" if own else f"For you, {signature.signer} signed"
        notify(
            user=user,
            rule="approval.kept",
            subject=("round", str(round_.pk)),
            due=clock.now(),
            title=f"{'Your' if own else 'A'} signature on {round_.subject_ref} still counts",
            body=(
                f"{round_.subject_title}\n\nIt is now revision {round_.revision}. {signed} revision "
                f"{row.revision} as {label_of(row.requirement)}. {row.because} You need not sign again.\n"
                "If you do not agree, tell whoever asked for the change before it starts."
            ),
            url=round_.subject_url,
        )


def tell_outcome(asked: Requirement, signature: Signature) -> None:
    """Tell whoever opened the round when a signature has ended it."""
    round_ = asked.round
    if round_.state == RoundState.OPEN or round_.closed_at is None or round_.opened_by is None:
        return
    if signature.decision == SignatureDecision.ABSTAIN:
        return  # An abstention that ends a round leaves too few: ``tell_unreachable`` says so.
    rejected = signature.decision == SignatureDecision.REJECT
    reason = (
        f"{signature.printed_name} gave this reason: {signature.note}"
        if rejected
        else "Every role has signed."
    )
    notify(
        user=round_.opened_by,
        rule="approval.rejected" if rejected else "approval.completed",
        subject=("round", str(round_.pk)),
        due=round_.closed_at,
        title=f"{round_.subject_ref} was {'rejected' if rejected else 'signed by everyone'}",
        body=f"{round_.subject_title}\n\n{reason}",
        url=round_.subject_url,
    )


def tell_open_again(asked: Requirement, taken: Signature, people: list[User]) -> None:
    """Tell those who can sign, and whoever opened the round, that a signature was taken back."""
    round_ = asked.round
    told = {user.pk: user for user in people if user.pk != taken.signer_id}
    if round_.opened_by is not None:
        told[round_.opened_by.pk] = round_.opened_by
    for user in told.values():
        notify(
            user=user,
            rule="approval.open_again",
            subject=("requirement", str(asked.pk)),
            due=taken.signed_at,
            title=f"A signature on {round_.subject_ref} was taken back",
            body=(
                f"{round_.subject_title}\n\n{taken.signer} took back what they signed as {label_of(asked)}, for this "
                f"reason: {taken.note}\nIt is open again."
            ),
            url=inbox_url(asked),
        )


def tell_unreachable(round_: Round, missing: str, menders: list[User]) -> None:
    """Tell whoever opened the round, and those who can name somebody, that too few are left to sign as ``missing``."""
    if round_.closed_at is None:
        return
    opener = round_.opened_by
    told = {user.pk: user for user in [*([opener] if opener else []), *menders]}
    for user in told.values():
        mine = opener is not None and user.pk == opener.pk
        then = "Ask a Change Manager to name someone for this role, and submit it again."
        notify(
            user=user,
            rule="approval.rejected" if mine else "approval.nobody",
            subject=("round", str(round_.pk)),
            due=round_.closed_at,
            title=f"{round_.subject_ref} was rejected"
            + ("" if mine else f": nobody is left to sign as {missing}"),
            body=(
                f"{round_.subject_title}\n\nToo few people are left who can sign as {missing}. "
                f"{then if mine else 'A Change Manager can give somebody the role. Then it can be submitted again.'}"
            ),
            url=round_.subject_url,
        )


def question_url(inquiry: Inquiry) -> str:
    """Return the page on which a question is answered."""
    return f"/questions/{inquiry.pk}/"


def tell_question(inquiry: Inquiry) -> None:
    """Tell whoever is asked, and whoever asked for the signatures, that a decision waits for an answer."""
    round_ = inquiry.requirement.round
    people = {inquiry.asked, round_.opened_by} - {None, inquiry.asker}
    for user in sorted((user for user in people if user is not None), key=lambda user: user.pk):
        whom = "you" if user == inquiry.asked else str(inquiry.asked)
        _tell_of(
            inquiry,
            user,
            "approval.information_asked",
            title=f"{inquiry.asker} asks {whom} about {round_.subject_ref}",
            body=f"They decide as {label_of(inquiry.requirement)} once this is answered.",
        )


def tell_answered(inquiry: Inquiry) -> None:
    """Tell the signer that their question is answered, and by when they are asked to decide now."""
    _tell_of(
        inquiry,
        inquiry.asker,
        "approval.information_given",
        title=f"{inquiry.ended_by} answered you on {inquiry.requirement.round.subject_ref}",
        body=f"Your decision as {label_of(inquiry.requirement)} is asked again, with the time that you had left.",
    )


def tell_taken_back(inquiry: Inquiry) -> None:
    """Tell whoever was asked that they need not answer any more."""
    _tell_of(
        inquiry,
        inquiry.asked,
        "approval.question_taken_back",
        title=f"{inquiry.asker} needs no answer on {inquiry.requirement.round.subject_ref} any more",
        body="The question was taken back.",
    )


def tell_clock_runs(requirement: Requirement) -> None:
    """Tell both sides of each open question that the decision is due though nobody has answered."""
    open_ones = Inquiry.objects.filter(requirement=requirement, end="").select_related("asker", "asked")
    for inquiry in open_ones:
        inquiry.requirement = requirement
        for user in (inquiry.asker, inquiry.asked):
            _tell_of(
                inquiry,
                user,
                "approval.clock_resumed",
                title=f"{inquiry.ref} on {requirement.round.subject_ref} is not answered, and time runs again",
                body="A question stops the clock for three days at most. It can still be answered.",
            )


def _tell_of(inquiry: Inquiry, user: User, rule: str, *, title: str, body: str) -> None:
    """Tell of a question. Mail holds none of its words: they stay where they can be erased."""
    if not user.is_active:
        return
    notify(
        user=user,
        rule=rule,
        subject=("inquiry", str(inquiry.pk)),
        due=inquiry.ended_at or inquiry.asked_at,
        title=title,
        body=f"{inquiry.requirement.round.subject_title}\n\n{body}",
        url=question_url(inquiry),
    )
