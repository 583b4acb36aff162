"""How hard a text is to read, as a school grade.

Source: Kincaid, Fishburne, Rogers and Chissom, 1975:
0.39 × words per sentence + 11.8 × syllables per word − 15.59.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.insights.rules.grammar import sentences

GRADE_GOAL = 9
GRADE_LIMIT = 12
"""Above it, nothing is published unless somebody says why."""
SENTENCE_GOAL = 25
"""The most words in one sentence."""
SHORT = 8
"""A sentence with fewer words is not graded alone: one long name would fail it."""

_REFERENCE = re.compile(r"\b(?:[A-Z]{2,5}-\d+|[a-z_]+:[\w.-]+/[\w.-]+|[0-9a-f]{8,64})\b")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:['’][A-Za-z]+)?|\d[\d.,:]*")
_VOWELS = re.compile(r"[aeiouyà-öø-ÿ]+")
_SILENT = re.compile(r"(?:[^laeiouyscgxzh]es|[^aeiouytd]ed|[^laeiouy]e|[^aeiouy]ely)$")
_TWO_BEATS = re.compile(r"i(?:a|o(?!n)|u)|[aeiou]ing$|deo|ua[lt]|ea(?:$|te|ti)")


def grade(text: str, *, names: Iterable[str] = ()) -> float:
    """Return the Flesch-Kincaid grade of a text, to one decimal; 0 for no words.

    ``names`` (of metrics and components) and ids are what they are, so they count as one easy word each.
    """
    parts = sentences(_without_names(text, names))
    words = [word for part in parts for word in _WORD.findall(part)]
    if not words:
        return 0.0
    beats = sum(syllables(word) for word in words)
    return max(0.0, round(0.39 * len(words) / len(parts) + 11.8 * beats / len(words) - 15.59, 1))


@dataclass(frozen=True)
class Failing:
    """A sentence that should be mended, and why."""

    text: str
    why: str


def failing_sentences(text: str, *, names: Iterable[str] = ()) -> list[Failing]:
    """Return the sentences with more words than ``SENTENCE_GOAL``, and those that read above ``GRADE_LIMIT``."""
    names = list(names)
    found = []
    for part in sentences(text):
        words, hard = len(_WORD.findall(_without_names(part, names))), grade(part, names=names)
        if words > SENTENCE_GOAL:
            found.append(Failing(part, f"{words} words; at most {SENTENCE_GOAL}"))
        elif words >= SHORT and hard > GRADE_LIMIT:
            found.append(Failing(part, f"reads at grade {hard:.0f}; use shorter words"))
    return found


def syllables(word: str) -> int:
    """Return how many beats a word has: its groups of vowels, less a silent ending, plus vowels said apart.

    It is right for nine words in ten of plain English, which is enough for a mean. Hyphenation patterns
    would count less: they leave out breaks near the ends of words.
    """
    word = word.lower().replace("’", "'").removesuffix("'s")
    if not word[:1].isalpha():
        return 1
    beats = len(_VOWELS.findall(word)) - bool(_SILENT.search(word)) + len(_TWO_BEATS.findall(word))
    return max(1, beats)


def _without_names(text: str, names: Iterable[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        if name:
            text = text.replace(name, "it")
    return _REFERENCE.sub("it", text)
