"""A new draft from a rubric that can't be changed any more."""

from itertools import count

from django.db import transaction

from rubric.models import Activity, Anchor, Area, Descriptor, Level, Question, Rubric

VERSION_LENGTH = Rubric._meta.get_field("version").max_length or 0


def copy_as_draft(rubric: Rubric, *, version: str = "") -> Rubric:
    """A draft with the whole content of `rubric`; its version is `version`, or made from the old one."""
    with transaction.atomic():
        source = Rubric.objects.with_content().get(pk=rubric.pk)
        draft = Rubric.objects.create(
            code=source.code,
            version=version or _free_version(source),
            name=source.name,
            source=source.source,
            required_share=source.required_share,
            max_shortfall=source.max_shortfall,
        )
        Level.objects.bulk_create(
            Level(rubric=draft, number=level.number, name=level.name, scope=level.scope)
            for level in source.levels.all()
        )
        for area in source.areas.all():
            _copy_area(area, draft)
    return draft


def _free_version(rubric: Rubric) -> str:
    taken = set(Rubric.objects.filter(code=rubric.code).values_list("version", flat=True))
    endings = (f"-draft-{number}" for number in count(1))
    versions = (rubric.version[: VERSION_LENGTH - len(ending)] + ending for ending in endings)
    return next(version for version in versions if version not in taken)


def _copy_area(area: Area, draft: Rubric) -> None:
    copy = Area.objects.create(
        rubric=draft,
        code=area.code,
        name=area.name,
        position=area.position,
        summary=area.summary,
        introduction=area.introduction,
        body=area.body,
    )
    Descriptor.objects.bulk_create(
        Descriptor(area=copy, level=descriptor.level, text=descriptor.text) for descriptor in area.descriptors.all()
    )
    Activity.objects.bulk_create(
        Activity(area=copy, position=activity.position, text=activity.text) for activity in area.activities.all()
    )
    for question in area.questions.all():
        _copy_question(question, copy)


def _copy_question(question: Question, area: Area) -> None:
    copy = Question.objects.create(
        area=area,
        position=question.position,
        code=question.code,
        text=question.text,
        weight=question.weight,
        evidence_hint=question.evidence_hint,
    )
    Anchor.objects.bulk_create(
        Anchor(question=copy, level=anchor.level, text=anchor.text) for anchor in question.anchors.all()
    )
