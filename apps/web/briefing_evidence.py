"""What a sponsor judges a version of a briefing by."""

from apps.accounts.models import User
from apps.insights.rules.paper import briefing_of, moved
from apps.insights.selectors import about_for, briefing_about, version_for
from apps.web.evidence import Block, Facts, Prose, Table


def briefing_evidence(user: User, ref: str) -> list[Block]:
    """Return what is signed of a version such as BRF-3: its words and numbers; and what has moved since."""
    version = version_for(user, int(ref.removeprefix("BRF-")))
    about = about_for(user, version.about) if version else None
    if version is None or about is None:
        return []
    written = briefing_of(version.document)
    read = f"{written.measure.words} words, reading grade {written.measure.grade:.0f}"
    numbers = [[one.value, one.label, one.comparator] for one in written.figures]
    since = moved(written.facts, briefing_about(user, about).facts)
    blocks: list[Block] = [
        Facts("The briefing", [("On", about.ref), ("Reads", read), ("Written by", str(version.author))]),
        Prose(written.decision.heading, written.decision.text),
        *(Prose(part.heading, part.text) for part in written.parts),
    ]
    if numbers:
        blocks.append(Table("Its numbers", ["Number", "What it is", "Compared with"], numbers))
    if version.hard_because:
        blocks.append(Prose("Why it goes out though it is hard to read", version.hard_because))
    if since:
        rows = [[one.label, one.before or "Not given", one.now or "Not given"] for one in since]
        blocks.append(Table("What has moved since it was written", ["What", "Then", "Now"], rows))
    return blocks
