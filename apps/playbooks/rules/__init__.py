"""What templates ask and playbooks say, how answers are read, judged and moved, and who may write them."""

from apps.playbooks.rules.answers import COUNT, Content, cleaned, posted, read, said, without_blank_rows
from apps.playbooks.rules.checking import Path, Problem, field_at, problems_in
from apps.playbooks.rules.comparing import Difference, differences_between, in_words
from apps.playbooks.rules.drills import (
    DRILL_TRANSITIONS,
    may_cancel_drill,
    may_plan_drills,
    may_start_drill,
)
from apps.playbooks.rules.editing import Unfit, editor_content, editor_schema, schema_from_editor
from apps.playbooks.rules.lives import (
    DOCUMENT_TRANSITIONS,
    TEMPLATE_TRANSITIONS,
    may_edit_templates,
    may_write_document,
    may_write_documents,
    statement,
)
from apps.playbooks.rules.moving import Moved, moved
from apps.playbooks.rules.playbooks import (
    CONTENT,
    PLAYBOOK_TRANSITIONS,
    Branch,
    as_answers,
    as_content,
    blanks_in,
    cleaned_content,
    counted,
    may_write_playbooks,
    playbook_differences,
    playbook_schema,
    tree_of,
    wrong_with_playbook,
)
from apps.playbooks.rules.schema import MOST_ROWS, Field, Schema, Shape, shape_of

__all__ = [
    "DRILL_TRANSITIONS",
    "may_cancel_drill",
    "may_plan_drills",
    "may_start_drill",
    "CONTENT",
    "PLAYBOOK_TRANSITIONS",
    "Branch",
    "as_answers",
    "as_content",
    "blanks_in",
    "cleaned_content",
    "counted",
    "may_write_playbooks",
    "playbook_differences",
    "playbook_schema",
    "tree_of",
    "wrong_with_playbook",
    "COUNT",
    "DOCUMENT_TRANSITIONS",
    "MOST_ROWS",
    "TEMPLATE_TRANSITIONS",
    "Content",
    "Difference",
    "Field",
    "Moved",
    "Path",
    "Problem",
    "Schema",
    "Shape",
    "Unfit",
    "cleaned",
    "differences_between",
    "editor_content",
    "editor_schema",
    "field_at",
    "in_words",
    "may_edit_templates",
    "may_write_document",
    "may_write_documents",
    "moved",
    "posted",
    "problems_in",
    "read",
    "said",
    "schema_from_editor",
    "shape_of",
    "statement",
    "without_blank_rows",
]
