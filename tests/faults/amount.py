"""How much of each fault is tried. ``FAULTS=full`` in the environment, which ``make faults`` sets, asks for all."""

import os
import sys

FULL = os.environ.get("FAULTS") == "full"


def amount(bounded: int, full: int) -> int:
    """Return how many, or how many seconds: the first in ``make test``, the second in ``make faults``."""
    return full if FULL else bounded


def say(line: str) -> None:
    """Tell the person who waits for ``make faults`` how far it is."""
    if FULL:
        print(line, file=sys.stderr, flush=True)
