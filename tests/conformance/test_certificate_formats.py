"""Certificates against their standards, with nothing of the house in the check."""

import base64
import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pypdf
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from liangxi.core.certificates import face as certificates
from liangxi.core.certificates.shapes import Holder
from liangxi.core.codes import face as codes
from liangxi.core.codes.shapes import Code
from liangxi.core.people import face as people
from liangxi.core.people.shapes import OrganisationRow
from liangxi.kit.actor import system

HOUSE = system("test")
RARE = "\U000301a3"  # an ideograph that no font of 2026 must have


@pytest.fixture
def sheet(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path, public_url="https://example.org")
    root = OrganisationRow(code="320200", parent=None, kind="government", name_zh="无锡市人民政府", name_en="Wuxi")
    people.load_organisations(by=HOUSE, rows=[root])
    kind = Code(code="licence", title={"zh": "营业执照", "en": "Business licence"})
    codes.load(by=HOUSE, list_id="licence_type", title={"zh": "证照", "en": "Licences"}, entries=[kind])
    one = certificates.issue(
        by=HOUSE, type="licence", holder=Holder(person=str(uuid4()), name=f"王{RARE}"),
        fields={f"项目{n}": "江苏省无锡市梁溪区 Zhongshan Road 359, Building A " * 3 for n in range(14)},
        issuer_org="320200", source="x", key="k", valid_from=date(2026, 11, 23),
    )  # fmt: skip
    return certificates.pdf(by=HOUSE, number=one.number)


def bytes_of(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_the_attached_signature_is_a_jws_over_canonical_json(sheet):
    """RFC 7515 with detached payload, RFC 8037; the document holds texts only, so sorted keys are RFC 8785."""
    said = json.loads(pypdf.PdfReader(io.BytesIO(sheet)).attachments["certificate.json"][0])
    header, _, signature = said["signature"].split(".")
    claimed = json.loads(bytes_of(header))
    assert claimed["alg"] == "EdDSA"
    (jwk,) = [key for key in certificates.jwks()["keys"] if key["kid"] == claimed["kid"]]
    assert (jwk["kty"], jwk["crv"]) == ("OKP", "Ed25519")
    payload = json.dumps(said["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    key = Ed25519PublicKey.from_public_bytes(bytes_of(jwk["x"]))
    key.verify(bytes_of(signature), f"{header}.{text_of(payload)}".encode())
    with pytest.raises(InvalidSignature):
        key.verify(bytes_of(signature), f"{header}.{text_of(payload + b' ')}".encode())


def test_the_kid_is_the_thumbprint(sheet):
    """RFC 7638."""
    for key in certificates.jwks()["keys"]:
        members = json.dumps({"crv": key["crv"], "kty": key["kty"], "x": key["x"]}, separators=(",", ":"))
        assert key["kid"] == text_of(hashlib.sha256(members.encode()).digest())
        assert "d" not in key


def test_the_pdf_opens_and_every_font_is_embedded(sheet):
    reader = pypdf.PdfReader(io.BytesIO(sheet), strict=True)
    assert len(reader.pages) > 1  # many long lines go on to a second sheet
    for page in reader.pages:
        assert [round(side) for side in page.mediabox[2:]] == [595, 842]
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get("/FontDescriptor") or font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile2" in descriptor, font["/BaseFont"]
    text = "".join(page.extract_text() for page in reader.pages)
    assert "营业执照" in text and "示例" in text and "项目13" in text
    assert "王〓" in text and "字库所缺" in text
