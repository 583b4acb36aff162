"""What the gate attests when it passes: a verification summary, bound to the artifact, the stage and an end.

It is an in-toto Statement v1. The predicate follows SLSA's Verification Summary Attestation 1.1 where that has a word
for it (verifier, timeVerified, resourceUri, policy, inputAttestations, verificationResult); the rest is ours.
"""

from datetime import datetime, timedelta
from typing import Any

from apps.core import clock

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/verification_summary/v1"
LASTS = timedelta(hours=24)
"""So long does a pass count. What went stale since is asked again."""


def statement(
    *,
    change: str,
    revision: int,
    digest: str,
    artifact: str,
    component: str,
    stage: str,
    environment: str,
    checks_version: int,
    checks_digest: str,
    rules_version: int,
    evidence: list[tuple[str, str]],
    waivers: list[str],
    at: datetime,
    expires_at: datetime,
) -> dict[str, Any]:
    """Return the statement of a pass.

    ``digest`` is that of the revision; without an ``artifact`` the pass is about the change as revised, and its subject
    is named so. ``evidence`` holds the reference and the SHA-256 of each file that counted, ``waivers`` the reference
    of each that held.
    """
    subject = {"name": component if artifact else change, "digest": {"sha256": artifact or digest}}
    return {
        "_type": STATEMENT,
        "subject": [subject],
        "predicateType": PREDICATE,
        "predicate": {
            "verifier": {"id": "urn:countersign:gate"},
            "timeVerified": clock.iso(at),
            "resourceUri": f"urn:countersign:change:{change}",
            "policy": {
                "uri": f"urn:countersign:checks:{checks_version}",
                "digest": {"sha256": checks_digest},
            },
            "inputAttestations": [
                {"uri": f"urn:countersign:evidence:{ref}", "digest": {"sha256": file}}
                for ref, file in evidence
            ],
            "verificationResult": "PASSED",
            "countersign": {
                "change": change,
                "revision": revision,
                "revisionDigest": {"sha256": digest},
                "stage": stage,
                "environment": environment,
                "rulesVersion": rules_version,
                "waivers": waivers,
                "expires": clock.iso(expires_at),
            },
        },
    }
