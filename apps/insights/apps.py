from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "apps.insights"
    label = "insights"

    def ready(self) -> None:
        """Let the mail of a digest say how to leave it."""
        from apps.insights.services import digests
        from apps.outbox import handlers

        handlers.add_to_mail(digests.RULE, digests.line_of_leaving)
