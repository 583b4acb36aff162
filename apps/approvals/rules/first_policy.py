"""Version 1 of the approval policy, which the portal comes with.

It never changes: rounds cite its digest, and a test holds it. Another policy is another version, proposed and approved.
"""

from typing import Any

FIRST_NUMBER = 1
FIRST_POLICY: dict[str, Any] = {
    "v": 1,
    # From when a person is asked, by their own clocks; what is urgent does not wait for Monday.
    "times": {
        "standard": {"working_days": 1},
        "normal": {"working_days": 3},
        "urgent": {"hours": 4},
    },
    # Who may let an urgent change go ahead, and how long the others then have to sign.
    "break_glass": {"roles": ["change_manager"], "hours": 48},
    # For how long a proof of who one is serves; and what is so quick that the evidence may not have been read.
    "signing": {"fresh_minutes": 0, "least_seconds": 20},
    "rules": [
        {
            "id": "sponsor",
            "role": "sponsor",
            "asks": "once",
            "question": "Is this change worth its risk and its cost?",
            "why": "Every change needs one sponsor.",
            "quorum": {"count": 1},
        },
        {
            "id": "dataset-steward",
            "role": "steward",
            "asks": "each",
            "touch": ["moved", "reached"],
            "kinds": ["dataset"],
            "question": "May the data of {} be used in this way?",
            "quorum": {"count": 1},
        },
        {
            "id": "contract-steward",
            "role": "steward",
            "asks": "each",
            "touch": ["promised"],
            "question": "May the data of {} be used in this way?",
            "quorum": {"count": 1},
        },
        {
            "id": "model-validator",
            "role": "validator",
            "asks": "each",
            "touch": ["moved", "reached"],
            "kinds": ["model"],
            "question": "Is {} sound enough to be used?",
            "quorum": {"count": 1},
        },
        {
            "id": "service-owner",
            "role": "owner",
            "asks": "each",
            "touch": ["moved", "reached"],
            "kinds": ["service"],
            "question": "Can {} take this change in its window?",
            "quorum": {"count": 1},
        },
    ],
}
