"""`liangxi mqtt`: the process that devices and programs reach by MQTT."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
from typing import TYPE_CHECKING

import django
import structlog
import uvloop

from liangxi.kit import log
from liangxi.kit.errors import InvalidError
from liangxi.live import tunnel
from liangxi.site import config as configuration
from liangxi.site import lifeline, serving
from liangxi.site.config import Config

if TYPE_CHECKING:
    from liangxi.gateways.mqtt import face as mqtt

_log = structlog.get_logger()


def work(*, descriptor: int | None = None) -> int:
    """Serve clients until SIGTERM or SIGINT. `descriptor` is a listening socket that the supervisor holds.

    HouseError `serve.port` when a port cannot be had.
    """
    config = configuration.read()
    log.configure("mqtt", level=config.log_level)
    django.setup()
    from django.conf import settings

    if descriptor:
        lifeline.watch()
    listener = socket.socket(fileno=descriptor) if descriptor else serving.listen(config.host, config.mqtt_port)
    uvloop.run(_serve(config, listener, settings.DATABASE_URL))
    return 0


async def _serve(config: Config, listener: socket.socket, database_url: str) -> None:
    from liangxi.gateways.mqtt import face as mqtt
    from liangxi.live.intake import face as intake

    stopping = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stopping.set)
    directory = intake.Directory()
    keeper = intake.Keeper(directory, database_url)
    line = intake.Line(config.sensing / intake.LINE)
    keeper.start()
    line.start()
    await asyncio.to_thread(keeper.is_ready.wait)
    edge = mqtt.Edge(directory, line, config.sensing, database_url)
    try:
        await edge.start(mqtt.Address(listener), mqtt.Address(_file(config)), *_secure(config))
        _log.info("mqtt.open", ports=edge.ports)
        await stopping.wait()
    finally:
        with contextlib.suppress(OSError):
            await edge.stop()
        await line.stop()
        await asyncio.to_thread(keeper.stop)


def _file(config: Config) -> socket.socket:
    """The socket file by which the web reaches the broker for pages; what a killed process left is replaced."""
    path = config.sensing / tunnel.NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listener.bind(str(path))
        listener.listen()
    finally:
        os.umask(before)
    return listener


def _secure(config: Config) -> "list[mqtt.Address]":
    """The port with TLS, when there is a certificate."""
    from liangxi.gateways.mqtt import face as mqtt

    if not config.mqtt_certificate:
        return []
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(config.mqtt_certificate, config.mqtt_key or None)
    except OSError as error:
        raise InvalidError(
            "mqtt.certificate", "LIANGXI_MQTT_CERTIFICATE cannot be used: %(why)s", {"why": str(error)}
        ) from error
    return [mqtt.Address(serving.listen(config.host, config.mqtt_tls_port), context)]
