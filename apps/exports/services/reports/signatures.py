"""The signatures of a change as a report prints them, with what 21 CFR 11.50 wants in every copy."""

from apps.approvals.enums import AuthMethod
from apps.approvals.rules import describe
from apps.exports.rules import report_words as say
from apps.exports.rules.lives import Asking, Step
from apps.exports.services.reports.telling import Facts, Telling


def asking_of(asking: Asking, content: Facts, tell: Telling) -> Facts:
    """Return whom a revision asked, who signed it and who has not, and what was kept or went ahead."""
    titles = {row["component"]: row["title"] for row in content["items"]}
    titles |= {row["key"]: row["title"] for row in content["impact"]}
    waiting = [one for one in asking.asked.data["asked"] if not asking.decided(one)]
    return {
        "revision": asking.revision,
        "digest": asking.digest,
        "asked": say.utc(asking.asked.at),
        "closed": say.utc(asking.closed.at) if asking.closed else "",
        "ahead": [_went(step, tell) for step in asking.ahead],
        "signatures": [_signature(step, titles, tell) for step in asking.decisions],
        "kept": [_kept(step, titles, tell) for step in asking.kept],
        "unsigned": [
            describe(one["role"], titles.get(one["component"], one["component"])) for one in waiting
        ],
    }


_WENT = {
    "approval.afterwards_overdue": "Not signed by everyone in time. Executives and Change Managers were told.",
    "approval.signed_afterwards": "Everyone passed over has signed.",
    "approval.refused_afterwards": "Refused by those who were passed over.",
    "approval.go_ahead_unused": "Its signing was closed before it started.",
}


def _went(step: Step, tell: Telling) -> Facts:
    """Return one thing of a go-ahead before everyone had signed: who, when, what it meant, and why (21 CFR 11.50)."""
    given = step.event == "approval.went_ahead"
    name, at = tell.name(step.actor), say.utc(step.at, seconds=True)
    return {
        "at": f"{at}, leaf {step.leaf:,}",
        "text": f"{name}: {step.data['meaning']}" if given else _WENT[step.event],
        "notes": [
            f"{label}: {tell.private(step.texts[key])}"
            for key, label in (("reason", "Reason"), ("incident", "Incident"))
            if key in step.texts
        ],
    }


_DECIDED = {
    "approval.signed": "Approved",
    "approval.rejected": "Rejected",
    "approval.abstained": "Abstained",
    "approval.withdrawn": "Took it back",
}


def _signature(step: Step, titles: dict[str, str], tell: Telling) -> Facts:
    """Return a signature as 21 CFR 11.50 wants it in every copy: printed name, time and meaning."""
    data = step.data
    return {
        "role": describe(data["role"], ""),
        "subject": titles.get(data["component"], data["component"]) or "The whole change",
        "name": " for ".join(map(tell.name, step.people)),
        "decision": _DECIDED[step.event],
        "rejected": step.event == "approval.rejected",
        "at": say.utc(step.at, seconds=True),
        "meaning": data["meaning"],
        "method": AuthMethod(data["auth_method"]).label,
        "revision": data["revision"],
        "note": tell.private(step.texts["note"]) if "note" in step.texts else "",
        "leaf": f"{step.leaf:,}",
    }


def _kept(step: Step, titles: dict[str, str], tell: Telling) -> Facts:
    """Return a signature on an earlier revision that counts for this one, with its digest and the reason."""
    data = step.data
    return {
        "role": describe(data["role"], ""),
        "subject": titles.get(data["component"], data["component"]) or "The whole change",
        "name": " for ".join(tell.name(data[who]) for who in ("signer", "for") if who in data),
        "revision": data["signed_revision"],
        "digest": data["signed_digest"],
        "because": data["because"],
        "leaf": f"{step.leaf:,}",
    }
