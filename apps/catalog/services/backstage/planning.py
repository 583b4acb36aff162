"""Turns gathered entities into drafts of records: teams, people, components with their owners, contracts."""

import hashlib
from collections import defaultdict

from apps.catalog.models import Contract
from apps.catalog.rules.descriptors import data_class_of, objectives_of, tier_of
from apps.catalog.rules.kinds import component_kind, contract_kind
from apps.catalog.rules.references import Ref
from apps.catalog.rules.report import ImportReport
from apps.catalog.services.backstage.drafts import (
    ComponentDraft,
    ContractDraft,
    PersonDraft,
    Plan,
    TeamDraft,
)
from apps.catalog.services.backstage.files import Gathered, Source
from apps.catalog.services.backstage.names import ESCALATION, FIELDS, Names, Resolver, name_all
from apps.catalog.services.backstage.tying import ties_between

QUIET = ("location", "domain")
"""Kinds that are read but make no record of their own."""


def plan_import(gathered: Gathered, report: ImportReport) -> Plan:
    """Return what the gathered entities ask to be written, and note what of them cannot be."""
    return _Planner(gathered, report).plan()


class _Planner:
    def __init__(self, gathered: Gathered, report: ImportReport) -> None:
        self.gathered = gathered
        self.names: Names = name_all(gathered)
        self.resolver = Resolver(self.names, report)
        self.quiet = Resolver(self.names, ImportReport())
        self.listed = self._listed_members()
        self.result = Plan()

    def plan(self) -> Plan:
        for source in self.gathered.entities.values():
            self._draft(source)
        providers = self._providers()
        self._draft_contracts(providers)
        self.result.ties = ties_between(self.gathered, self.resolver, providers)
        return self.result

    # Records

    def _draft(self, source: Source) -> None:
        kind, known = source.entity.ref.kind, self.names.called.get(source.entity.ref)
        if kind == "group" and known:
            self._draft_team(source, known)
        elif kind == "user" and known:
            self._draft_person(source, known)
        elif known and known in self.names.kinds:
            self._draft_component(source, known)
        elif kind != "api":
            self._check_only(source)

    def _check_only(self, source: Source) -> None:
        for name in FIELDS:
            self.resolver.spec(source, name)
        if source.entity.ref.kind not in QUIET:
            self.resolver.warn(
                source, f"The kind {source.entity.shown_kind} has no place in the catalog. It was left out."
            )

    def _draft_team(self, source: Source, slug: str) -> None:
        entity = source.entity
        if slug in self.result.teams:
            self.resolver.warn(
                source, f"The team {slug} is described by {self.result.teams[slug].source.entity.ref} too."
            )
            return
        self.resolver.spec(source, "parent")
        self.resolver.spec(source, "children")
        self.resolver.spec(source, "members")
        contact = [name for _, name in self.resolver.note(source, ESCALATION)]
        name = entity.profile("displayName", 120) or entity.title[:120] or entity.name
        department = entity.note("department")[:120] or self._department(source)
        self.result.teams[slug] = TeamDraft(
            source, slug, name, department, entity.note("cost-centre")[:40], contact[0] if contact else ""
        )

    def _department(self, source: Source) -> str:
        """Return the nearest group above that calls itself a department."""
        seen: set[Ref] = set()
        here: Source | None = source
        while here is not None and here.entity.ref not in seen:
            seen.add(here.entity.ref)
            parents = self.quiet.spec(here, "parent")
            here = self.gathered.entities.get(parents[0][0]) if parents else None
            if here is not None and here.entity.type == "department":
                return here.entity.profile("displayName", 120) or here.entity.title[:120] or here.entity.name
        return ""

    def _listed_members(self) -> dict[Ref, set[str]]:
        """Return the slugs of the groups that list each user among their members."""
        listed: dict[Ref, set[str]] = defaultdict(set)
        for ref, source in self.gathered.entities.items():
            if ref.kind == "group":
                for member, _ in self.quiet.spec(source, "members"):
                    listed[member].add(self.names.called[ref])
        return listed

    def _draft_person(self, source: Source, username: str) -> None:
        entity = source.entity
        teams = tuple(
            sorted({name for _, name in self.resolver.spec(source, "memberOf")} | self.listed[entity.ref])
        )
        full_name = entity.profile("displayName", 300) or entity.title
        email = entity.profile("email", 254)
        self.result.people[username] = PersonDraft(
            source, username, full_name, email if "@" in email else "", entity.note("job-title")[:120], teams
        )

    def _draft_component(self, source: Source, key: str) -> None:
        entity = source.entity
        if key in self.result.components:
            other = self.result.components[key].source
            self.resolver.warn(
                source, f"It would be {key}, which {other.entity.ref} in {other.file} already is. Left out."
            )
            return
        owners = self.resolver.spec(source, "owner")
        tier, tier_problem = tier_of(entity)
        data_class, class_problem = data_class_of(entity)
        objectives, objectives_problem = objectives_of(entity)
        for problem in filter(None, (tier_problem, class_problem, objectives_problem)):
            self.resolver.warn(source, problem)
        fields = {
            "kind": component_kind(entity), "namespace": entity.ref.namespace, "name": entity.name,
            "title": entity.title, "description": entity.description, "tier": tier, "data_class": data_class,
            "stage": entity.stage, "tags": entity.tags, "links": entity.links, "source_ref": str(entity.ref),
        }  # fmt: skip
        team = next((name for ref, name in owners if ref.kind == "group"), "")
        person = next((name for ref, name in owners if ref.kind == "user"), "")
        self.result.components[key] = ComponentDraft(source, key, fields, team, person, tuple(objectives))

    # Contracts

    def _providers(self) -> dict[str, list[str]]:
        """Return, for each contract's key, the keys of the components that provide it."""
        found: dict[str, set[str]] = defaultdict(set)
        for source in self.gathered.entities.values():
            key = self.names.called.get(source.entity.ref, "")
            if key in self.names.kinds:
                for _, contract in self.resolver.spec(source, "providesApis"):
                    found[contract].add(key)
            elif source.entity.ref.kind == "api":
                for _, provider in self.resolver.spec(source, "apiProvidedBy"):
                    found[key].add(provider)
        self._adopt(found)
        return {contract: sorted(keys) for contract, keys in found.items()}

    def _adopt(self, found: dict[str, set[str]]) -> None:
        """Join contracts and providers that were imported apart: either may be held from other roots."""
        own = {self.names.called[ref] for ref in self.gathered.entities if ref.kind == "api"}
        self.result.adopted = {contract: min(keys) for contract, keys in found.items() if contract not in own}
        referred = {name for name in self.names.called.values() if name.startswith(("api:", "data:"))}
        held = Contract.objects.filter(
            retired_at=None, provider__retired_at=None, key__in=referred - set(found)
        )
        for contract, provider in held.values_list("key", "provider__key"):
            if provider and provider not in self.result.components:
                found[contract].add(provider)

    def _draft_contracts(self, providers: dict[str, list[str]]) -> None:
        for source in self.gathered.entities.values():
            entity = source.entity
            if entity.ref.kind != "api":
                continue
            self.resolver.spec(source, "owner")
            self.resolver.spec(source, "system")
            key = self.names.called[entity.ref]
            offered = providers.get(key, [])
            if len(offered) > 1:
                self.resolver.warn(source, f"Several components provide it. It is shown with {offered[0]}.")
            definition = entity.spec.get("definition")
            if definition is not None and not isinstance(definition, str):
                self.resolver.warn(
                    source, "Its definition stands elsewhere ($text, $json or $yaml); that is never fetched."
                )
            text = definition.encode() if isinstance(definition, str) else b""
            fields = {
                "kind": contract_kind(entity), "name": entity.name, "title": entity.title,
                "description": entity.description, "type": entity.type,
                "definition_digest": hashlib.sha256(text).hexdigest() if text else "",
            }  # fmt: skip
            self.result.contracts[key] = ContractDraft(
                source, key, fields, offered[0] if offered else "", text
            )
