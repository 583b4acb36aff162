from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "apps.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Give reviews their machine, and hang them on the end of every change."""
        from apps.changes.models import Change
        from apps.lifecycle.machine import Transition, add_effect, add_guard, register
        from apps.outbox import handlers
        from apps.reviews.enums import ReviewState
        from apps.reviews.models import Review
        from apps.reviews.selectors import may_close_change
        from apps.reviews.services import feedback, review_ended_change
        from apps.reviews.services.signing import finish_its_drill

        register(
            Review,
            "review",
            [Transition("sign", frozenset({ReviewState.OPEN}), ReviewState.SIGNED, "signed")],
        )
        for event in ("complete", "roll_back", "fail"):
            add_effect(Change, event, review_ended_change)
        add_effect(Review, "sign", finish_its_drill)
        add_guard(Change, "close", may_close_change)
        handlers.register(feedback.ASK_FEEDBACK, feedback.ask_waiting)
