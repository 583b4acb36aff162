"""Contracts in the small estate, and the labelled pairs of versions."""

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.catalog.models import Contract, Definition
from apps.catalog.selectors import forget_graph
from tests.changes.estate import NOW, Estate, add_component, tie
from tests.people import add_person

IN_FORCE = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {"score": {"type": "number"}, "reason": {"type": "string"}},
    "required": ["score", "reason"],
}
BREAKS = {**IN_FORCE, "properties": {"reason": {"type": "string"}}, "required": ["reason"]}
SAFE = {**IN_FORCE, "properties": {**IN_FORCE["properties"], "score": {"type": "integer"}}}  # type: ignore[dict-item]


def written(document: Any) -> bytes:
    return json.dumps(document).encode()


def pair(shared_data: Path, kind: str, verdict: str) -> tuple[bytes, bytes]:
    """Return the first labelled pair of a kind that does this to consumers: the old one and the new one."""
    folder = shared_data / "contracts" / kind
    for one in json.loads((folder / "labels.json").read_text())["pairs"]:
        expected = one["expected"]
        old, new = ((folder / one[name]).read_bytes() for name in ("base", "revision"))
        if (expected["consumer"] if isinstance(expected, dict) else expected) == verdict and old != new:
            return old, new
    raise LookupError(verdict)


def put_in_force(contract: Contract, definition: bytes) -> Contract:
    """Have the catalog say that this is the definition now."""
    digest = hashlib.sha256(definition).hexdigest()
    Definition.objects.get_or_create(digest=digest, defaults={"size": len(definition), "content": definition})
    contract.definition_digest = digest
    contract.save()
    return contract


def a_contract(estate: Estate, definition: bytes | None = None) -> Contract:
    """Return a contract of the model, on which a batch job relies that nobody asks about otherwise."""
    job = add_component("pipeline", "nightly-report", estate.team)
    estate.components["nightly-report"] = job
    contract = Contract.objects.create(
        key="api:default/scores",
        kind="api",
        name="scores",
        title="Scores",
        provider=estate.components["credit-risk"],
        source="portal",
    )
    tie(job, estate.components["credit-risk"], "reads")
    job.dependencies.update(contract=contract)
    forget_graph()
    return put_in_force(contract, definition or written(IN_FORCE))


def an_owner_of_the_job(estate: Estate) -> User:
    """Return somebody who answers for the batch job alone."""
    key = estate.components["nightly-report"].key
    return add_person("nadia", Role.OWNER, component_key=key, valid_from=NOW - timedelta(days=1))
