"""What may be signed together with others, after one look and one proof. Pure: no database, no clock.

Only standard changes of low risk: they repeat, and others have looked at what they repeat. Whether the person may sign
at all is asked first, by ``may_sign``; nothing here lets anyone sign what they could not sign by itself.
"""

from dataclasses import dataclass

from apps.approvals.enums import Band, SubjectClass
from apps.core.decisions import ALLOWED, Decision, denied

MOST = 25
"""So many are signed at once at most: as many as a page of the inbox shows."""

_BY_ITSELF = "Read it, and sign it by itself."
_ONLY = "Only standard changes of low risk are signed together."


@dataclass(frozen=True)
class Joining:
    """What decides whether one thing may be signed together with others.

    ``subject_class`` is blank for what has no class; ``risk`` runs from 1 low to 4 severe. ``outdated`` says that the
    person decided on an earlier revision, and that this does not count any more.
    """

    subject_class: str
    risk: int
    outdated: bool = False


def may_join(joining: Joining) -> Decision:
    """Return whether it may be signed together with others, with the reason when it must be signed by itself."""
    if joining.subject_class != SubjectClass.STANDARD:
        return denied(f"This is {_named(joining.subject_class)}. {_ONLY}", _BY_ITSELF)
    if joining.risk != 1:
        return denied(f"Its risk is {Band.values[joining.risk - 1]}. {_ONLY}", _BY_ITSELF)
    if joining.outdated:
        return denied(
            "You decided on an earlier revision, and something that you judge has changed since.",
            "Read what is different, and sign it by itself.",
        )
    return ALLOWED


def _named(subject_class: str) -> str:
    if subject_class not in SubjectClass.values:
        return "no standard change"
    label = SubjectClass(subject_class).label.lower()
    return f"{'an' if label[0] in 'aeiou' else 'a'} {label} change"
