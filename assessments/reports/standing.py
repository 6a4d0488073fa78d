"""Which result a page of paper is of, and what it says where that isn't the one that counts."""

from assessments.datatypes import ScoredAssessment


def is_replaced(sheet: ScoredAssessment) -> bool:
    """Whether a later submission has taken the place of this one."""
    return bool(sheet.submission and sheet.submission.replaced_at)


def standing_in_foot(sheet: ScoredAssessment) -> str:
    """What the foot of each page adds: its seal, so that a page among others is known, and that another counts."""
    if sheet.provisional or sheet.seal is None:
        return ". Provisional, not sealed"
    replaced = ". Replaced by a later submission" if is_replaced(sheet) else ""
    return f", seal {sheet.seal.code}{replaced}"
