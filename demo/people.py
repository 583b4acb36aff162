"""The people of the demo organisation, and what each may answer for. None of them exists."""

from dataclasses import dataclass, field

from apps.accounts.enums import Role


@dataclass(frozen=True)
class Grant:
    """A role over everything, over a team's components, or over one component."""

    role: Role
    team: str = ""
    component: str = ""


@dataclass(frozen=True)
class Person:
    """``username`` signs in; ``teams`` are slugs of the catalog's groups."""

    username: str
    name: str
    job_title: str
    grants: list[Grant]
    teams: list[str] = field(default_factory=list)

    @property
    def email(self) -> str:
        return f"{self.username}@northgate.example"


PEOPLE = [
    Person(
        "amara.okafor",
        "Amara Okafor",
        "ML engineer",
        [Grant(Role.REQUESTER)],
        ["credit-risk-modelling"],
    ),
    Person("henrik.lindqvist", "Henrik Lindqvist", "Head of lending", [Grant(Role.SPONSOR)]),
    Person(
        "mei-lin.zhao",
        "Mei-Lin Zhao",
        "Data steward, lending",
        [Grant(Role.STEWARD)],
        ["customer-data"],
    ),
    Person(
        "ruth.adeyemi",
        "Ruth Adeyemi",
        "Data steward, retail",
        [Grant(Role.STEWARD)],
        ["customer-data"],
    ),
    Person("tomasz.wojcik", "Tomasz Wójcik", "Model validator", [Grant(Role.VALIDATOR)]),
    Person(
        "ingrid.solheim",
        "Ingrid Solheim",
        "Senior modeller and validator",
        [Grant(Role.VALIDATOR)],
        ["credit-risk-modelling"],
    ),
    Person(
        "priya.raghunathan",
        "Priya Raghunathan",
        "Owner of loan decisions",
        [Grant(Role.OWNER, team="lending-services"), Grant(Role.OWNER, team="credit-risk-modelling")],
        ["lending-services"],
    ),
    Person(
        "sofia.marchetti",
        "Sofia Marchetti",
        "Owner of checkout and payments",
        [Grant(Role.OWNER, team="checkout-and-payments"), Grant(Role.OWNER, team="fraud-decisioning")],
        ["checkout-and-payments"],
    ),
    Person(
        "yuki.tanabe",
        "Yuki Tanabe",
        "Owner of retail services",
        [Grant(Role.OWNER, team="retail-and-stores"), Grant(Role.OWNER, team="customer-data")],
        ["retail-and-stores"],
    ),
    Person("leila.haddad", "Leila Haddad", "Change manager", [Grant(Role.CHANGE_MANAGER)]),
    Person("diego.fuentes", "Diego Fuentes", "Change manager", [Grant(Role.CHANGE_MANAGER)]),
    Person("marguerite.dubois", "Marguerite Dubois", "Chief risk officer", [Grant(Role.EXECUTIVE)]),
    Person("femi.balogun", "Femi Balogun", "Internal auditor", [Grant(Role.AUDITOR)]),
    Person(
        "noor.rahimi",
        "Noor Rahimi",
        "Platform engineer",
        [Grant(Role.REQUESTER)],
        ["customer-data"],
    ),
    Person(
        "jonas.weber",
        "Jonas Weber",
        "Modeller, fraud and stores",
        [Grant(Role.REQUESTER)],
        ["fraud-decisioning"],
    ),
]
