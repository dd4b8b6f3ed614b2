"""The tables of the data zone."""

from liangxi.systems.data.models.catalogue import Resource, ResourceField, ResourceRelation, ResourceVersion
from liangxi.systems.data.models.registers import Consent, Dispute, Licence, Marriage

__all__ = [
    "Consent",
    "Dispute",
    "Licence",
    "Marriage",
    "Resource",
    "ResourceField",
    "ResourceRelation",
    "ResourceVersion",
]
