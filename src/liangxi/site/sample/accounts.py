"""The sample identities: residents and members of staff whom a newcomer may be. All share one password."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from liangxi.core.people import face as people
from liangxi.core.people.shapes import AccountRow, FirmRow, PersonRow, roles
from liangxi.kit import actor
from liangxi.site.sample.settling import TODAY, Community

HOUSE = actor.system("sample")
COUPLES = 14
CATERERS = 8
FAMILIES = 3

# login, name, posts
STAFF = (
    ("clerk", "顾窗口", (("gov-service", roles.CLERK),)),
    ("health", "沈卫健", (("health", roles.APPROVER),)),
    ("health2", "沈卫健乙", (("health", roles.APPROVER),)),
    ("police", "陆公安", (("police", roles.APPROVER), ("police", roles.STEWARD))),
    ("medicare", "许医保", (("medicare", roles.APPROVER),)),
    ("hrss", "钱人社", (("hrss", roles.APPROVER),)),
    ("hrdata", "钱用数", (("hrss", roles.STEWARD),)),
    ("review", "胡审核", (("320200", roles.DATA_REVIEWER),)),
    ("market", "华市监", (("market", roles.APPROVER), ("market", roles.STEWARD))),
    ("fire", "杜消防", (("fire", roles.APPROVER),)),
    ("urban", "荣城管", (("urban", roles.APPROVER),)),
    ("tobacco", "薛烟草", (("tobacco", roles.APPROVER),)),
    ("civil", "秦民政", (("civil", roles.APPROVER), ("civil", roles.STEWARD))),
    ("registers", "董归集", (("data", roles.STEWARD),)),
    ("centre", "许中心", (("gov-service", roles.STEWARD),)),
    ("ecology", "叶环境", (("ecology", roles.STEWARD),)),
    ("tax", "郁税务", (("tax", roles.APPROVER),)),
    ("housing", "严住建", (("housing", roles.APPROVER),)),
    ("fund", "蒋公积金", (("housing-fund", roles.APPROVER),)),
    ("transport", "浦交通", (("transport", roles.APPROVER),)),
    ("culture", "华文旅", (("culture", roles.APPROVER),)),
    ("leader", "范主任", (("320200", roles.LEADER),)),
    ("supervisor", "史监察", (("320200", roles.SUPERVISOR),)),
    ("admin", "吴数据", (("320200", roles.BUREAU_ADMIN),)),
    ("packages", "邹流程", (("320200", roles.PACKAGE_ADMIN),)),
    ("publisher", "费发布", (("320200", roles.PACKAGE_APPROVER), ("320200", roles.PACKAGE_ADMIN))),
    ("publisher2", "费发布乙", (("320200", roles.PACKAGE_APPROVER),)),
    ("audit", "唐审计", (("320200", roles.AUDITOR),)),
    ("security", "严安全", (("320200", roles.SECURITY_ADMIN),)),
)


@dataclass(slots=True)
class Cast:
    """Who can play a part: young wives with their households, caterers of large places, old parents with the child
    that they live with."""

    wives: list[PersonRow] = field(default_factory=list)
    caterers: list[tuple[PersonRow, FirmRow]] = field(default_factory=list)
    families: list[tuple[PersonRow, PersonRow]] = field(default_factory=list)

    def look_at(self, place: str, community: Community) -> None:
        """Take those who fit, in the order of the profile, until there are enough."""
        persons = {row.id: row for row in community.persons}
        for marriage in community.marriages:
            wife = persons[marriage.wife]
            if 24 <= TODAY.year - wife.birth_date.year <= 36 and len(self.wives) < COUPLES:
                self.wives.append(wife)
        areas = {row.address: row.area_m2 for row in community.premises}
        taken = {person.id for person, _ in self.caterers}
        for firm in community.firms:
            head = firm.legal_representative
            fits = firm.industry == "62" and areas[firm.address_code] > 320 and head not in taken
            if fits and head and len(self.caterers) < CATERERS:
                self.caterers.append((persons[head], firm))
                taken.add(head)
        for household in community.households:
            parent = next((one.person for one in household.members if one.relation == "parent"), None)
            if parent and len(self.families) < FAMILIES and persons[parent].birth_date.year <= TODAY.year - 65:
                self.families.append((persons[parent], persons[household.head]))


def load(cast: Cast) -> None:
    """Accounts of the cast and of the staff; those that stand keep their passwords."""
    heads, relatives = (head for head, _ in cast.caterers), (one for pair in cast.families for one in pair)
    residents = {person.id: person for person in (*cast.wives, *heads, *relatives)}
    rows = [
        AccountRow(
            login=person.citizen_id,
            kind="public",
            name=person.name,
            password=settings.SAMPLE_PASSWORD,
            phone=person.phone or None,
            person=person.id,
            is_sample=True,
        )
        for person in residents.values()
    ]
    rows += [
        AccountRow(login=login, kind="staff", name=name, password=settings.SAMPLE_PASSWORD, is_sample=True, posts=posts)
        for login, name, posts in STAFF
    ]
    people.load_accounts(by=HOUSE, rows=rows)


def lines() -> Iterator[str]:
    """The sample identities as `liangxi run` prints them."""
    yield f"  sample accounts, all with the password {settings.SAMPLE_PASSWORD}"
    for one in people.sample_accounts(kind="public"):
        yield f"    {one.login:<20} {one.name}{'  ' + one.firm if one.firm else ''}"
    for one in people.sample_accounts(kind="staff"):
        posts = ", ".join(f"{role} of {title['en']}" for title, role in one.posts)
        yield f"    {one.login:<20} {one.name}  {posts}"
