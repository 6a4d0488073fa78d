"""One assessment at one moment as plain, frozen values: what pages, charts and reports are made from.

`assessments.results` makes a `ScoredAssessment` from rows while a team is answering, and from the sealed document once
it has submitted, so that screen and paper come from the same values. No Django here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from assessments.scoring import Answer, Explanation, Result
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a team said of one question. `choice` is None while unanswered; `reason` belongs to "Not applicable".

    `version` counts the changes of the stored row; 0 where it was never saved or comes from a sealed document.
    """

    question: str
    choice: Answer | None = None
    reason: str = ""
    rationale: str = ""
    evidence: tuple[EvidenceLink, ...] = ()
    answered_by: str = ""
    answered_at: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Seal:
    """Proof of a submission: `sha256` is the hex digest of the sealed document, `code` its short form for people."""

    code: str
    sha256: str
    sealed_at: datetime
    sealed_by: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Submission:
    """A sealed submission and what became of it. `decision` and `decided_at` are empty while it waits for review.

    `replaced_at` is when a later submission of the same assessment was sealed; None for the newest.
    """

    sequence: int
    code: str
    sealed_at: datetime
    sealed_by: str
    decision: str = ""
    decision_label: str = ""
    decided_at: datetime | None = None
    replaced_at: datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether it is what the assessment says today: neither given back nor replaced."""
        return self.replaced_at is None and self.decision != "returned"


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What a team's newest submission of one cycle says. `given` are the answers with their texts, `answers` their
    choices alone. `cycle_starts_on` orders cycles. `validated` are the CoE's levels by area code; None where it has not
    accepted the submission, or where they weren't asked for.
    """

    assessment_id: str
    team: str
    cycle: str
    cycle_starts_on: date
    sequence: int
    code: str
    sealed_at: datetime
    state: str
    rubric: Rubric
    result: Result
    answers: Mapping[str, Answer]
    given: Mapping[str, GivenAnswer]
    validated: Mapping[str, int | None] | None = None


@dataclass(frozen=True, slots=True)
class TeamHistory:
    """A team's sealed results, at least one, the oldest cycle first. `team` is its name in the newest."""

    team: str
    cycles: tuple[CycleResult, ...]

    @property
    def newest(self) -> CycleResult:
        return self.cycles[-1]

    @property
    def before(self) -> CycleResult | None:
        """That of the cycle before the newest."""
        return self.cycles[-2] if len(self.cycles) > 1 else None


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer said of one answer."""

    text: str
    wants_evidence: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the CoE decided on a sealed submission. Claimed levels stay what they are; these stand beside them.

    `levels` are the CoE's by area code: all of an accepted submission, which are the validated ones; the reviewer's own
    of a returned one, which are found and no more. None where not rated. `reasons` say why one is not the claimed
    level. `remarks` are by question code.
    """

    accepted: bool

    decision: str
    decision_label: str
    by: str
    at: datetime
    comment: str
    levels: Mapping[str, int | None]
    reasons: Mapping[str, str]
    remarks: Mapping[str, Remark]

    @property
    def word(self) -> str:
        """What its levels are called: only accepted ones are validated."""
        return "Validated" if self.accepted else "Found"


@dataclass(frozen=True)
class ScoredAssessment:
    """Everything one page or report of an assessment says. `answers` has an entry for every question of the rubric.

    `explanations` stand in stack order like `result.areas`. `earlier` runs from the newest back. `seal` is None while
    the figures are provisional; `returned_seal` is then that of the submission which the CoE gave back, if any.
    `people` are those who answered, by name. `submission` is the one that was asked for by its number, if any.
    `verdict` is what the CoE decided on this submission, if it has. `document` is the canonical text that the seal is
    the digest of; empty without a seal.
    """

    assessment_id: str
    organization: str
    team: str
    cycle: str
    state: str
    state_label: str
    at: datetime
    rubric: Rubric
    answers: Mapping[str, GivenAnswer]
    result: Result
    explanations: tuple[Explanation, ...]
    earlier: tuple[CycleResult, ...] = ()
    seal: Seal | None = None
    returned_seal: Seal | None = None
    submission: Submission | None = None
    people: tuple[str, ...] = ()
    verdict: Verdict | None = None
    document: str = ""

    @property
    def provisional(self) -> bool:
        return self.seal is None


def without_texts(sheet: ScoredAssessment) -> ScoredAssessment:
    """Choices and figures alone: nothing that anybody wrote, and nobody's name."""
    return replace(
        sheet,
        answers={
            code: replace(answer, reason="", rationale="", evidence=(), answered_by="")
            for code, answer in sheet.answers.items()
        },
        earlier=tuple(replace(one, given={}) for one in sheet.earlier),
        people=(),
        document="",
        seal=replace(sheet.seal, sealed_by="") if sheet.seal else None,
        submission=replace(sheet.submission, sealed_by="") if sheet.submission else None,
        verdict=replace(sheet.verdict, by="", comment="", reasons={}, remarks={}) if sheet.verdict else None,
    )
