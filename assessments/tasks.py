"""What is done in the background; TASKS_BACKEND says by whom."""

from django_tasks import task

from assessments import notices, zips
from assessments.models import Assessment


@task()
def make_zip(job: int, attempt: int) -> None:
    """Make the ZIP of an `ExportJob`."""
    zips.make(job, attempt)


@task()
def mail_notices(assessment: str) -> None:
    """Mail whose turn it is now that the state of the assessment with this id has changed."""
    notices.send(Assessment.objects.select_related("organization", "cycle").get(pk=assessment))
