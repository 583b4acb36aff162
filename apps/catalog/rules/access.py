"""Who may write the catalog by hand."""

from dataclasses import dataclass

from apps.core.decisions import ALLOWED, Decision, denied


@dataclass(frozen=True)
class Maker:
    """What somebody is to a component; the selectors fill it in."""

    proposes: bool = False
    owns: bool = False
    in_team: bool = False


def may_add_version(maker: Maker, team: str) -> Decision:
    """Return whether somebody may register a version of a component. ``team`` owns it, or is empty.

    Whoever only judges or reads may not: nobody signs for what they brought in (DESIGN 4.3).
    """
    if maker.proposes or maker.owns or maker.in_team:
        return ALLOWED
    return denied(
        "Only the component's owners, its team, and those who propose changes may register it or a version of it.",
        f"Ask someone in {team}." if team else "Ask a Change Manager for the Requester role.",
    )
