"""The dependency graph, kept in the process and checked against the database by one query a look."""

from collections.abc import Iterable

from apps.catalog.models import Component, Dependency, GraphStamp
from apps.catalog.rules.impact import Graph, Hits, Node
from apps.catalog.rules.ties import table_of

_kept: Graph | None = None


def graph() -> Graph:
    """Return the graph of all components in use. Costs one query while nothing changed, three when it did."""
    global _kept
    stamp = GraphStamp.objects.values_list("number", flat=True).order_by("pk").first() or 0
    if _kept is None or _kept.stamp != stamp:
        _kept = _read(stamp)
    return _kept


def forget_graph() -> None:
    """Drop the kept graph, for tests that write components without the services."""
    global _kept
    _kept = None


def blast_radius(components: Iterable[Component], *, depth: int | None = None) -> Hits:
    """Return what a change of these components can reach, nearest first, each with the path that explains it."""
    return graph().reach((component.pk for component in components), depth=depth)


def _read(stamp: int) -> Graph:
    rows = Component.objects.filter(retired_at=None).order_by()
    nodes = (
        Node(pk, key, kind, title or name, tier, team, slug or "", tuple(tags), stage)
        for pk, key, kind, title, name, tier, team, slug, tags, stage in rows.values_list(
            *(
                "pk",
                "key",
                "kind",
                "title",
                "name",
                "tier",
                "owner_team_id",
                "owner_team__slug",
                "tags",
                "stage",
            )
        ).iterator(chunk_size=10_000)
    )
    edges = Dependency.objects.filter(retired_at=None).order_by()
    ties = edges.values_list("consumer_id", "provider_id", "kind", "contract_id")
    return Graph(stamp, nodes, table_of(ties.iterator(chunk_size=10_000)))
