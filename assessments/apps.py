from django.apps import AppConfig
from django.core import checks


class AssessmentsConfig(AppConfig):
    name = "assessments"

    def ready(self) -> None:
        from assessments import sign_ins  # noqa: F401, PLC0415 (models are loaded only now; it listens to sign-ins)
        from assessments.checks import check_issued, check_trail  # noqa: PLC0415

        checks.register(check_trail, checks.Tags.database)
        checks.register(check_issued, checks.Tags.database)
