"""Entities of the open interface written: deep inserts, changes, removals; each in one transaction.

Observations go to the log of the intake, which is no part of the transaction: they are handed over last, and what
stands before them is taken back when the log does not take them.
"""

from liangxi.systems.sensing.actions.observatory.removing import remove
from liangxi.systems.sensing.actions.observatory.series import record_series
from liangxi.systems.sensing.actions.observatory.writing import change, create

__all__ = ["change", "create", "record_series", "remove"]
