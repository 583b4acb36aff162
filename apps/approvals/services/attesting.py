"""The attestation of a signature: a statement that stands by itself, outside the portal and its ledger.

It is an in-toto Statement v1 about the revision's digest, in a DSSE envelope that the ledger's key signed. So it
proves that the portal asserts the decision, as the ledger does. It names people by number: names are erasable.
"""

from typing import Any

from apps.accounts.models import User
from apps.approvals.models import BreakGlass, EarlierSignature, Requirement, Round, Signature
from apps.approvals.rules.attested import GO_AHEAD, KEPT, PREDICATE, STATEMENT
from apps.approvals.rules.intents import Proof
from apps.audit.services import sign_statement
from apps.core import clock


def attest(signature: Signature, asked: Requirement, signer: User) -> bytes:
    """Return the envelope of a signature that is about to be kept.

    Raises:
        LedgerBroken: the ledger's key is lost or cannot be read.
    """
    round_ = asked.round
    at = clock.iso(signature.signed_at)
    return sign_statement(
        _about(round_)
        | {
            "predicate": {
                "decision": signature.decision,
                "meaning": signature.meaning,
                "signer": f"person:{signer.pk}",
                "role": asked.role,
                "component": asked.component_key,
                "requirement": asked.pk,
                "revision": round_.revision,
                "authentication": {
                    "method": signature.auth_method,
                    "at": clock.iso(signature.authenticated_at or signature.signed_at),
                },
                "nonce": signature.nonce,
                "checked": signature.checked,
                "signed_at": at,
                **({"for": f"person:{signature.on_behalf_of_id}"} if signature.on_behalf_of_id else {}),
                **({"policy": _policy(asked)} if round_.policy_version else {}),
            },
        }
    )


def _policy(asked: Requirement) -> dict[str, object]:
    """Return which rule of which version asked: a version never changes, so its digest says which rules held."""
    round_ = asked.round
    return {"version": round_.policy_version, "digest": {"sha256": round_.policy_digest}, "rule": asked.rule}


def attest_kept(row: EarlierSignature) -> bytes:
    """Return the envelope of an earlier signature that counts for a new revision: which, on which digest, and why.

    The signature's own attestation stays the proof of what the person signed; this one names it by its digest.

    Raises:
        LedgerBroken: the ledger's key is lost or cannot be read.
    """
    asked, signature = row.requirement, row.signature
    round_ = asked.round
    return sign_statement(
        _about(round_)
        | {
            "predicateType": KEPT,
            "predicate": {
                "signer": f"person:{signature.signer_id}",
                **({"for": f"person:{signature.on_behalf_of_id}"} if signature.on_behalf_of_id else {}),
                "role": asked.role,
                "component": asked.component_key,
                "requirement": asked.pk,
                "revision": round_.revision,
                "signature": signature.attestation_digest,
                "signed_revision": row.revision,
                "signed_digest": signature.digest,
                "because": row.because,
            },
        }
    )


def attest_go_ahead(broken: BreakGlass, passed_over: list[dict[str, Any]], proof: Proof) -> bytes:
    """Return the envelope of a signature that lets a round go ahead, and passes over those whom it names."""
    return sign_statement(
        _about(broken.round)
        | {
            "predicate": {
                "decision": GO_AHEAD,
                "meaning": broken.meaning,
                "signer": f"person:{broken.by_id}",
                "revision": broken.round.revision,
                "authentication": {"method": broken.auth_method, "at": clock.iso(proof.at)},
                "nonce": proof.nonce,
                "signed_at": clock.iso(broken.at),
                "passed_over": passed_over,
                "sign_by": clock.iso(broken.due_at),
            },
        }
    )


def _about(round_: Round) -> dict[str, Any]:
    return {
        "_type": STATEMENT,
        "subject": [
            {
                "name": f"{round_.subject_ref}, revision {round_.revision}",
                "digest": {"sha256": round_.digest},
            }
        ],
        "predicateType": PREDICATE,
    }
