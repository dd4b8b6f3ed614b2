"""The tables of the data zone."""

from liangxi.systems.data.models.catalogue import Resource, ResourceField, ResourceRelation, ResourceVersion
from liangxi.systems.data.models.connectors import Run, Source
from liangxi.systems.data.models.delivery import Serving
from liangxi.systems.data.models.integrating import LineageEdge, TransformRun
from liangxi.systems.data.models.matching import MatchLink, MatchRun, MatchStep
from liangxi.systems.data.models.opening import Opening, OpenLicence, OpenRating, OpenRequest, OpenStory, OpenVersion
from liangxi.systems.data.models.quality import Finding, Measurement
from liangxi.systems.data.models.registers import Consent, Dispute, Licence, Marriage
from liangxi.systems.data.models.sharing import DepartmentKey, Grant, GrantStep, Need, NeedRequest, SharingRule, Usage

__all__ = [
    "Consent",
    "DepartmentKey",
    "Dispute",
    "Finding",
    "Grant",
    "GrantStep",
    "Licence",
    "LineageEdge",
    "Marriage",
    "MatchLink",
    "MatchRun",
    "MatchStep",
    "Measurement",
    "Need",
    "NeedRequest",
    "OpenLicence",
    "OpenRating",
    "OpenRequest",
    "OpenStory",
    "OpenVersion",
    "Opening",
    "Resource",
    "ResourceField",
    "ResourceRelation",
    "ResourceVersion",
    "Run",
    "Serving",
    "SharingRule",
    "Source",
    "TransformRun",
    "Usage",
]
