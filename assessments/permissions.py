"""What CoE staff may do in the admin, by role. Agency people have no such permission: see `assessments.access`."""

from functools import cache

READ = ("view",)
CARE = ("view", "add", "change", "delete")

REVIEWER_MODELS: dict[str, tuple[str, ...]] = {
    "assessments.assessment": (*READ, "review"),
    "assessments.scorecard": READ,
    "assessments.review": READ,
    "assessments.organization": READ,
    "assessments.cycle": READ,
    "rubric.rubric": READ,
}
ADMINISTRATOR_MODELS: dict[str, tuple[str, ...]] = REVIEWER_MODELS | {
    "assessments.organization": CARE,
    "assessments.membership": CARE,
    "assessments.invitation": CARE,
    "assessments.cycle": CARE,
    "assessments.user": ("view", "add", "change"),
    "assessments.auditevent": READ,
    **{f"rubric.{name}": CARE for name in ("rubric", "level", "area", "descriptor", "activity", "question", "anchor")},
    "rubric.publication": ("view", "add"),
}


@cache
def permissions_of(coe_role: str) -> frozenset[str]:
    """Django permission names ("app.verb_model") of a CoE role; none for an unknown or empty one."""
    table = {"reviewer": REVIEWER_MODELS, "administrator": ADMINISTRATOR_MODELS}.get(coe_role, {})
    return frozenset(
        f"{app}.{verb}_{model}" for name, verbs in table.items() for app, model in [name.split(".")] for verb in verbs
    )
