"""Refusals that name one field: a column, a parameter or a part of the request."""

from liangxi.kit.errors import ForbiddenError, InvalidError


class FieldError(InvalidError):
    """`message` has the place `%(field)s`; it stands beside the field too."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(code, message, {"field": field}, fields={field: message % {"field": field}})


class DeniedError(ForbiddenError):
    """What the grant does not hold: a purpose, a way of asking, or a column, whether it exists or not."""

    def __init__(self, code: str, message: str, field: str) -> None:
        super().__init__(code, message, {"field": field}, fields={field: message % {"field": field}})
