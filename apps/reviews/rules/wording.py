"""Words that look for who was at fault, and another way to say the same.

After the blameless postmortem of Google's Site Reliability Engineering, chapter 15, and the Etsy debriefing
facilitation guide: ask how it made sense and what in the system let it happen, not who did it. A hint is advice: it
keeps nobody from saving or signing.
"""

import re
from dataclasses import dataclass

_WAYS = (
    (
        r"human error|operator error|user error|pilot error|menschliches versagen",
        "Say what made the slip easy to make and hard to see, such as two screens that look alike.",
    ),
    (
        r"(?:was|were|is|are) (?:at fault|to blame|careless|negligent|reckless|lazy|incompetent)|blames?|blamed|"
        r"(?:his|her|their|whose) fault|fault of",
        "Say what the person knew and saw then, and what in the system let it pass.",
    ),
    (
        r"should(?: have|['’]ve)|shouldn['’]t have|should not have|could have|ought to have|if only",
        "Say what happened, and what would make the better way the easy one. We know the end now; nobody did then.",
    ),
    (
        r"(?:forgot|neglected|didn['’]t bother|did not bother) to",
        "Say what would have reminded or stopped anyone in the same place.",
    ),
    (
        r"(?:careless|negligent|reckless|lazy|stupid|sloppy|incompetent)(?:ly|ness)?|obvious mistake|"
        r"(?:his|her|their) mistake",
        "Describe the conditions: the time, the tools, what was known.",
    ),
)
_FOUND = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), way) for words, way in _WAYS]
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
LONGEST = 200


@dataclass(frozen=True)
class Hint:
    """A sentence that looks for who was at fault, the words that do it, and another way to say it."""

    sentence: str
    words: str
    instead: str


def hints_in(*texts: str) -> list[Hint]:
    """Return one hint for each sentence that looks for who was at fault, in the order of the texts."""
    sentences = (found[0].strip() for text in texts for found in _SENTENCE.finditer(text))
    return [hint for sentence in sentences if sentence and (hint := _hint(sentence))]


def _hint(sentence: str) -> Hint | None:
    for words, instead in _FOUND:
        if match := words.search(sentence):
            shown = sentence if len(sentence) <= LONGEST else f"{sentence[:LONGEST]}…"
            return Hint(shown, match[0], instead)
    return None
