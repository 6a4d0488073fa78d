"""What is done in the background; TASKS_BACKEND says by whom."""

from django_tasks import task

from assessments import zips


@task()
def make_zip(job: int, attempt: int) -> None:
    """Make the ZIP of an `ExportJob`."""
    zips.make(job, attempt)
