from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import pre_save


class RubricConfig(AppConfig):
    name = "rubric"
    verbose_name = "Maturity models"

    def ready(self) -> None:
        from rubric.checks import check_published, refuse_incomplete  # noqa: PLC0415 (models are loaded only now)

        checks.register(check_published, checks.Tags.database)
        pre_save.connect(refuse_incomplete, sender="rubric.Publication")
