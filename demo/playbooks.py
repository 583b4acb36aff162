"""The playbook of the demo organisation: what people do when scores stop arriving, in two versions."""

from datetime import datetime, timedelta

from apps.core import clock
from apps.core.actors import Actor
from apps.playbooks.services import acknowledge_playbook, add_playbook, place_playbook, write_playbook

_TEXT = """\
Loan decisions wait when no score arrives. Branches can go on **by hand** for four hours.

- The loan board shows the age of the newest score.
- Version 2 of the model is kept warm, so going back takes ten minutes.

Never train the model again in the middle of it.
"""
_SCORES = {
    "title": "Credit scores stop arriving",
    "purpose": "Open it when the loan board shows no new score for ten minutes.",
    "roles": ["validator", "owner"],
    "text": _TEXT,
    "tree": [
        {
            "urgency": "Now",
            "question": "Is the queue of applications growing?",
            "yes": "Tell the branches to decide by hand, with the first message below.",
            "no": "Restart the reader of the queue, and look again in five minutes.",
        },
        {
            "urgency": "Now",
            "question": "Did a change go out in the last two hours?",
            "yes": "Roll it back as its plan says.",
            "no": "Point the alias at version 2.",
        },
        {
            "urgency": "Today",
            "question": "Were scores given that are wrong?",
            "yes": "List the applications, and have the validator look at each.",
            "no": "Write down when scores stopped and when they came back.",
        },
    ],
    "preflight": [
        {"check": "You can sign in to the loan board."},
        {"check": "You know who is on watch tonight."},
    ],
    "messages": [
        {
            "audience": "Branch staff",
            "subject": "Decide loans by hand until {end of window}",
            "text": "Scores of {service} are late. Use the paper form until {end of window}. We write again then.",
        }
    ],
    "escalation": [
        {"minutes": 15, "whom": "Service Owner"},
        {"minutes": 45, "whom": "Change Sponsor"},
    ],
}
_PLACES = {
    "component": ["model:default/credit-risk", "service:default/loan-decision"],
    "conflict": ["freeze"],
}


def write_playbooks(now: datetime, manager: Actor, reader: Actor) -> None:
    """Have a manager write the playbook in two versions and say where it is needed; one of its people reads it."""
    first = _SCORES | {"preflight": _SCORES["preflight"][:1]}
    with clock.moved_to(now - timedelta(days=60)):
        playbook = add_playbook(actor=manager, content=first)
    with clock.moved_to(now - timedelta(days=30)):
        note = "In October nobody knew whom to call."
        write_playbook(actor=manager, playbook=playbook, content=_SCORES, note=note)
        place_playbook(actor=manager, playbook=playbook, places=_PLACES)
    with clock.moved_to(now - timedelta(days=28)):
        acknowledge_playbook(actor=reader, playbook=playbook, version=2)
