"""The organizations, cycles and people of the demo. All are invented."""

from dataclasses import dataclass
from datetime import date

from assessments.models.people import CoeRole, OrganizationKind, OrganizationSize, Role


@dataclass(frozen=True, slots=True)
class DemoOrganization:
    code: str
    name: str
    kind: OrganizationKind
    size: OrganizationSize


@dataclass(frozen=True, slots=True)
class DemoCycle:
    code: str
    name: str
    starts_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Someone in the demo since `since`.

    `tries` says what there is to try for someone who can sign in; the others have no password. `role` is in
    `organization`, the code of one; both are empty for CoE staff and for someone who has left.
    """

    email: str
    name: str
    since: date
    organization: str = ""
    role: Role | None = None
    coe_role: CoeRole = CoeRole.NONE
    tries: str = ""
    has_left: bool = False

    @property
    def role_name(self) -> str:
        return str(self.role.label if self.role else self.coe_role.label)


COASTAL, HARVEST, WILDLAND = "coastal-resilience", "harvest-statistics", "wildland-air"

ORGANIZATIONS = (
    DemoOrganization(COASTAL, "Office of Coastal Resilience", OrganizationKind.BUREAU, OrganizationSize.MEDIUM),
    DemoOrganization(HARVEST, "Bureau of Harvest Statistics", OrganizationKind.BUREAU, OrganizationSize.SMALL),
    DemoOrganization(WILDLAND, "Wildland Air Quality Service", OrganizationKind.INDEPENDENT, OrganizationSize.UNKNOWN),
)

CYCLES = (
    DemoCycle("fy2026-q3", "FY2026 Q3", date(2026, 4, 1), date(2026, 6, 30)),
    DemoCycle("fy2026-q4", "FY2026 Q4", date(2026, 7, 1), date(2026, 9, 30)),
    DemoCycle("fy2027-q1", "FY2027 Q1", date(2026, 10, 1), date(2026, 12, 31)),
)

SPRING, FALL = date(2026, 4, 6), date(2026, 10, 1)

SIGNING_IN = (
    DemoPerson(
        "lead@agency.example",
        "Alicia Navarro",
        SPRING,
        COASTAL,
        Role.LEAD,
        tries="Finish and submit the draft of Storm Surge Modeling",
    ),
    DemoPerson(
        "contributor@agency.example",
        "Tom Whitaker",
        SPRING,
        COASTAL,
        Role.CONTRIBUTOR,
        tries="Revise what was returned to Permit Correspondence",
    ),
    DemoPerson(
        "viewer@agency.example",
        "Grace Lindqvist",
        SPRING,
        COASTAL,
        Role.VIEWER,
        tries="Read on one page where the teams stand and what moved",
    ),
    DemoPerson(
        "lead@other.example",
        "Helen Park",
        FALL,
        HARVEST,
        Role.LEAD,
        tries="See a submission that is locked and waits",
    ),
    DemoPerson(
        "reviewer@coe.example",
        "Miriam Okafor",
        SPRING,
        coe_role=CoeRole.REVIEWER,
        tries="Return or accept Yield Estimates at /admin/",
    ),
    DemoPerson(
        "admin@coe.example",
        "Daniel Reyes",
        SPRING,
        coe_role=CoeRole.ADMINISTRATOR,
        tries="Look after model, organizations, people at /admin/",
    ),
)

COLLEAGUES = (
    DemoPerson("priya.raman@agency.example", "Priya Raman", SPRING, COASTAL, Role.CONTRIBUTOR),
    DemoPerson("marcus.bell@agency.example", "Marcus Bell", SPRING, has_left=True),
    DemoPerson("leo.castellanos@agency.example", "Leo Castellanos", date(2026, 7, 20), COASTAL, Role.CONTRIBUTOR),
    DemoPerson("ingrid.solberg@agency.example", "Ingrid Solberg", date(2026, 7, 20), COASTAL, Role.CONTRIBUTOR),
    DemoPerson("renee.fontaine@agency.example", "Renee Fontaine", FALL, COASTAL, Role.CONTRIBUTOR),
    DemoPerson("owen.achebe@agency.example", "Owen Achebe", FALL, COASTAL, Role.CONTRIBUTOR),
    DemoPerson("samuel.ortiz@other.example", "Samuel Ortiz", FALL, HARVEST, Role.CONTRIBUTOR),
    DemoPerson("bea.thornquist@other.example", "Bea Thornquist", FALL, HARVEST, Role.CONTRIBUTOR),
    DemoPerson("nadia.haddad@wildland-air.example", "Nadia Haddad", FALL, WILDLAND, Role.LEAD),
    DemoPerson("eli.brandt@wildland-air.example", "Eli Brandt", FALL, WILDLAND, Role.CONTRIBUTOR),
    DemoPerson("joanna.kowal@wildland-air.example", "Joanna Kowal", FALL, WILDLAND, Role.CONTRIBUTOR),
)
"""Those who wrote the answers along with the people that can sign in."""

PEOPLE = SIGNING_IN + COLLEAGUES
