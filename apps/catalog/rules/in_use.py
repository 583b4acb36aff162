"""Which version of a component is in use: the one rule, for every page and every check."""

from collections.abc import Sequence

from apps.catalog.models import ComponentVersion

ALIASES = ("champion", "production", "live", "current")
"""Aliases that say a version is in use, in whatever case. The first that any version has decides."""


def in_use_among(versions: Sequence[ComponentVersion], *, other_than: str = "") -> ComponentVersion | None:
    """Return the version in use of one component, whose versions come newest first: by its alias, else the newest.

    With ``other_than``, the newest is that before it. An alias wins even over ``other_than``: who moves to the
    version in use must be told that nothing moves.
    """
    places = [place for place, version in enumerate(versions) if version.version == other_than]
    older = versions[places[0] + 1 :] if places else versions
    return named_in_use_among(versions) or next(iter(older), None)


def named_in_use_among(versions: Sequence[ComponentVersion]) -> ComponentVersion | None:
    """Return the version that an alias says is in use; None when no alias does."""
    return next(
        (version for alias in ALIASES for version in versions if alias in _lower(version.aliases)), None
    )


def _lower(aliases: Sequence[str]) -> set[str]:
    return {alias.lower() for alias in aliases}
