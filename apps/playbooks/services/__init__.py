"""Writing templates, documents, playbooks and courses.

- ``add_template``, ``write_template``, ``retire_template``: what is asked. ``load_templates``: what the portal ships.
- ``start_document``, ``save_document``, ``move_document``, ``finish_document``: what is answered.
- ``add_playbook``, ``write_playbook``, ``retire_playbook``: what people do when something happens.
- ``place_playbook``: where it is pointed out. ``acknowledge_playbook``: who has read it.
- ``plan_drill``, ``begin_drill``, ``finish_drill``, ``end_drill_early``: rehearsals of a playbook.
- ``add_course``, ``write_course``, ``retire_course``: what people of a role must know.
- ``record_completions``, ``confirm_course``, ``withdraw_completion``: who knows it. ``remind_of_training``: until when.
"""

from apps.playbooks.services.builtin import load_templates
from apps.playbooks.services.completions import (
    confirm_course,
    record_completions,
    remind_of_training,
    withdraw_completion,
)
from apps.playbooks.services.courses import add_course, retire_course, write_course
from apps.playbooks.services.documents import finish_document, move_document, save_document, start_document
from apps.playbooks.services.drills import begin_drill, end_drill_early, finish_drill, plan_drill
from apps.playbooks.services.playbooks import add_playbook, place_playbook, retire_playbook, write_playbook
from apps.playbooks.services.readings import acknowledge_playbook
from apps.playbooks.services.templates import add_template, retire_template, write_template

__all__ = [
    "begin_drill",
    "end_drill_early",
    "finish_drill",
    "plan_drill",
    "add_course",
    "confirm_course",
    "record_completions",
    "remind_of_training",
    "retire_course",
    "withdraw_completion",
    "write_course",
    "acknowledge_playbook",
    "place_playbook",
    "add_playbook",
    "retire_playbook",
    "write_playbook",
    "add_template",
    "finish_document",
    "load_templates",
    "move_document",
    "retire_template",
    "save_document",
    "start_document",
    "write_template",
]
