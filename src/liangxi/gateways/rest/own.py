"""What concerns the owner of a key: who he is, his cases, certificates and messages."""

from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from liangxi.core.cases import face as cases
from liangxi.core.certificates import face as certificates
from liangxi.core.messages import face as messages
from liangxi.gateways.rest.access import ApiKey, Caller
from liangxi.gateways.rest.answers import Cases, Certificates, Messages, Self
from liangxi.gateways.rest.headers import Limit, next_page

router = Router(tags=["me"])


@router.get("/me", auth=ApiKey("read"), response=Self)
def me(request: Caller) -> Self:
    """Who the key speaks for and what he may do today."""
    by = request.auth
    held = sorted({permission for grant in by.grants for permission in grant.permissions})
    return Self(account=by.account, name=by.name, kind=by.kind, firm=by.firm, organisation=by.org,
                permissions=tuple(held))  # fmt: skip


@router.get("/me/cases", auth=ApiKey("read", "case.own"), response=Cases)
def own_cases(request: Caller) -> Cases:
    """The cases of the applicant, or of the firm that the key acts for."""
    return Cases(cases.my_cases(by=request.auth))


@router.get("/me/certificates", auth=ApiKey("read", "case.own"), response=Certificates)
def own_certificates(request: Caller) -> Certificates:
    """The certificates of the person, or of the firm that the key acts for."""
    by = request.auth
    return Certificates(certificates.of_holder(by=by, holder=by.firm or by.person or ""))


@router.get("/me/messages", auth=ApiKey("read", "case.own"), response=Messages)
def own_messages(
    request: Caller,
    response: HttpResponse,
    after: Annotated[UUID | None, Query(description="From `next` of the page before.")] = None,
    limit: Annotated[Limit, Query()] = 50,
) -> Messages:
    """What the city told the person, the newest first, in the language that the call asks for."""
    found = messages.inbox(by=request.auth, after=str(after) if after else None, limit=limit)
    return Messages(found, next_page(request, response, found[-1].id if len(found) == limit else None))


@router.post("/me/messages/{uuid:id}/read", auth=ApiKey("write", "case.own"), response={204: None})
def read_message(request: Caller, id: UUID) -> None:
    """Note that a message was read."""
    messages.mark_read(by=request.auth, id=str(id))
