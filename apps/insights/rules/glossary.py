"""Words of the trade, and what to say instead. Pure.

An entry that ``fits`` takes the place of its word in any sentence, so briefings say it by themselves. The others
would not always read well, so they are shown to whoever writes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from apps.insights.rules.grammar import capital


@dataclass(frozen=True)
class Entry:
    """A word, and what to say instead. Plurals are entries of their own, so that each replacement is grammar."""

    word: str
    plain: str
    fits: bool = True


GLOSSARY = (
    Entry("approximately", "about"),
    Entry("commence", "start"),
    Entry("deploy", "release"),
    Entry("deployed", "released"),
    Entry("deployment", "release"),
    Entry("deployments", "releases"),
    Entry("end users", "people who use it"),
    Entry("false negatives", "misses"),
    Entry("false positives", "false alarms"),
    Entry("feature set", "set of signals"),
    Entry("feature sets", "sets of signals"),
    Entry("held-out", "unseen"),
    Entry("hyperparameters", "training settings"),
    Entry("in order to", "to"),
    Entry("in production", "in use"),
    Entry("latency", "waiting time"),
    Entry("leverage", "use"),
    Entry("mitigate", "lessen"),
    Entry("outage", "time out of service"),
    Entry("prior to", "before"),
    Entry("remediate", "mend"),
    Entry("rollback", "way back"),
    Entry("stakeholders", "those it concerns"),
    Entry("sufficient", "enough"),
    Entry("terminate", "end"),
    Entry("utilise", "use"),
    Entry("via", "through"),
    Entry("alias", "the pointer to the version in use", fits=False),
    Entry("AUC", "how well it tells good cases from bad, where 1 is perfect", fits=False),
    Entry("backfill", "to fill in past data", fits=False),
    Entry("canary", "a first small share of the traffic", fits=False),
    Entry("challenger", "the model that is tried", fits=False),
    Entry("champion", "the model in use", fits=False),
    Entry("drift", "the data has changed since training", fits=False),
    Entry("inference", "what the model says of a case", fits=False),
    Entry("KPI", "what we measure", fits=False),
    Entry("overfitting", "the model has learned the past by heart", fits=False),
    Entry("p95", "for all but the slowest 5 in 100", fits=False),
    Entry("p99", "for all but the slowest 1 in 100", fits=False),
    Entry("regression", "something that worked before and no longer does", fits=False),
    Entry("retrain", "train again, with newer data", fits=False),
    Entry("schema", "which fields the data has", fits=False),
    Entry("shadow", "it runs beside the one in use, and nobody acts on what it says", fits=False),
    Entry("SLA", "what we have agreed to", fits=False),
    Entry("SLO", "what we promise of a service", fits=False),
    Entry("throughput", "how much it gets through", fits=False),
)

_BY_WORD = {entry.word.lower(): entry for entry in GLOSSARY}
_WORDS = re.compile(
    r"(?<![\w-])(" + "|".join(sorted(map(re.escape, _BY_WORD), key=len, reverse=True)) + r")(?![\w-])",
    re.IGNORECASE,
)


_MEASURES = (
    (r"(?:roc[ _-]?)?auc", "score for telling good cases from bad"),
    (r"held[ _-]out", "on new data"),
    (r"ece", "gap between the chance it gives and what happens"),
    (r"psi", "how far the data has moved"),
    (r"rmse", "how far it is off"),
    (r"ndcg", "score for the order of a list"),
    (r"log[ _-]?loss", "penalty for being sure and wrong"),
    (r"f1", "score for finding cases without false alarms"),
)
_MEASURE_WORDS = [
    (re.compile(rf"(?<![\w-])(?:{word})(?![\w-])", re.IGNORECASE), plain) for word, plain in _MEASURES
]


def measure_in_plain_words(name: str) -> str:
    """Return the name of a measure as whoever pays for it reads it: “AUC, held out” by what it tells."""
    for word, plain in _MEASURE_WORDS:
        name = word.sub(plain, name)
    return capital(in_plain_words(name))


def jargon_in(text: str, *, names: Iterable[str] = ()) -> list[Entry]:
    """Return the words of the trade in a text, each once, in their order. Names are what they are."""
    found = (_BY_WORD[match[1].lower()] for match in _WORDS.finditer(_hidden(text, names)))
    return list(dict.fromkeys(found))


def in_plain_words(text: str, *, names: Iterable[str] = ()) -> str:
    """Return a text with each word of the trade replaced that can be, and its names as they are."""
    parts = _split_at(text, names)
    return "".join(part if is_name else _WORDS.sub(_plain, part) for part, is_name in parts)


def _plain(match: re.Match[str]) -> str:
    entry = _BY_WORD[match[1].lower()]
    if not entry.fits:
        return match[0]
    return capital(entry.plain) if match[0][0].isupper() else entry.plain


def _hidden(text: str, names: Iterable[str]) -> str:
    return "".join(" " if is_name else part for part, is_name in _split_at(text, names))


def _split_at(text: str, names: Iterable[str]) -> list[tuple[str, bool]]:
    """Return the text in parts, and of each whether it is a name."""
    known = sorted({name for name in names if name}, key=len, reverse=True)
    if not known:
        return [(text, False)]
    found = re.split("(" + "|".join(map(re.escape, known)) + ")", text)
    return [(part, index % 2 == 1) for index, part in enumerate(found)]
