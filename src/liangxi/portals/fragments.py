"""Which part of a page htmx asks for, so that a view can answer with that part alone."""

from django.http import HttpRequest


def wanted_part(request: HttpRequest) -> str:
    """The id of the element that is to be filled; "" for a whole page. htmx 4 sends tag and id: `div#tasks`."""
    return request.headers.get("HX-Target", "").rpartition("#")[2]
