"""What an import is about to write: plain records, with every reference resolved."""

from dataclasses import asdict, dataclass, field
from typing import Any

from apps.catalog.rules.descriptors import Objective
from apps.catalog.services.backstage.files import Source
from apps.core.canonical import digest


@dataclass(frozen=True)
class TeamDraft:
    source: Source
    slug: str
    name: str
    department: str
    cost_centre: str
    escalation_username: str


@dataclass(frozen=True)
class PersonDraft:
    source: Source
    username: str
    full_name: str
    email: str
    job_title: str
    teams: tuple[str, ...]


@dataclass(frozen=True)
class ContractDraft:
    source: Source
    key: str
    fields: dict[str, Any]
    provider: str
    definition: bytes = b""
    """The text that ``definition_digest`` in its fields is of; empty when it stands elsewhere."""

    def digest(self) -> str:
        """Return the digest of what its own entity says. Its provider may say so elsewhere."""
        return digest([self.key, self.fields, str(self.source.path)])


@dataclass(frozen=True)
class ComponentDraft:
    source: Source
    key: str
    fields: dict[str, Any]
    team: str
    person: str
    objectives: tuple[Objective, ...]

    def digest(self) -> str:
        """Return the digest of all that is written for it, its ties aside."""
        promises = [asdict(objective) for objective in self.objectives]
        return digest([self.key, self.fields, self.team, self.person, promises, str(self.source.path)])


@dataclass(frozen=True, order=True)
class TieDraft:
    """A dependency by keys. ``contract`` is empty when none is named."""

    consumer: str
    provider: str
    kind: str
    contract: str = ""


@dataclass
class Plan:
    """All drafts of one import, by the names that they are known by."""

    teams: dict[str, TeamDraft] = field(default_factory=dict)
    people: dict[str, PersonDraft] = field(default_factory=dict)
    contracts: dict[str, ContractDraft] = field(default_factory=dict)
    components: dict[str, ComponentDraft] = field(default_factory=dict)
    ties: dict[TieDraft, Source] = field(default_factory=dict)
    adopted: dict[str, str] = field(default_factory=dict)
    """Contracts held from elsewhere whose provider is in this import: contract's key to component's key."""
