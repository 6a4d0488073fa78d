"""Links by which someone outside reads one sealed submission, and who came by them."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("assessments", "0011_issued_papers"),
    ]

    operations = [
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(help_text="For whom it is.", max_length=100)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("passphrase", models.CharField(blank=True, default="", editable=False, max_length=128)),
                (
                    "shows_texts",
                    models.BooleanField(
                        default=False,
                        help_text="Whether rationales, evidence, comments and names are shown, too, and the PDF.",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(help_text="How long it works from when it was made.")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scorecard",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="share_links",
                        to="assessments.scorecard",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="ShareVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("page", "Read the result"),
                            ("pdf", "Fetched the scorecard (PDF)"),
                            ("asked", "Was asked for the passphrase"),
                            ("wrong", "Typed a wrong passphrase"),
                        ],
                        max_length=20,
                    ),
                ),
                ("network", models.CharField(blank=True, max_length=50)),
                (
                    "client",
                    models.CharField(
                        choices=[
                            ("chrome", "Chrome"),
                            ("edge", "Edge"),
                            ("firefox", "Firefox"),
                            ("safari", "Safari"),
                            ("other", "Another browser"),
                            ("program", "A program, such as a mail scanner"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="assessments.sharelink"
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="share_link_says_for_whom"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length("token_hash"), 64),
                name="share_link_token_is_hashed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(("passphrase", ""), ("passphrase__contains", "$"), _connector="OR"),
                name="share_link_passphrase_is_hashed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(("days__range", (1, 365))), name="share_link_ends_within_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharelink",
            constraint=models.CheckConstraint(
                condition=models.Q(("revoked_by", None), ("revoked_at__isnull", False), _connector="OR"),
                name="share_link_revoked_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="sharevisit",
            index=models.Index(fields=["link", "-at"], name="share_visit_log"),
        ),
        migrations.AddConstraint(
            model_name="sharevisit",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["page", "pdf", "asked", "wrong"])), name="share_visit_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="sharevisit",
            constraint=models.CheckConstraint(
                condition=models.Q(("client__in", ["chrome", "edge", "firefox", "safari", "other", "program"])),
                name="share_visit_client_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="sharevisit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("network", ""), ("network__endswith", "/24"), ("network__endswith", "/48"), _connector="OR"
                ),
                name="share_visit_network_is_cut_short",
            ),
        ),
    ]
