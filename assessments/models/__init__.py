"""The tables of assessments, one module a subject."""

from .assessment import Answer, Assessment, Cycle, Evidence, State
from .audit import AuditEvent
from .exporting import ExportJob, ExportState
from .people import CoeRole, Invitation, Membership, Organization, Role, User
from .reviewing import AnswerComment, AreaReview, Decision, Look, Review
from .sealing import FlagKind, Scorecard, ScorecardArea, ScorecardFlag

__all__ = [
    "Answer",
    "AnswerComment",
    "AreaReview",
    "Assessment",
    "AuditEvent",
    "CoeRole",
    "Cycle",
    "Decision",
    "Evidence",
    "ExportJob",
    "ExportState",
    "FlagKind",
    "Invitation",
    "Look",
    "Membership",
    "Organization",
    "Review",
    "Role",
    "Scorecard",
    "ScorecardArea",
    "ScorecardFlag",
    "State",
    "User",
]
