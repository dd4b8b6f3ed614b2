"""The documents of the standard, with its own Dutch names (in JSON in camel case)."""

from datetime import date, datetime
from typing import Annotated, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

T = TypeVar("T")


class Document(Schema):
    """A resource: its address stands in it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    url: str


class Page(Schema, Generic[T]):
    """A page; `countExact` is false where counting to the end would be too dear: then there are at least `count`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    count: int
    count_exact: bool = True
    next: str | None = None
    previous: str | None = None
    results: list[T]


class PackageDocument(Document):
    """A version of a package; `doorlooptijd` in calendar days, `toelichting` says the limit of the law in its own."""

    identificatie: str
    omschrijving: str
    omschrijving_generiek: str = ""
    vertrouwelijkheidaanduiding: str = "zaakvertrouwelijk"
    doel: str
    aanleiding: str = ""
    toelichting: str = ""
    indicatie_intern_of_extern: str = "extern"
    handeling_initiator: str = "aanvragen"
    onderwerp: str
    handeling_behandelaar: str = "behandelen"
    doorlooptijd: str
    opschorting_en_aanhouding_mogelijk: bool = True
    verlenging_mogelijk: bool = True
    verlengingstermijn: str = "P15D"
    trefwoorden: list[str] = []
    publicatie_indicatie: bool = False
    verantwoordelijke: str
    begin_geldigheid: date
    einde_geldigheid: date | None = None
    versiedatum: date
    concept: bool = False
    deelzaaktypen: list[str] = []
    statustypen: list[str]
    resultaattypen: list[str]
    roltypen: list[str]


class Choice(Document):
    """A status, result or role that a case of a zaaktype can have."""

    zaaktype: str
    omschrijving: str
    omschrijving_generiek: str
    volgnummer: int
    is_eindstatus: bool | None = None


class Stop(Schema):
    """Whether the clock stands, and why."""

    indicatie: bool
    reden: str


class Extended(Schema):
    """A longer limit."""

    reden: str
    duur: str


class CaseDocument(Document):
    """A case (hoofdzaak) or one of its matters (deelzaak, of the type of its whole)."""

    uuid: str
    identificatie: str
    bronorganisatie: str = ""
    omschrijving: str
    toelichting: str
    zaaktype: str
    registratiedatum: date
    verantwoordelijke_organisatie: str
    startdatum: date
    einddatum: date | None
    einddatum_gepland: date | None
    uiterlijke_einddatum_afdoening: date | None
    vertrouwelijkheidaanduiding: str = "zaakvertrouwelijk"
    opschorting: Stop
    verlenging: Extended | None
    hoofdzaak: str | None
    deelzaken: list[str]
    rollen: list[str]
    status: str | None
    zaakinformatieobjecten: list[str]
    resultaat: str | None


class Status(Document):
    """What a case became, and when."""

    uuid: str
    zaak: str
    statustype: str
    datum_status_gezet: datetime
    statustoelichting: str


class Result(Document):
    """How a case ended."""

    uuid: str
    zaak: str
    resultaattype: str
    toelichting: str


class Role(Document):
    """Who takes part: the applicant as initiator, each department as behandelaar."""

    uuid: str
    zaak: str
    betrokkene_type: str
    roltype: str
    omschrijving: str
    omschrijving_generiek: str
    roltoelichting: str = ""
    registratiedatum: datetime
    betrokkene_identificatie: dict[str, str]


class CaseFile(Document):
    """That a file belongs to a case; `informatieobject` is the file's own address."""

    uuid: str
    zaak: str
    informatieobject: str
    titel: str
    aard_relatie_weergave: str = "Hoort bij, omgekeerd: kent"
    registratiedatum: datetime


class FileMark(Schema):
    """The hash of the content."""

    algoritme: str = "sha_256"
    waarde: str
    datum: date


class FileDocument(Document):
    """A file that was handed in; `inhoud` is where its content is fetched, with the same key."""

    identificatie: str
    creatiedatum: date
    titel: str
    vertrouwelijkheidaanduiding: str = "zaakvertrouwelijk"
    auteur: str
    formaat: str
    taal: str = "zho"
    versie: int = 1
    bestandsnaam: str
    inhoud: str
    bestandsomvang: int
    integriteit: FileMark


Address = Annotated[str, Field(min_length=1, max_length=400)]
Words = Annotated[str, Field(max_length=1000)]


class Sent(Schema):
    """What a caller sends, under the names of the standard; a field that the description does not know is refused."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")


class SentStatus(Sent):
    """A case is accepted. The standard asks for `datumStatusGezet`; what counts is when the house heard of it."""

    zaak: Address
    statustype: Address
    datum_status_gezet: datetime
    statustoelichting: Words = ""


class SentResult(Sent):
    """A matter is granted or denied, a case refused, withdrawn or terminated; the applicant reads `toelichting`."""

    zaak: Address
    resultaattype: Address
    toelichting: Words = ""
