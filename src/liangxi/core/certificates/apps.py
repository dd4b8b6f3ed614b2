"""The room as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register


class CertificatesConfig(AppConfig):
    name = "liangxi.core.certificates"
    label = "certificates"

    def ready(self) -> None:
        register(fonts_are_built)


def fonts_are_built(**_: Any) -> list[CheckMessage]:
    """A house without its fonts could issue certificates that nobody can print: it does not start."""
    from liangxi.core.certificates.paper import fonts

    if fonts.are_built():
        return []
    hint = "Build the front end: `make setup`, or `npm ci && npm run build` in frontend/."
    return [Error(f"The fonts of certificates are missing in {fonts.FOLDER}.", hint=hint, id="certificates.fonts")]
