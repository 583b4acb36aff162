"""What a file is, told by its content."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from apps.core.errors import Invalid
from apps.evidence.enums import Format
from apps.evidence.rules import (
    data_contract_runs,
    evidently,
    evidently_legacy,
    great_expectations,
    junit,
    metrics,
    openlineage,
    our_forms,
)
from apps.evidence.rules.files import parsed
from apps.evidence.rules.readings import Reading, within

_READERS: tuple[tuple[Callable[[Any], bool], Callable[[Any], Reading]], ...] = (
    # The first that fits reads it. What says of itself what it is comes first, what is told by a name in it last.
    (our_forms.fits, our_forms.read),
    (junit.fits, junit.read),
    (openlineage.fits, openlineage.read),
    (data_contract_runs.fits, data_contract_runs.read),
    (great_expectations.fits, great_expectations.read),
    (evidently_legacy.fits, evidently_legacy.read),
    (evidently.fits, evidently.read),
    (metrics.fits, metrics.read),
)


def reading_of(content: bytes) -> Reading:
    """Return what a file asserts.

    Raises:
        Invalid: ``file`` is of no kind that is known, or is one of them and broken. The message says which.
    """
    document = parsed(content)
    for fits, read in _READERS:
        if fits(document):
            reading = read(document)
            break
    else:
        raise Invalid({"file": [f"This is none of the formats that are read here: {known_formats()}."]})
    within(reading.findings)  # With what it says of its whole, which stands in no list.
    if not reading.findings and not reading.partial:
        return replace(reading, partial="The file asserts nothing.")
    return reading


def known_formats() -> str:
    """Return the formats as a person reads them."""
    return ", ".join(label for _, label in Format.choices)
