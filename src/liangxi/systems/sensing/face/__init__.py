"""The door of sensing: the registry of things, what they observed, rules and alarms."""

from liangxi.systems.sensing.face.registry import (
    change_state,
    claim,
    claim_keys,
    credentials_of,
    directory,
    issue_claim_key,
    load_profiles,
    profiles,
    register_table,
    register_things,
    revoke_claim_key,
    revoke_key,
    rotate_key,
    thing,
    things,
)

__all__ = [
    "change_state",
    "claim",
    "claim_keys",
    "credentials_of",
    "directory",
    "issue_claim_key",
    "load_profiles",
    "profiles",
    "register_table",
    "register_things",
    "revoke_claim_key",
    "revoke_key",
    "rotate_key",
    "thing",
    "things",
]
