from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "apps.playbooks"
    label = "playbooks"

    def ready(self) -> None:
        from apps.lifecycle.machine import register
        from apps.playbooks.models import Course, Document, Drill, Playbook, Template
        from apps.playbooks.rules import DOCUMENT_TRANSITIONS, DRILL_TRANSITIONS, USE_TRANSITIONS

        register(Template, "template", USE_TRANSITIONS)
        register(Document, "document", DOCUMENT_TRANSITIONS)
        register(Playbook, "playbook", USE_TRANSITIONS)
        register(Drill, "drill", DRILL_TRANSITIONS)
        register(Course, "course", USE_TRANSITIONS)
