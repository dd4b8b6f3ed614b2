"""What callers send beside commands."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Base64Bytes, ConfigDict, Field


class Body(Schema):
    """What a caller sends; a field that the description does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Answers(Body):
    """Answers to the questions of a package by question id; leave out what is not answered yet."""

    answers: dict[str, Any] = Field(default={})


class Start(Body):
    """A new application. With `consent` the registers are read to fill the form, and the reads are on record."""

    package: Annotated[str, Field(max_length=60)]
    answers: dict[str, Any] = Field(default={})
    consent: bool = False


class Values(Body):
    """Answers to the form by field id; `complete` also asks for everything that is required."""

    values: dict[str, Any]
    complete: bool = False


class Upload(Body):
    """A file: its name and its content in base64 (PDF, JPEG, PNG or WebP; 10 MB at most)."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    content: Base64Bytes


class Corrections(Body):
    """Everything that a case waits for: fields by id, files by material."""

    values: dict[str, Any] = Field(default={})
    files: dict[str, Upload] = Field(default={})


class Following(Body):
    """Materials that were to follow the acceptance (容缺受理), files by material."""

    files: Annotated[dict[str, Upload], Field(min_length=1)]


class Subscribe(Body):
    """A webhook: the address to call, the types of events, and how a CloudEvent lies in the request."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    url: Annotated[str, Field(min_length=8, max_length=500)]
    types: Annotated[list[str], Field(min_length=1, max_length=60)]
    mode: Literal["structured", "binary"] = "structured"


def uploads_of(files: dict[str, Upload]) -> dict[str, tuple[str, bytes]]:
    """The files as one things take them."""
    return {material: (file.name, file.content) for material, file in files.items()}
