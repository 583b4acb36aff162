"""Who may write a card."""

from dataclasses import dataclass

from apps.core.decisions import ALLOWED, Decision, denied


@dataclass(frozen=True)
class Writer:
    """What someone is to a card and the model it describes."""

    owns_card: bool = False
    owns_component: bool = False
    in_team: bool = False
    validates: bool = False
    is_author: bool = False


def may_write(writer: Writer, team: str) -> Decision:
    """Return whether someone may edit, publish or archive a card. ``team`` owns the model, or is empty."""
    if writer.owns_card or writer.owns_component or writer.in_team or writer.validates or writer.is_author:
        return ALLOWED
    return denied(
        "Only the model's owners, its author, its team and its validators may write this card.",
        f"Ask someone in {team}." if team else "Ask a model validator.",
    )
