"""`liangxi serve`: one web process (uvicorn), alone or under the supervisor."""

import socket
from types import FrameType

import uvicorn

from liangxi.kit import log
from liangxi.kit.errors import HouseError
from liangxi.site import config as configuration
from liangxi.site import lifeline

LARGEST_FRAME = 2 * 1024 * 1024  # bytes of a WebSocket message
GRACE = 5  # seconds that running requests get when the process is asked to stop


class _Server(uvicorn.Server):
    """Ends the live streams when asked to stop: they would otherwise never let the process go."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        from liangxi.site.asgi import House

        if isinstance(self.config.app, House):
            self.config.app.push.end_pages()
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; HouseError `serve.port` that says what to do when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except (OSError, OverflowError) as error:
        listener.close()
        raise HouseError(
            "serve.port",
            "Port %(port)s of %(host)s cannot be opened (%(why)s). Stop the program that has it, or choose another: "
            "LIANGXI_PORT=%(other)s",
            {
                "port": port,
                "host": host,
                "why": getattr(error, "strerror", "") or str(error),
                "other": port + 1 if port < 65535 else 8000,
            },
        ) from error
    return listener


def serve(*, descriptor: int | None = None) -> int:
    """Answer requests until SIGTERM or SIGINT. `descriptor` is a listening socket that the supervisor holds."""
    config = configuration.read()
    log.configure("web", level=config.log_level)
    listener = socket.socket(fileno=descriptor) if descriptor else listen(config.host, config.port)
    if descriptor:
        lifeline.watch()
    from liangxi.site.asgi import House

    server = _Server(
        uvicorn.Config(
            House(),
            access_log=False,
            ws="websockets-sansio",
            ws_max_size=LARGEST_FRAME,
            log_config=None,
            server_header=False,
            proxy_headers=bool(config.proxies),
            forwarded_allow_ips=config.proxies,
            timeout_graceful_shutdown=GRACE,
        )
    )
    server.run(sockets=[listener])
    return 0
