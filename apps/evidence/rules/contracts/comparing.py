"""Two contracts, compared: what they are, and what differs."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from apps.evidence.enums import ContractKind
from apps.evidence.rules.contracts import dcs, json_schema, odcs, openapi
from apps.evidence.rules.contracts.changes import Change, Comparison, comparison
from apps.evidence.rules.contracts.documents import parsed, refused

_Document = dict[str, Any]


class _Format(NamedTuple):
    kind: ContractKind
    fits: Callable[[_Document], bool]
    checked: Callable[[_Document, str], None]
    changes: Callable[[_Document, _Document], Iterable[Change]]


_FORMATS = (
    # The first that fits. What says of itself what it is comes first; what is told by its words, last.
    _Format(ContractKind.DCS, dcs.fits, dcs.checked, dcs.changes),
    _Format(ContractKind.OPENAPI, openapi.fits, openapi.checked, openapi.changes),
    _Format(ContractKind.ODCS, odcs.fits, odcs.checked, odcs.changes),
    _Format(ContractKind.JSON_SCHEMA, json_schema.fits, json_schema.checked, json_schema.changes),
)


def compared(old: bytes, new: bytes) -> Comparison:
    """Return what differs between two versions of a contract, and what it does to consumers and to the producer.

    Nothing is ever fetched: what lies behind a reference to elsewhere is not compared, and where such a reference
    changes, the difference is risky.

    Raises:
        Invalid: ``old`` or ``new`` is no contract that is read here, or is one and broken; ``new``, too, when the two
            are of different kinds.
    """
    before, after = parsed(old, "old"), parsed(new, "new")
    first, second = _format(before, "old"), _format(after, "new")
    if first is not second:
        raise refused(
            "new",
            f"The old file is {first.kind.label} and the new one {second.kind.label}. "
            "Send two versions of the same kind of contract.",
        )
    try:
        return comparison(first.kind, first.changes(before, after))
    except (AttributeError, TypeError) as error:
        # Strangers write lists where the format wants mappings. One place says so for all of them.
        raise refused(
            "new", f"One of the two files is broken {first.kind.label}: a part has the wrong shape."
        ) from error
    except RecursionError as error:
        raise refused(
            "new", "The contracts are too entangled to compare: their parts nest without end."
        ) from error


def kind_of(content: bytes) -> ContractKind:
    """Return what kind of contract a file is.

    Raises:
        Invalid: ``file`` is none that is read here, or is one and broken.
    """
    return _format(parsed(content, "file"), "file").kind


def _format(document: _Document, field: str) -> _Format:
    for one in _FORMATS:
        if one.fits(document):
            one.checked(document, field)
            return one
    known = ", ".join(label for _, label in ContractKind.choices)
    raise refused(field, f"This is none of the contracts that are read here: {known}.")
