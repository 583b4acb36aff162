"""Letting something go ahead before everyone has signed (break-glass). Pure: no database, no clock.

Who may is in the approval policy, which others approve: roles, or people by number. It spares signatures, and never
the second pair of eyes: whoever asked for it, or made what moves, is refused on every path, administrators too, and
nobody does it in another's place. So two people at least have answered for what goes out, however urgent it is. One
path around the second pair of eyes is enough to have none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.approvals.rules.signing import Ask
from apps.core.decisions import ALLOWED, Decision, denied

MOST_HOURS = 240
LONGEST_REASON = 4000
LONGEST_LINK = 500
ROLES = (*APPROVING_ROLES, Role.CHANGE_MANAGER, Role.EXECUTIVE)
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class Authority:
    """Who may let something go ahead under a policy, and how many hours the others then have to sign."""

    roles: tuple[str, ...] = ()
    people: tuple[int, ...] = ()
    hours: int = 0

    @property
    def time_to_sign(self) -> timedelta:
        """Return how long those who were passed over have."""
        return timedelta(hours=self.hours)

    @property
    def anyone(self) -> bool:
        """Return whether the policy lets anyone at all."""
        return bool(self.roles or self.people)


@dataclass(frozen=True)
class Breaking:
    """Everything that decides whether one person may let a round go ahead."""

    version: int
    anyone: bool
    authorised: bool
    asked_for_it: bool = False
    bar_reason: str = ""
    left_over: Ask | None = None
    """What nobody could sign afterwards, if this person lets it go ahead."""


def may_let_go(breaking: Breaking) -> Decision:
    """Return whether a person may let a round go ahead, with the reason and the remedy when not."""
    if not breaking.anyone:
        return denied(
            "The approval policy of this change lets nobody go ahead before everyone has signed.",
            "Those asked must sign.",
        )
    if not breaking.authorised:
        why = _in_the_way(breaking) or f"Version {breaking.version} of the approval policy does not name you."
        return denied(
            f"You may not let this go ahead before everyone has signed. {why}",
            "Ask one of those whom the policy names. Their deputies may not do it for them.",
        )
    if reason := _in_the_way(breaking):
        return denied(reason, "Someone else who is authorised must let it go ahead.")
    if breaking.left_over is not None:
        return denied(
            f"If you let it go ahead, nobody is left who can sign afterwards as {breaking.left_over.label}.",
            "Sign there instead, or ask someone else who is authorised.",
        )
    return ALLOWED


def _in_the_way(breaking: Breaking) -> str:
    """Return what keeps a person out whatever the policy says: they asked for it, made it, or signed for it."""
    return breaking.bar_reason or ("You asked for this." if breaking.asked_for_it else "")


def authority_of(document: Any) -> Authority:
    """Return the authority that a checked policy gives; one that says nothing gives it to nobody."""
    given = document.get("break_glass") if isinstance(document, dict) else None
    if not given:
        return Authority()
    people = tuple(int(name.removeprefix("person:")) for name in given.get("people", ()))
    return Authority(tuple(given.get("roles", ())), people, given["hours"])


def check_authority(given: Any, problems: Problems, is_people: Any) -> None:
    """Add a problem for all that is wrong with a policy's ``break_glass``, named by its place."""
    if not isinstance(given, dict) or given.keys() - {"roles", "people"} != {"hours"} or len(given) < 2:
        problems["break_glass"] = [
            'Say who may let a change go ahead before everyone has signed: "roles", "people" or both, and "hours"; '
            "or leave it out, and nobody may."
        ]
        return
    roles = given.get("roles", [Role.CHANGE_MANAGER])
    if not isinstance(roles, list) or not roles or len(set(map(str, roles))) < len(roles):
        problems["break_glass.roles"] = ["Write a list of roles, each once."]
    elif not all(isinstance(role, str) and role in ROLES for role in roles):
        problems["break_glass.roles"] = [f"Choose some of {', '.join(role.value for role in ROLES)}."]
    if "people" in given and not is_people(given["people"]):
        problems["break_glass.people"] = ['Write a list of user names, each once: ["user.name"].']
    hours = given["hours"]
    if type(hours) is not int or not 1 <= hours <= MOST_HOURS:
        problems["break_glass.hours"] = [
            f"Say within how many hours the others sign: a whole number from 1 to {MOST_HOURS}."
        ]


def problems_with(reason: str, incident: str) -> Problems:
    """Return what is wrong with what a person gives: a reason, and the address of the incident."""
    problems: Problems = {}
    if not reason:
        problems["reason"] = ["Say why it cannot wait. Those who are passed over read it."]
    elif len(reason) > LONGEST_REASON or "\x00" in reason:
        problems["reason"] = [f"Write at most {LONGEST_REASON:,} characters, without a null character."]
    if not is_link(incident):
        problems["incident"] = ["Give the address of the incident: https://… or http://…"]
    return problems


def is_link(text: str) -> bool:
    """Return whether a text is an http or https address that a page may link to: a host, and no user or password."""
    if not 0 < len(text) <= LONGEST_LINK or any(not one.isprintable() or one.isspace() for one in text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and "@" not in parts.netloc and "\\" not in text


def meaning_of(subject: str) -> str:
    """Return what the signature says that lets ``subject`` go ahead, such as “CHG-1042, revision 4”."""
    return (
        f"I let {subject} go ahead before everyone asked has signed, for the incident that I named. "
        "Those whom I pass over sign afterwards."
    )


def without(asks: Sequence[Ask], person: int, signed: frozenset[int]) -> list[Ask]:
    """Return the asks with a person among nobody's possible signers, except where they have signed already.

    ``signed`` holds the places of the asks that they have signed.
    """
    return [
        ask if place in signed else Ask(ask.role, ask.label, ask.quorum, ask.eligible - {person})
        for place, ask in enumerate(asks)
    ]
