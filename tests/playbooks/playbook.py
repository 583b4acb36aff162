"""A playbook for tests."""

from typing import Any

SAID: dict[str, Any] = {
    "title": "Scores stop arriving",
    "purpose": "When the loan board shows no new scores.",
    "roles": ["validator", "owner"],
    "text": "Read **this** first. <script>alert(1)</script>",
    "tree": [
        {
            "urgency": "Today",
            "question": "Are scores of yesterday wrong?",
            "yes": "Tell the sponsor",
            "no": "Write it down",
        },
        {
            "urgency": "Now",
            "question": "Is the queue growing?",
            "yes": "Switch to version 2",
            "no": "Restart the reader",
        },
    ],
    "preflight": [{"check": "You can sign in to the loan board"}],
    "messages": [
        {
            "audience": "Branch staff",
            "subject": "{service} is late",
            "text": "Use the paper form until {end of window}.",
        }
    ],
    "escalation": [
        {"minutes": 15, "whom": "Service Owner"},
        {"minutes": 60, "whom": "Change Sponsor"},
    ],
}
