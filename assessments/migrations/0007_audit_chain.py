"""The audit trail becomes a chain of hashes that the database guards. Rows that are there are chained in their order."""

from datetime import UTC

import django.db.models.deletion
from django.db import migrations, models

import assessments.models.audit
from assessments import append_only, chain

BATCH = 1000


def chain_what_is_there(apps, _schema_editor):
    """Nobody knows where these rows came from; what they say of the other new columns is "", as it is hashed."""
    events = apps.get_model("assessments", "AuditEvent").objects
    last, position, newest = 0, 0, chain.FIRST
    while rows := list(events.filter(pk__gt=last).order_by("pk")[:BATCH]):
        for row in rows:
            position += 1
            row.position = position
            row.content_hash = chain.content_hash(content_of(row))
            row.previous_hash = newest
            row.hash = newest = chain.linked(newest, row.content_hash)
        events.bulk_update(rows, ["position", "content_hash", "previous_hash", "hash"])
        last = rows[-1].pk


def content_of(row):
    return {
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": row.actor_id,
        "action": row.action,
        "organization": row.organization_id,
        "assessment": str(row.assessment_id) if row.assessment_id else None,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "subject": row.subject,
        "source": row.source,
        "save_id": str(row.save_id) if row.save_id else None,
        "detail": row.detail,
    }


class Migration(migrations.Migration):
    dependencies = [("assessments", "0006_peers")]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="object_type",
            field=models.CharField(blank=True, help_text="Such as “assessments.membership”.", max_length=100),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="object_id",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="source",
            field=models.CharField(
                blank=True, help_text="The IP address it came from; empty for commands.", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="position",
            field=models.BigIntegerField(help_text="In the chain, from 1; set at the commit.", null=True, unique=True),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="content_hash",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="auditevent",
            name="previous_hash",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="auditevent",
            name="hash",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AlterField(
            model_name="auditevent",
            name="organization",
            field=assessments.models.audit.OnceForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="assessments.organization",
            ),
        ),
        migrations.AddIndex(
            model_name="auditevent",
            index=models.Index(fields=["at"], name="audit_at"),
        ),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="auditevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("content_hash", ""), _negated=True), name="audit_content_is_hashed"
            ),
        ),
        migrations.RunPython(append_only.install, append_only.remove),
    ]
