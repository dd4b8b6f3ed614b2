"""The way from a client of `requests` into Django without a socket, within the transaction of the test."""

import io

import requests
from django.test import Client
from urllib3.response import HTTPResponse


class Inside(requests.adapters.BaseAdapter):
    """Answers what a session sends, as the house would over the network."""

    def send(self, request, **kwargs):
        headers = {name: value for name, value in request.headers.items() if name.lower() != "content-length"}
        kind = headers.pop("Content-Type", "application/octet-stream")
        body = request.body.encode() if isinstance(request.body, str) else request.body or b""
        answer = Client().generic(request.method, request.path_url, body, content_type=kind, headers=headers)
        content = answer.getvalue()
        raw = HTTPResponse(io.BytesIO(content), status=answer.status_code, headers=dict(answer.headers),
                           preload_content=False)  # fmt: skip
        found = requests.adapters.HTTPAdapter().build_response(request, raw)
        found.request = request
        return found

    def close(self):
        """Nothing is held."""


def session():
    """A session whose every request stays inside."""
    one = requests.Session()
    for scheme in ("http://", "https://"):
        one.mount(scheme, Inside())
    return one
