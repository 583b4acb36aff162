"""The forms of the wizard: rows that grow and shrink, and what each step asks."""

from apps.web.forms.wizard.items import NEW, ItemForm, Movable
from apps.web.forms.wizard.rows import Answers, Row, RowForm, typed, typed_rows
from apps.web.forms.wizard.steps import (
    CriterionForm,
    FindForm,
    HowBackForm,
    ImpactForm,
    MetricForm,
    NoteForm,
    RiskForm,
    StepForm,
    WhenForm,
    WhyForm,
)

__all__ = [
    "NEW",
    "Answers",
    "CriterionForm",
    "FindForm",
    "HowBackForm",
    "ImpactForm",
    "ItemForm",
    "MetricForm",
    "Movable",
    "NoteForm",
    "RiskForm",
    "Row",
    "RowForm",
    "StepForm",
    "WhenForm",
    "WhyForm",
    "typed",
    "typed_rows",
]
