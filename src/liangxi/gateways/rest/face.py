"""The door for other gateways that speak JSON: who may call, how a refusal reads, how a file is handed over."""

from liangxi.gateways.rest.access import Access, ApiKey, Caller
from liangxi.gateways.rest.cases import file_of, material
from liangxi.gateways.rest.problems import Reader, problem, translate
from liangxi.gateways.rest.service import Service
from liangxi.gateways.rest.views import unknown

__all__ = [
    "Access",
    "ApiKey",
    "Caller",
    "Reader",
    "Service",
    "file_of",
    "material",
    "problem",
    "translate",
    "unknown",
]
