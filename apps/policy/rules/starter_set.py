"""The rules that a portal comes with: version 1, in force until the organisation publishes its own."""

from functools import cache
from pathlib import Path

import yaml

from apps.policy.rules.documents import rules_from
from apps.policy.rules.rule import Rules

FIRST_NUMBER = 1


@cache
def starter_set() -> Rules:
    """Return the rules of version 1, as ``starter.yaml`` writes them."""
    return rules_from(yaml.safe_load((Path(__file__).parent / "starter.yaml").read_text(encoding="utf-8")))
