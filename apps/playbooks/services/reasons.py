"""The reason that every act on a template, a playbook or a training is given with."""

from apps.core.errors import Invalid
from apps.playbooks.rules import cleaned

LONGEST_NOTE = 2000


def reason_in(text: str, field: str, ask: str) -> str:
    """Return a reason as it is kept.

    Raises:
        Invalid: there is none, or it is too long; said at ``field``.
    """
    clean = cleaned(text, lines=True)
    if not clean:
        raise Invalid({field: [ask]})
    if len(clean) > LONGEST_NOTE:
        raise Invalid({field: [f"Shorten this to {LONGEST_NOTE:,} letters. It has {len(clean):,}."]})
    return clean
