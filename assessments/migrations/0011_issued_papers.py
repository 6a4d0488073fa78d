"""The digest of every sealed PDF that is handed out. Those handed out before were not noted and stay unknown."""

import django.db.models.deletion
from django.db import migrations, models

from assessments import issued_only_added


class Migration(migrations.Migration):
    dependencies = [("assessments", "0010_peer_figures_by_due_date")]

    operations = [
        migrations.CreateModel(
            name="IssuedPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                (
                    "kind",
                    models.CharField(
                        choices=[("scorecard", "Scorecard"), ("brief", "Brief"), ("portfolio", "Portfolio report")],
                        max_length=20,
                    ),
                ),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                (
                    "scorecard",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="assessments.scorecard",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["scorecard", "brief", "portfolio"])),
                        name="issued_paper_kind_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256", ""), _negated=True), name="issued_paper_has_digest"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "scorecard"), _negated=True),
                            ("scorecard__isnull", False),
                            _connector="OR",
                        ),
                        name="issued_scorecard_is_of_one",
                    ),
                ],
            },
        ),
        migrations.RunPython(issued_only_added.install, issued_only_added.remove),
    ]
