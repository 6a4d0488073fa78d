from django.db import migrations

from rubric import immutability


class Migration(migrations.Migration):
    dependencies = [("rubric", "0001_initial")]

    operations = [migrations.RunPython(immutability.install, immutability.remove)]
