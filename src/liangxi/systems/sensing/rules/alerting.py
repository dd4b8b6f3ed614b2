"""What a rule of alarms must be."""

import math
from collections.abc import Mapping

from liangxi.kit.errors import InvalidError
from liangxi.systems.sensing.shapes import RULE_KINDS, SEVERITIES, AlarmRule, Profile

_YEAR = 366 * 86400.0


def check(rule: AlarmRule, profiles: Mapping[str, Profile]) -> None:
    """InvalidError `sensing.rule` whose fields name what is wrong."""
    faults: dict[str, str] = {}
    if not 1 <= len(rule.title) <= 100:
        faults["title"] = "Write a title of up to 100 characters."
    if rule.kind not in RULE_KINDS or rule.kind == "offline":
        faults["kind"] = "There is no such kind of rule."
    if rule.severity not in SEVERITIES:
        faults["severity"] = "There is no such severity."
    profile = profiles.get(rule.profile)
    if profile is None:
        faults["profile"] = "There is no such profile."
    elif rule.property not in profile.properties:
        faults["property"] = "The profile has no such property."
    elif rule.kind != "absence" and profile.properties[rule.property].type not in ("number", "boolean"):
        faults["property"] = "Only a number or a boolean has a threshold."
    faults |= _numbers(rule)
    if faults:
        raise InvalidError("sensing.rule", "The rule is not right.", fields=faults)


def _numbers(rule: AlarmRule) -> dict[str, str]:
    faults: dict[str, str] = {}
    sent = (rule.high, rule.low, rule.hysteresis, rule.hold, rule.after, rule.share)
    if not all(number is None or math.isfinite(number) for number in sent):
        return {"high": "This is not a number."}
    if rule.kind == "absence" and not 1 <= rule.after <= _YEAR:
        faults["after"] = "Seconds, from 1 to a year."
    if rule.kind != "absence" and rule.high is None and rule.low is None:
        faults["high"] = "A threshold has an upper or a lower bound."
    if rule.high is not None and rule.low is not None and rule.low >= rule.high:
        faults["low"] = "The lower bound lies below the upper one."
    if rule.hysteresis < 0 or not 0 <= rule.hold <= _YEAR:
        faults["hold"] = "This is not negative."
    if rule.kind == "group" and not (0 < rule.share <= 1 and rule.least >= 1):
        faults["share"] = "A share above 0 and up to 1, of one thing or more."
    return faults
