"""Works out what relies on what, and through which contract.

A pair of components is often tied by several fields at once: ``dependsOn`` says that there is a tie, an annotation
of ours says of which kind, and ``consumesApis`` says by which contract. They become one tie that says it all.
"""

from dataclasses import dataclass, field

from apps.catalog.enums import ContractKind, DependencyKind
from apps.catalog.rules.descriptors import TIE_ANNOTATIONS
from apps.catalog.rules.kinds import default_tie
from apps.catalog.services.backstage.drafts import TieDraft
from apps.catalog.services.backstage.files import Gathered, Source
from apps.catalog.services.backstage.names import Resolver

TIED = ("component", "resource", "system", "api")


@dataclass
class _Pair:
    """All that was said about how one component relies on another."""

    source: Source
    kinds: set[str] = field(default_factory=set)
    contracts: set[str] = field(default_factory=set)
    plain: bool = False


def ties_between(
    gathered: Gathered, resolver: Resolver, providers: dict[str, list[str]]
) -> dict[TieDraft, Source]:
    """Return every tie that the entities declare, with where each was declared.

    ``providers`` names, for each contract, the components that offer it.
    """
    tying = _Tying(resolver, providers)
    for source in gathered.entities.values():
        if source.entity.ref.kind in TIED:
            tying.collect(source)
    return tying.settle()


class _Tying:
    def __init__(self, resolver: Resolver, providers: dict[str, list[str]]) -> None:
        self.resolver = resolver
        self.kinds = resolver.names.kinds
        self.providers = providers
        self.pairs: dict[tuple[str, str], _Pair] = {}
        self.untied: set[tuple[str, str]] = set()
        self.embedded: dict[tuple[str, str], Source] = {}
        self.ties: dict[TieDraft, Source] = {}

    def collect(self, source: Source) -> None:
        """Take in what one entity says about ties."""
        own = self.resolver.names.called[source.entity.ref]
        if source.entity.ref.kind == "api":
            for _, consumer in self.resolver.spec(source, "apiConsumedBy"):
                self._consume(source, consumer, own)
            return
        self._collect_uses(source, own)
        for note, kind in TIE_ANNOTATIONS.items():
            for _, name in self.resolver.note(source, note):
                if pair := self._pair(source, own, name):
                    pair.kinds.add(kind)
        self.resolver.spec(source, "domain")
        for whole in ("system", "subcomponentOf"):
            for _, name in self.resolver.spec(source, whole):
                if name != own:
                    self.embedded.setdefault((name, own), source)

    def _collect_uses(self, source: Source, own: str) -> None:
        for ref, name in [
            *self.resolver.spec(source, "dependsOn"),
            *self.resolver.spec(source, "consumesApis"),
        ]:
            if ref.kind == "api":
                self._consume(source, own, name)
            elif pair := self._pair(source, own, name):
                pair.plain = True
        for _, name in self.resolver.spec(source, "dependencyOf"):
            if pair := self._pair(source, name, own):
                pair.plain = True

    def _pair(self, source: Source, consumer: str, provider: str) -> _Pair | None:
        if consumer == provider:
            self.resolver.warn(
                source, "It names itself as something that it depends on. That tie was left out."
            )
            return None
        return self.pairs.setdefault((consumer, provider), _Pair(source))

    def _consume(self, source: Source, consumer: str, contract: str) -> None:
        offered = self.providers.get(contract, [])
        if not offered and (consumer, contract) not in self.untied:
            self.untied.add((consumer, contract))
            self.resolver.warn(
                source, f"Nobody is known to provide {contract}, so {consumer} is tied to nothing by it."
            )
        for provider in offered:
            if provider != consumer:
                self.pairs.setdefault((consumer, provider), _Pair(source)).contracts.add(contract)

    def settle(self) -> dict[TieDraft, Source]:
        """Return each pair's ties: a contract belongs to the tie that was named, else to the one that is usual."""
        for (consumer, provider), pair in self.pairs.items():
            self._settle_pair(consumer, provider, pair)
        for (whole, part), source in self.embedded.items():
            self.ties.setdefault(TieDraft(whole, part, DependencyKind.EMBEDS), source)
        return self.ties

    def _settle_pair(self, consumer: str, provider: str, pair: _Pair) -> None:
        named = sorted(pair.kinds)
        for contract in sorted(pair.contracts):
            kind = named[0] if len(named) == 1 else self._usual(consumer, provider, contract)
            self.ties.setdefault(TieDraft(consumer, provider, kind, contract), pair.source)
        if not pair.contracts or len(named) > 1:
            for kind in named:
                self.ties.setdefault(TieDraft(consumer, provider, kind), pair.source)
        if pair.plain and not pair.contracts and not named:
            kind, turned = default_tie(self.kinds[consumer], self.kinds[provider])
            ends = (provider, consumer) if turned else (consumer, provider)
            self.ties.setdefault(TieDraft(*ends, kind), pair.source)

    def _usual(self, consumer: str, provider: str, contract: str) -> str:
        if not contract.startswith(f"{ContractKind.DATA}:"):
            return DependencyKind.CALLS
        kind, turned = default_tie(self.kinds[consumer], self.kinds[provider])
        return DependencyKind.READS if turned or kind == DependencyKind.CALLS else kind
