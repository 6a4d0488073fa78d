"""The tables of assessments, one module a subject."""

from .assessment import Answer, Assessment, Cycle, Evidence, State
from .audit import AuditEvent
from .exporting import ExportJob, ExportState
from .issuing import IssuedPaper, PaperKind
from .peers import PeerFigures
from .people import CoeRole, Invitation, Membership, Organization, Role, User
from .reviewing import AnswerComment, AreaReview, Decision, Look, Review, SavedSearch
from .sealing import FlagKind, Scorecard, ScorecardArea, ScorecardFlag, ScorecardHold
from .sharing import ClientKind, ShareLink, ShareVisit, VisitKind
from .tallies import Basis, Counted, Tally

__all__ = [
    "Answer",
    "AnswerComment",
    "AreaReview",
    "Assessment",
    "AuditEvent",
    "Basis",
    "ClientKind",
    "CoeRole",
    "Counted",
    "Cycle",
    "Decision",
    "Evidence",
    "ExportJob",
    "ExportState",
    "FlagKind",
    "Invitation",
    "IssuedPaper",
    "Look",
    "Membership",
    "Organization",
    "PaperKind",
    "PeerFigures",
    "Review",
    "Role",
    "SavedSearch",
    "Scorecard",
    "ScorecardArea",
    "ScorecardFlag",
    "ScorecardHold",
    "ShareLink",
    "ShareVisit",
    "State",
    "Tally",
    "User",
    "VisitKind",
]
