"""The way to a provider: to the address that was judged, within its time, at most so many calls at once.

Redirects are not followed. What certainly did not reach the provider is tried once more; what may have reached it only
when the method is safe (RFC 9110 §9.2.1).
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any

import httpcore

from liangxi.kit import outward
from liangxi.kit.errors import HouseError
from liangxi.live.exchange.spools import Spool
from liangxi.systems.federation.errors import BusyError, ProviderError, SlowProviderError

CONNECT = 5.0  # seconds
SAFE = ("GET", "HEAD")
MOST_AT_ONE_HOST = 64
Headers = list[tuple[str, str]]


class _Judged(httpcore.AsyncNetworkBackend):
    """Connects to an address of the host that the house may call, and to no other (SSRF, DNS rebinding)."""

    def __init__(self, networks: Sequence[outward.Network], scheme: str) -> None:
        self._networks, self._scheme = networks, scheme
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await asyncio.to_thread(outward.judged, host, port, self._scheme, self._networks)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise PermissionError("sockets of the machine are closed to the house")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Providers:
    """The connections of this process to providers, and how many calls of each API are under way."""

    def __init__(self, networks: Sequence[outward.Network]) -> None:
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=ssl.create_default_context(),
                max_connections=1000,
                max_keepalive_connections=100,
                keepalive_expiry=15.0,
                network_backend=_Judged(networks, scheme),
            )
            for scheme in ("http", "https")
        }
        self._under_way: Counter[str] = Counter()

    async def close(self) -> None:
        """End every connection."""
        for pool in self._pools.values():
            await pool.aclose()

    def enter(self, api: str, most: int) -> None:
        """Count a call; BusyError when the API has as many as it wants. A slow provider fills its own places only."""
        if self._under_way[api] >= most:
            raise BusyError("federation.busy", "The provider has as many calls as it takes. Ask again.")
        self._under_way[api] += 1

    def leave(self, api: str) -> None:
        """The call ended."""
        self._under_way[api] -= 1

    async def ask(self, method: str, url: str, headers: Headers, body: Spool, limits: tuple[float, Spool]) -> Any:
        """Status and headers of the provider's answer, whose body goes into the spool of `limits` (seconds, spool)."""
        patience, answer = limits
        try:
            async with asyncio.timeout(patience):
                try:
                    return await self._once(method, url, headers, body, answer)
                except httpcore.ConnectError:
                    return await self._once(method, url, headers, body, answer)
                except (httpcore.ReadError, httpcore.RemoteProtocolError):
                    if method not in SAFE or answer.size:
                        raise
                    return await self._once(method, url, headers, body, answer)
        except (TimeoutError, httpcore.TimeoutException) as error:
            says = "The provider did not answer within %(seconds)s seconds."
            raise SlowProviderError("federation.provider.slow", says, {"seconds": int(patience)}) from error
        except PermissionError as error:
            raise ProviderError("federation.provider.closed", "The provider's address is not open to us.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise ProviderError("federation.provider.away", "The provider cannot be reached.") from error

    async def _once(self, method: str, url: str, headers: Headers, body: Spool, answer: Spool) -> tuple[int, Headers]:
        target = httpcore.URL(url)
        sent = [*headers, ("content-length", str(body.size))] if body.size else headers
        patience = {"connect": CONNECT, "pool": CONNECT}
        async with self._pools[target.scheme.decode()].stream(
            method,
            target,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in sent],
            content=_content(body) if body.size else None,
            extensions={"timeout": patience},
        ) as found:
            told = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in found.headers]
            if 300 <= found.status < 400 and found.status != 304:
                raise ProviderError("federation.provider.moved", "The provider sends to another address; we do not go.")
            async for chunk in found.aiter_stream():
                answer.add(chunk)
            return found.status, told


def _content(body: Spool) -> AsyncIterator[bytes]:
    return body.pieces()


def too_large_answer(most: int) -> HouseError:
    """The refusal of an answer above the API's limit."""
    return ProviderError(
        "federation.answer.size", "The answer is larger than the %(limit)s KB of this API.", {"limit": most // 1024}
    )
