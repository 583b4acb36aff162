"""A change as a report prints it: plain JSON, every word of it ready, drawn from sealed entries and the revision."""

from apps.calendar.enums import ConflictKind, ConflictSeverity
from apps.changes.enums import ChangeClass
from apps.changes.rules import words
from apps.changes.rules.risk import WORDS as RISKS
from apps.exports.rules import report_words as say
from apps.exports.rules.lives import Life, Meeting, Step
from apps.exports.services.reports.signatures import asking_of
from apps.exports.services.reports.telling import Facts, Telling
from apps.reviews.enums import Outcome


def record_of(life: Life, content: Facts, tell: Telling) -> Facts:
    """Return everything that a report says about one change. ``content`` is that of its last revision."""
    return {
        **summary_of(life, content, tell),
        "texts": _texts(content, tell),
        "risk_reason": content.get("risk_reason", ""),
        "items": [_item(row, tell) for row in content["items"]],
        "impact": [_hit(row, tell) for row in content["impact"]],
        "metrics": [_metric(row, value, tell) for row, value in _measured(life, content)],
        "risks": [_risk(row, tell) for row in content["risks"]],
        "rollback": _rollback(content["rollback"], tell),
        "plan": [_plan_step(row, tell) for row in content["plan"]],
        "conflicts": [_conflict(meeting, life) for meeting in life.meetings],
        "review": review_of(life, tell),
        "ledger": [_entry(step, tell) for step in life.steps],
    }


def summary_of(life: Life, content: Facts, tell: Telling) -> Facts:
    """Return what a report over many changes says of one: what, when, who signed, who was refused."""
    frozen = life.frozen
    assert frozen is not None
    return {
        "ref": life.ref,
        "title": tell.prose(content["title"]),
        "state": life.state.label,
        "class": ChangeClass(content["class"]).label,
        "risk": RISKS[content["risk"]],
        "requester": tell.name(content["requester"]),
        "revision": frozen.data["revision"],
        "digest": frozen.data["digest"],
        "moves": [
            f"{row['title']}: {words.item_line({**row, 'difference': ''})}" for row in content["items"]
        ],
        "times": _times(life, content, tell),
        "askings": [asking_of(asking, content, tell) for asking in life.askings],
        "denials": [_denial(step, tell) for step in life.denials],
    }


def _texts(content: Facts, tell: Telling) -> list[Facts]:
    named = {
        "What changes": content["summary"],
        "What should be better": content["outcome"],
        "If it waits": content["cost_of_waiting"],
        "Why it comes at short notice": content.get("late_reason", ""),
    }
    return [{"name": name, "text": tell.prose(text)} for name, text in named.items() if text]


def _times(life: Life, content: Facts, tell: Telling) -> list[Facts]:
    """Return when each thing was to happen and did, in UTC, and beside it by the change's own clocks or by whom."""
    zone = content["window"]["time_zone"]
    planned = [
        ("Planned start", content["window"]["start"]),
        ("Planned end", content["window"]["end"]),
    ]
    rows = [
        {"name": name, "utc": say.utc(at), "more": say.local(at, zone)}
        for name, text in planned
        if text and (at := say.moment(text))
    ]
    happened = {
        "Submitted": life.submitted,
        "Approved": life.last("change.approved"),
        "Started": life.last("change.started"),
        "Ended": life.ended,
        "Closed": life.last("change.closed"),
    }
    return rows + [
        {
            "name": name,
            "utc": say.utc(step.at, seconds=True),
            "more": f"{tell.name(step.actor)}, leaf {step.leaf:,}",
        }
        for name, step in happened.items()
        if step is not None
    ]


def _item(row: Facts, tell: Telling) -> Facts:
    lineage = row["to"]
    made_of = [f"{one['name']} {one['digest']}" for one in lineage["datasets"] if one.get("digest")]
    code = [f"code {lineage['code_commit']}"] if lineage["code_commit"] else []
    return {
        "title": row["title"],
        "key": row["component"],
        "kind": words.said(row["kind"], "kind"),
        "before": row["from"]["version"] if row["from"] else "New there",
        "after": lineage["version"],
        "difference": tell.prose(row["difference"]),
        "lineage": code + made_of,
    }


def _hit(row: Facts, tell: Telling) -> list[str]:
    hard = words.said(row["severity"], "severity")
    why = words.path(row["path"])
    if row["by_hand"]:
        why = f"Added by hand: {tell.prose(row['reason'])}"
    if not row["included"]:
        hard, why = "Taken away", f"By hand: {tell.prose(row['reason'])}"
    return [row["title"], hard, str(row["tier"]), why]


def _measured(life: Life, content: Facts) -> list[tuple[Facts, float | None]]:
    """Return each promise with what it became: a review lists the measures in the order of the change."""
    recorded = life.last("review.recorded")
    promised = content["success_metrics"]
    realised = recorded.data["realised"] if recorded is not None else []
    known = realised if len(realised) == len(promised) else [None] * len(promised)
    return list(zip(promised, known, strict=True))


def _metric(row: Facts, realised: float | None, tell: Telling) -> list[str]:
    return say.metric({**row, "name": tell.prose(row["name"])}, realised)


def _risk(row: Facts, tell: Telling) -> list[str]:
    text, likely, harm, mitigation = say.risk(row)
    return [tell.prose(text), likely, harm, tell.prose(mitigation)]


def _rollback(row: Facts, tell: Telling) -> Facts:
    return {
        "plan": tell.prose(row["plan"]),
        "minutes": row["minutes"],
        "criteria": [tell.prose(text) for text in row["criteria"]],
    }


def _plan_step(row: Facts, tell: Telling) -> list[str]:
    after = f"After step {words.said(row['after'])}" if row["after"] else "At once"
    minutes = f"{row['minutes']} min"
    back = tell.prose(row["way_back"]) or "The plan to go back"
    return [str(row["position"]), tell.prose(row["text"]), tell.name(row["lead"]), minutes, after, back]


def _conflict(meeting: Meeting, life: Life) -> list[str]:
    data = meeting.found.data
    became = f"Stands at the end of this record: {life.state.label.lower()}"
    if meeting.cleared is not None:
        became = f"Cleared {say.utc(meeting.cleared.at)}, leaf {meeting.cleared.leaf:,}"
    found = f"{say.utc(meeting.found.at)}, leaf {meeting.found.leaf:,}"
    kind = f"{ConflictKind(data['kind']).label} ({ConflictSeverity(data['severity']).label.lower()})"
    return [data["with"], kind, found, became]


def review_of(life: Life, tell: Telling) -> Facts | None:
    """Return the review as it was recorded last, and who signed it; None while none is open."""
    opened = life.last("review.opened")
    if opened is None:
        return None
    recorded, signed = life.last("review.recorded"), life.last("review.signed")
    told = recorded or opened
    outcome = told.data["outcome"]
    names = {
        "what_happened": "What happened",
        "contributing_factors": "What contributed",
        "went_well": "What went well",
    }
    texts = [
        {"name": name, "text": tell.private(told.texts[key])}
        for key, name in names.items()
        if key in told.texts
    ]
    texts.append({"name": "What contributed", "text": _factors(life, tell)})
    return {
        "ref": f"PIR-{life.ref.removeprefix('CHG-')}",
        "outcome": Outcome(outcome).label if outcome else "Not said yet",
        "texts": [one for one in texts if one["text"]],
        "actions": [_action(step, tell) for step in life.steps if step.event == "review.action_added"],
        "signed": _review_signature(signed, life.ref, tell) if signed is not None else None,
    }


def _factors(life: Life, tell: Telling) -> str:
    """Return what made the outcome likely, a cause a line, without what was taken back."""
    gone = {step.data["factor"] for step in life.steps if step.event == "review.factor_removed"}
    added = [step for step in life.steps if step.event == "review.factor_added"]
    said = [tell.private(step.texts.get("factor")) for step in added if step.data["factor"] not in gone]
    return "\n".join(said)


def _action(step: Step, tell: Telling) -> list[str]:
    return [
        tell.private(step.texts.get("text")),
        tell.name(f"person:{step.data['owner']}"),
        step.data["due_on"],
    ]


def _review_signature(step: Step, ref: str, tell: Telling) -> Facts:
    """Return the signature on a review, with the meaning that the page says before one signs."""
    return {
        "role": "Reviewer",
        "subject": "The review",
        "name": tell.name(step.actor),
        "decision": "Signed",
        "rejected": False,
        "at": say.utc(step.at, seconds=True),
        "meaning": f"This review tells what happened to {ref}, as far as I know.",
        "method": "",
        "revision": "",
        "note": "",
        "leaf": f"{step.leaf:,}",
        "digest": step.data["digest"],
    }


def _denial(step: Step, tell: Telling) -> list[str]:
    reason = tell.private(step.texts["reason"]) if "reason" in step.texts else ""
    return [say.utc(step.at, seconds=True), tell.name(step.actor), str(step.data["action"]), reason]


def _entry(step: Step, tell: Telling) -> list[str]:
    at = say.utc(step.at, seconds=True).removesuffix(" UTC")
    return [f"{step.leaf:,}", at, tell.name(step.actor), step.event, say.event(step)]
