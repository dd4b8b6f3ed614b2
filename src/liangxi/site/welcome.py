"""What `liangxi run` prints when the house is open."""

from collections.abc import Iterator

from liangxi.site.config import Config


def lines(config: Config) -> Iterator[str]:
    """The addresses, the sample accounts, and how to stop."""
    address = f"http://{'127.0.0.1' if config.host == '0.0.0.0' else config.host}:{config.port}"  # noqa: S104 shown
    yield ""
    yield f"  Liangxi is open at {address}"
    yield ""
    yield f"  {address}/         citizens and firms"
    yield f"  {address}/desk/    workbench of windows and departments"
    yield f"  {address}/office/  administration"
    yield f"  {address}/data/    open data"
    yield f"  {address}/api/v1/  programs"
    if config.mqtt_port:
        yield f"  mqtt://{address.removeprefix('http://').rpartition(':')[0]}:{config.mqtt_port}    devices"
    yield ""
    yield "  Ctrl-C stops it. Nothing is lost."
