from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "apps.exports"
    label = "exports"

    def ready(self) -> None:
        from apps.exports import services
        from apps.outbox import handlers

        handlers.register("export", services.queue_writing)
