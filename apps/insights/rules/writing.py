"""What a person writes on a briefing: what can be kept, and what can be published. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from apps.insights.rules.paper import HEADINGS, WORD_LIMIT, Briefing, Measure, Part, measure_of
from apps.insights.rules.readability import GRADE_LIMIT

LONGEST = 2_000
LONGEST_LINE = 200
LINES = ("title", "heading")
TEXTS = ("decision", *HEADINGS)


@dataclass(frozen=True)
class Words:
    """The words of a briefing: its title, the question with what to know of it, and its parts by their keys.

    ``figures`` are the places, from 0, of the numbers that stay. A number can be left out, and never typed: it is
    counted.
    """

    title: str
    heading: str
    decision: str
    parts: Mapping[str, str]
    figures: tuple[int, ...]


def words_of(briefing: Briefing) -> Words:
    """Return the words of a briefing, with all its numbers."""
    return Words(
        briefing.title,
        briefing.decision.heading,
        briefing.decision.text,
        {part.key: part.text for part in briefing.parts},
        tuple(range(len(briefing.figures))),
    )


def with_words(generated: Briefing, words: Words) -> Briefing:
    """Return a briefing with the facts and numbers as they are now, in a person's words."""
    return replace(
        generated,
        title=_clean(words.title),
        decision=replace(generated.decision, heading=_clean(words.heading), text=_clean(words.decision)),
        parts=tuple(Part(key, _clean(words.parts.get(key, ""))) for key in HEADINGS),
        figures=tuple(one for index, one in enumerate(generated.figures) if index in words.figures),
    )


def measure_words(words: Words, names: tuple[str, ...]) -> Measure:
    """Return the measure of words that are being written."""
    parts = [Part(key, _clean(words.parts.get(key, ""))) for key in HEADINGS]
    return measure_of([_clean(words.heading), _clean(words.decision)], parts, names)


def problems_of(words: Words) -> dict[str, list[str]]:
    """Return what keeps words from being kept, by field."""
    given = {"title": words.title, "heading": words.heading, "decision": words.decision, **words.parts}
    found: dict[str, list[str]] = {}
    for name in (*LINES, *TEXTS):
        text, limit = given.get(name, ""), LONGEST_LINE if name in LINES else LONGEST
        if "\x00" in text:
            found[name] = ["Take out the null character: it cannot be stored."]
        elif not text.strip():
            found[name] = ["Write this part. Where nothing is known, say so."]
        elif len(text) > limit:
            found[name] = [f"Shorten this to {limit:,} characters. It has {len(text):,}."]
    return found


def unpublishable(briefing: Briefing, because: str) -> dict[str, list[str]]:
    """Return what keeps a briefing from going out to be signed. ``because`` lets one go that is hard to read."""
    measure = briefing.measure
    found = {}
    if measure.words > WORD_LIMIT:
        found["words"] = [f"It has {measure.words} words. A briefing has {WORD_LIMIT} at most."]
    if measure.grade > GRADE_LIMIT and not because.strip():
        found["because"] = [
            f"It reads at grade {measure.grade:g}, and {GRADE_LIMIT} is the limit. "
            "Split the sentences below, or say why it must go out as it is."
        ]
    return found


def _clean(text: str) -> str:
    return " ".join(text.split())
