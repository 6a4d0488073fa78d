"""Figures are kept by due date, too; those there are were made under one that has not been recorded: the present one."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import OuterRef, Subquery


def take_present_due_dates(apps: Apps, _: BaseDatabaseSchemaEditor) -> None:
    cycles = apps.get_model("assessments", "Cycle").objects.filter(pk=OuterRef("cycle"))
    apps.get_model("assessments", "PeerFigures").objects.update(due_on=Subquery(cycles.values("due_on")[:1]))


class Migration(migrations.Migration):
    dependencies = [("assessments", "0009_tallies")]

    operations = [
        migrations.RemoveConstraint(model_name="peerfigures", name="peer_figures_once_per_cycle_and_rubric"),
        migrations.AddField(
            model_name="peerfigures",
            name="due_on",
            field=models.DateField(help_text="The cycle's due date when they were made.", null=True),
        ),
        migrations.RunPython(take_present_due_dates, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="peerfigures",
            name="due_on",
            field=models.DateField(help_text="The cycle's due date when they were made."),
        ),
        migrations.AddConstraint(
            model_name="peerfigures",
            constraint=models.UniqueConstraint(
                fields=("cycle", "rubric", "due_on"), name="peer_figures_once_per_cycle_rubric_and_due_date"
            ),
        ),
    ]
