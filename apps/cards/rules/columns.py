"""The columns of those fields of a card that are rows."""

from apps.cards.rules.kinds import Column, Kind

SPLITS = (
    ("training", "Training"),
    ("validation", "Validation"),
    ("test", "Test"),
    ("other", "Something else"),
)

AUTHORS = (Column("name", "Name", needed=True), Column("contact", "How to reach them"))

LICENCES = (
    Column("identifier", "Licence"),
    Column("link", "Address of its text"),
    Column("text", "Its text", Kind.MARKDOWN),
)

CITATIONS = (
    Column("style", "Style, such as BibTeX"),
    Column("citation", "How to cite it", Kind.MARKDOWN, needed=True),
)

PORTS = (Column("name", "Name"), Column("format", "Format", needed=True))

DATASETS = (
    Column("name", "Name", needed=True),
    Column("link", "Address"),
    Column("revision", "Revision or digest"),
    Column("split", "Used for", Kind.CHOICE, choices=SPLITS),
    Column("classification", "Classification"),
    Column("sensitive", "Sensitive fields", Kind.LIST),
    Column("governance", "Who answers for it"),
    Column("description", "What it is", Kind.MARKDOWN),
)

METRICS = (
    Column("name", "Metric", needed=True),
    Column("slice", "Group"),
    Column("value", "Value", Kind.NUMBER),
    Column("low", "Interval from", Kind.NUMBER),
    Column("high", "Interval to", Kind.NUMBER),
    Column("sample_size", "Cases", Kind.COUNT),
    Column("dataset", "Dataset"),
    Column("split", "Part of it"),
    Column("task", "Task"),
    Column("source", "Source"),
)

ETHICAL_RISKS = (
    Column("name", "Risk", needed=True),
    Column("mitigation", "What is done about it", Kind.MARKDOWN),
)

FAIRNESS = (
    Column("group", "Group at risk", needed=True),
    Column("benefits", "What it gains", Kind.MARKDOWN),
    Column("harms", "What could harm it", Kind.MARKDOWN),
    Column("mitigation", "What is done about it", Kind.MARKDOWN),
)

TRIGGERS = (
    ("schedule", "Time that passes"),
    ("drift", "Data that drift"),
    ("performance", "Performance that moves"),
    ("regulation", "A rule that changes"),
    ("event", "Something else that happens"),
)

UNITS = (("day", "days"), ("week", "weeks"), ("month", "months"), ("year", "years"))

RETRAINING = (
    Column("kind", "What makes it due", Kind.CHOICE, needed=True, choices=TRIGGERS),
    Column("what", "Which one: the measure, the rule, or what happens"),
    Column("beyond", "Due when it is", Kind.CHOICE, choices=(("above", "above"), ("below", "below"))),
    Column("threshold", "Threshold", Kind.NUMBER),
    Column("every", "Every", Kind.COUNT),
    Column("unit", "Unit of time", Kind.CHOICE, choices=UNITS),
)
"""A schedule has ``every`` and ``unit``; drift and performance have ``what``, ``beyond`` and ``threshold``; a rule and
an event have ``what``."""

GATE_RESULTS = (
    Column("check", "Check", needed=True),
    Column("verdict", "Verdict"),
    Column("measured", "What was found"),
    Column("needed", "What is needed"),
    Column("at", "When"),
    Column("digest", "SHA-256 of what was judged"),
    Column("link", "Record"),
)

APPROVALS = (
    Column("role", "Role", needed=True),
    Column("person", "Who signed"),
    Column("decision", "Decision"),
    Column("at", "When"),
    Column("digest", "SHA-256 that was signed"),
    Column("link", "Record"),
)
