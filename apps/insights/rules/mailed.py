"""A briefing as plain text, for a mail. Pure."""

from apps.insights.rules.paper import Briefing


def mailed_text(briefing: Briefing, span: str, signed: str) -> str:
    """Return the briefing in its fixed order, each part under its heading. ``signed`` says who stands behind it."""
    decision = briefing.decision
    by = f"Decision needed by {decision.by_text}.\n" if decision.by_text else ""
    numbers = "\n".join(f"- {one.value} {one.label} ({_lower(one.comparator)})" for one in briefing.figures)
    parts = [f"{part.heading}\n{part.text}" for part in briefing.parts]
    told = [span, f"{by}{decision.heading}\n{decision.text}", numbers, *parts]
    told.append(signed or "This says what the facts say. Nobody has signed it.")
    return "\n\n".join(part for part in told if part)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
