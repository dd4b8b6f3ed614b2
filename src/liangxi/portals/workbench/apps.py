"""The room as a Django application."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "liangxi.portals.workbench"
    label = "workbench"
