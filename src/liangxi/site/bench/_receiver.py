"""A subscriber that answers 200 at once: `python -m liangxi.site.bench._receiver` prints its port.

`GET /heard` gives what it was told: the number in each event and when it was answered, by the clock of the machine.
"""

import asyncio
import json
import sys
import time

_heard: list[tuple[int, float]] = []


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.partition("content-length:")[2].split("\r\n")[0] or 0)
            body = await reader.readexactly(length)
            said = json.dumps(_heard).encode() if head.startswith("get ") else b""
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said)
            if body:
                _heard.append((json.loads(body)["data"]["seq"], time.monotonic()))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
