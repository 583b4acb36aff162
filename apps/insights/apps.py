from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "apps.insights"
    label = "insights"

    def ready(self) -> None:
        """Let the mail of a digest say how to leave it, and have a briefing follow its round."""
        from apps.approvals.services import on_signed
        from apps.insights.selectors.papers import BRIEFING
        from apps.insights.services import digests, mailing, writing
        from apps.outbox import handlers

        handlers.add_to_mail(digests.RULE, digests.line_of_leaving)
        handlers.add_to_mail(mailing.RULE, mailing.line_of_leaving)
        on_signed(BRIEFING, writing.follow_briefing_round)
