"""Tells every process that the dependency graph changed."""

import secrets

from apps.catalog.models import GraphStamp


def bump_graph() -> None:
    """Give the graph a new stamp, in the transaction of whatever changed a component or a dependency."""
    GraphStamp.objects.update_or_create(pk=1, defaults={"number": secrets.randbits(62)})
