"""An example of each part of the approval policy with every key that it may have, for whoever writes a version."""

import json

EXAMPLES: dict[str, object] = {
    "A rule": {
        "id": "personal-data-steward",
        "role": "steward",
        "asks": "each",
        "classes": ["normal", "urgent"],
        "risks": ["high", "severe"],
        "touch": ["moved", "reached"],
        "kinds": ["dataset"],
        "tiers": [1, 2],
        "data": ["personal"],
        "question": "May the data of {} be used in this way?",
        "why": "It holds personal data.",
        "quorum": {"count": 2},
        "stage": 1,
    },
    "times": {"standard": {"working_days": 1}, "normal": {"working_days": 3}, "urgent": {"hours": 4}},
    "break_glass": {"roles": ["change_manager"], "people": ["user.name"], "hours": 48},
    "signing": {"fresh_minutes": 0, "least_seconds": 20},
}


def examples() -> list[tuple[str, str]]:
    """Return each part by name, as JSON that may be copied."""
    return [(name, json.dumps(part, indent=2)) for name, part in EXAMPLES.items()]
