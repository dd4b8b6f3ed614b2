"""The folder of a department on its SFTP server.

Who takes from one imports this when it is needed: its library takes a quarter of a second to load.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncssh

from liangxi.kit import outward
from liangxi.systems.data.connectors import places
from liangxi.systems.data.connectors.folders import Dropped

PATIENCE = 30.0  # seconds


def take(
    settings: Mapping[str, Any],
    secret: str,
    networks: Sequence[outward.Network],
    choose: Callable[[Sequence[Dropped]], tuple[Dropped, Path] | None],
    told: places.Stop,
) -> tuple[Dropped, int, str] | None:
    """Take the file that `choose` chooses of those on an SFTP server; None when it chooses none or it changed.

    OSError when the server cannot be reached or is not the one that was named.
    """
    address = outward.judged(settings["host"], int(settings["port"]), "ssh", networks)
    try:
        found: tuple[Dropped, int, str] | None = asyncio.run(_remote(settings, secret, address, choose, told))
    except asyncssh.Error as error:
        raise ConnectionError(f"{type(error).__name__}: {error}") from error
    return found


async def _remote(settings: Mapping[str, Any], secret: str, address: str, choose: Any, told: places.Stop) -> Any:
    key = asyncssh.import_public_key(settings["host_key"])
    how: dict[str, Any] = {"password": secret, "client_keys": None}
    if "PRIVATE KEY" in secret:
        how = {"client_keys": [asyncssh.import_private_key(secret)]}
    async with (
        asyncssh.connect(
            address,
            int(settings["port"]),
            username=settings["user"],
            known_hosts=([key], [], []),
            config=None,
            agent_path=None,
            connect_timeout=PATIENCE,
            login_timeout=PATIENCE,
            keepalive_interval=15,
            **how,
        ) as connection,
        connection.start_sftp_client() as sftp,
    ):
        return await _taken(sftp, settings["folder"], choose, told)


async def _taken(sftp: asyncssh.SFTPClient, folder: str, choose: Any, told: places.Stop) -> Any:
    chosen = choose(await _listed(sftp, folder))
    if chosen is None:
        return None
    one, place = chosen
    draft = place.with_name(f".{place.name}.draft")
    await sftp.get(f"{folder}/{one.name}", str(draft), progress_handler=lambda _a, _b, done, _d: told(done))
    if one not in await _listed(sftp, folder):
        draft.unlink()
        return None
    places.named(draft, place)
    return one, *places.digest_of(place)


async def _listed(sftp: asyncssh.SFTPClient, folder: str) -> list[Dropped]:
    found = []
    for one in await sftp.readdir(folder):
        if one.attrs.type == asyncssh.FILEXFER_TYPE_REGULAR:
            found.append(Dropped(str(one.filename), one.attrs.size or 0, float(one.attrs.mtime or 0)))
    return found
