"""Whether a result on paper is the one that counts, and what each page says where it isn't."""

from assessments.datatypes import ScoredAssessment


def is_replaced(sheet: ScoredAssessment) -> bool:
    """Whether a later submission has taken the place of this one."""
    return bool(sheet.submission and sheet.submission.replaced_at)


def standing_in_foot(sheet: ScoredAssessment) -> str:
    """What the foot of each page adds, where it isn't the result that counts."""
    if sheet.provisional:
        return ". Provisional, not sealed"
    return ". Replaced by a later submission" if is_replaced(sheet) else ""
