"""The tables of assessments, one module a subject."""

from .assessment import Answer, Assessment, Cycle, Evidence, State
from .audit import AuditEvent
from .people import CoeRole, Invitation, Membership, Organization, Role, User
from .sealing import Review, Scorecard, ScorecardArea

__all__ = [
    "Answer",
    "Assessment",
    "AuditEvent",
    "CoeRole",
    "Cycle",
    "Evidence",
    "Invitation",
    "Membership",
    "Organization",
    "Review",
    "Role",
    "Scorecard",
    "ScorecardArea",
    "State",
    "User",
]
