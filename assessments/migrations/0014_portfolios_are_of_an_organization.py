"""Whose a portfolio is that was handed out, and as of when. Of those handed out before, neither was kept."""

import django.db.models.deletion
from django.db import migrations, models

from assessments import issued_only_added


class Migration(migrations.Migration):
    dependencies = [("assessments", "0013_share_visits_of_briefs")]

    # SQLite forgets the triggers when the constraint makes it rebuild the table, there and back.
    operations = [
        migrations.RunPython(migrations.RunPython.noop, issued_only_added.install),
        migrations.AddField(
            model_name="issuedpaper",
            name="organization",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="assessments.organization",
            ),
        ),
        migrations.AddField(model_name="issuedpaper", name="as_of", field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name="issuedpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("as_of", None), ("organization", None)),
                    models.Q(("as_of__isnull", False), ("organization__isnull", False)),
                    _connector="OR",
                ),
                name="issued_of_organization_as_of",
            ),
        ),
        migrations.RunPython(issued_only_added.install, migrations.RunPython.noop),
    ]
