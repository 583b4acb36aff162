from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "apps.playbooks"
    label = "playbooks"

    def ready(self) -> None:
        from apps.lifecycle.machine import register
        from apps.playbooks.models import Course, Document, Drill, Playbook, Template
        from apps.playbooks.rules import (
            COURSE_TRANSITIONS,
            DOCUMENT_TRANSITIONS,
            DRILL_TRANSITIONS,
            PLAYBOOK_TRANSITIONS,
            TEMPLATE_TRANSITIONS,
        )

        register(Template, "template", TEMPLATE_TRANSITIONS)
        register(Document, "document", DOCUMENT_TRANSITIONS)
        register(Playbook, "playbook", PLAYBOOK_TRANSITIONS)
        register(Drill, "drill", DRILL_TRANSITIONS)
        register(Course, "course", COURSE_TRANSITIONS)
