"""Who a client is: a thing with its key, or a program with a key of an account. What is not allowed is refused."""

import math
import time
from dataclasses import dataclass

from liangxi.core.people import face as people
from liangxi.gateways.mqtt.readings import ROOT
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError
from liangxi.live.intake import face as intake
from liangxi.systems.sensing.shapes import KnownThing

THING, ACCOUNT = "thing:", "account:"
COMMANDS = "commands"
ASKED = 3600.0  # seconds that the rights of an account hold without being asked for again


@dataclass(frozen=True, slots=True)
class OfThing:
    """A thing speaks for itself and for what stands behind it."""

    directory: intake.Directory
    number: int
    code: str

    @property
    def who(self) -> str:
        """See `broker.Principal`."""
        return THING + self.code

    def may_publish(self, topic: str) -> bool:
        """Below its own name, but no commands."""
        parts = topic.split("/")
        return len(parts) > 2 and self._is_own(parts) and parts[2] != COMMANDS

    def may_hear(self, topic: str) -> bool:
        """Below its own name."""
        return self._is_own(topic.split("/"))

    def may_subscribe(self, levels: tuple[str, ...]) -> bool:
        """Filters of its own name, or of any name when it is a gateway."""
        return len(levels) > 1 and levels[0] == ROOT and (levels[1] == "+" or self._is_own(list(levels)))

    def _is_own(self, parts: list[str]) -> bool:
        if len(parts) < 2 or parts[0] != ROOT:
            return False
        if parts[1] == self.code:
            return True
        other = self.directory.by_code.get(parts[1])
        return other is not None and other.gateway == self.number


@dataclass(frozen=True, slots=True)
class OfAccount:
    """A program hears the things that its account may see, and sends commands to those that it may manage."""

    directory: intake.Directory
    actor: Actor
    may_write: bool
    until: float = math.inf  # by the clock that nobody sets; then the key is asked for again

    @property
    def who(self) -> str:
        """See `broker.Principal`."""
        return ACCOUNT + self.actor.account

    def may_publish(self, topic: str) -> bool:
        """Commands to things that the account manages."""
        parts = topic.split("/")
        return self.may_write and len(parts) > 3 and parts[2] == COMMANDS and self._may("thing.manage", parts)

    def may_hear(self, topic: str) -> bool:
        """All about the things that the account may see."""
        return self._may("thing.read", topic.split("/"))

    def may_subscribe(self, levels: tuple[str, ...]) -> bool:
        """Filters of things."""
        return levels[0] == ROOT and self.actor.may("thing.read")

    def _may(self, permission: str, parts: list[str]) -> bool:
        thing = self.directory.by_code.get(parts[1]) if len(parts) > 1 and parts[0] == ROOT else None
        return thing is not None and self.actor.may(permission, thing.org_path)


Known = OfThing | OfAccount


def of_thing(directory: intake.Directory, thing: KnownThing) -> OfThing:
    """The rights of a thing."""
    return OfThing(directory, thing.number, thing.code)


def of_key(directory: intake.Directory, secret: str) -> OfAccount | None:
    """The rights of a key of an account, None when it opens nothing here; asks the database."""
    try:
        caller = people.api_caller(secret=secret)
    except HouseError:
        return None
    if not caller.actor.may("thing.read"):
        return None
    return OfAccount(directory, caller.actor, caller.scope == "write", time.monotonic() + ASKED)


def recalled(directory: intake.Directory, who: str) -> Known | None:
    """Who had a session, when he may still have one; asks the database for accounts."""
    if who.startswith(THING):
        thing = directory.by_code.get(who.removeprefix(THING))
        return of_thing(directory, thing) if thing and thing.state != "retired" else None
    try:
        actor = people.actor_of(account_id=who.removeprefix(ACCOUNT))
    except HouseError:
        return None
    return OfAccount(directory, actor, may_write=False) if actor.may("thing.read") else None
