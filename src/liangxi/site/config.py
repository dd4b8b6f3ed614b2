"""What a deployment may set, read once from the environment. `docs/operators/settings.md` lists every name."""

import ipaddress
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from liangxi.kit.errors import InvalidError

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process."""

    home: Path  # data, files, keys
    database_url: str  # empty: embedded PostgreSQL under `home`
    city: str  # the profile's folder name
    node: str  # how other nodes and the paths of proxied calls name this deployment
    cities: Path  # the folder of profiles
    host: str
    port: int
    debug: bool
    public_url: str  # the address that certificates print in their QR code
    allowed_hosts: tuple[str, ...]
    secure: bool  # served over TLS: cookies are Secure
    proxies: str  # addresses of the proxies whose X-Forwarded headers are believed
    web_processes: int
    web_threads: int  # requests that one web process answers at once; each holds a database connection
    log_level: str
    lake: Path  # bulky tables
    lake_memory: int  # megabytes that one reading or writing of the lake may hold
    lake_threads: int
    engine: str  # Spark Connect for the heavy work on the lake; empty: in this process
    mqtt_port: int  # 0: no MQTT
    mqtt_tls_port: int
    mqtt_certificate: str  # PEM file; empty: no TLS
    mqtt_key: str
    webhook_networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    connector_networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    observatory: str  # the organisation as which anybody may use the SensorThings API; empty: nobody without a key
    simulates: bool  # the things of the sample city speak
    drops: Path  # below it departments drop files for the connectors

    @property
    def city_root(self) -> Path:
        """The folder of the loaded profile."""
        return self.cities / self.city

    @property
    def sensing(self) -> Path:
        """Where observations are kept: log, latest values, history."""
        return self.home / "sensing"

    @property
    def database_directory(self) -> Path:
        """Where the embedded PostgreSQL keeps its data."""
        return self.home / "pg"


def _cities() -> Path:
    checkout = _PACKAGE.parent.parent / "cities"
    return checkout if checkout.is_dir() else _PACKAGE / "cities"


def read() -> Config:
    """The configuration from `LIANGXI_*` variables and their defaults."""
    env = os.environ.get
    port = _number("LIANGXI_PORT", default=8000, low=1, high=65535)
    host = env("LIANGXI_HOST", "127.0.0.1")
    return Config(
        home=Path(env("LIANGXI_HOME", "var")).absolute(),
        database_url=env("LIANGXI_DATABASE_URL", ""),
        city=env("LIANGXI_CITY", "wuxi"),
        node=_node(),
        cities=Path(env("LIANGXI_CITIES", str(_cities()))).absolute(),
        host=host,
        port=port,
        debug=env("LIANGXI_DEBUG", "") == "1",
        public_url=env("LIANGXI_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        allowed_hosts=tuple(h for h in env("LIANGXI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h),
        secure=env("LIANGXI_PUBLIC_URL", "").startswith("https://"),
        proxies=env("LIANGXI_PROXIES", ""),
        web_processes=_number("LIANGXI_WEB_PROCESSES", default=_processes(), low=1, high=64),
        web_threads=_number("LIANGXI_WEB_THREADS", default=8, low=1, high=100),
        log_level=env("LIANGXI_LOG_LEVEL", "INFO").upper(),
        lake=Path(env("LIANGXI_LAKE") or Path(env("LIANGXI_HOME", "var")) / "lake").absolute(),
        lake_memory=_number("LIANGXI_LAKE_MEMORY", default=1024, low=128, high=1_000_000),
        lake_threads=_number("LIANGXI_LAKE_THREADS", default=_processes(), low=1, high=256),
        engine=_engine(),
        mqtt_port=_number("LIANGXI_MQTT_PORT", default=1883, low=0, high=65535),
        mqtt_tls_port=_number("LIANGXI_MQTT_TLS_PORT", default=8883, low=1, high=65535),
        mqtt_certificate=env("LIANGXI_MQTT_CERTIFICATE", ""),
        mqtt_key=env("LIANGXI_MQTT_KEY", ""),
        webhook_networks=_networks("LIANGXI_WEBHOOK_NETWORKS"),
        connector_networks=_networks("LIANGXI_CONNECTOR_NETWORKS"),
        observatory=env("LIANGXI_OBSERVATORY", ""),
        simulates=env("LIANGXI_SIMULATION", "on") != "off",
        drops=Path(env("LIANGXI_DROPS") or Path(env("LIANGXI_HOME", "var")) / "drops").absolute(),
    )


def _number(name: str, *, default: int, low: int, high: int) -> int:
    text = os.environ.get(name, "") or str(default)
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise InvalidError(
            "config.number",
            "%(name)s must be a whole number from %(low)s to %(high)s, not '%(text)s'.",
            {"name": name, "low": low, "high": high, "text": text},
        )
    return int(text)


def _node() -> str:
    text = os.environ.get("LIANGXI_NODE") or os.environ.get("LIANGXI_CITY", "wuxi")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", text):
        raise InvalidError("config.node", "LIANGXI_NODE must be letters, digits and hyphens, such as 320200.")
    return text


def _engine() -> str:
    text = os.environ.get("LIANGXI_ENGINE", "")
    if text and not re.fullmatch(r"(sc|spark)://[A-Za-z0-9.\[\]:-]+(/;[!-~]*)?", text):
        raise InvalidError(
            "config.engine",
            "LIANGXI_ENGINE must be the address of a Spark Connect server, such as sc://host:15002.",
        )
    return text


def _networks(name: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    try:
        return tuple(ipaddress.ip_network(one.strip()) for one in os.environ.get(name, "").split(",") if one.strip())
    except ValueError as error:
        raise InvalidError(
            "config.networks",
            "%(name)s must be networks such as 10.1.0.0/16, separated by commas: %(error)s.",
            {"name": name, "error": str(error)},
        ) from error


def _processes() -> int:
    """Half the processors: the database and the worker need the other half."""
    return min(4, max(1, (os.cpu_count() or 1) // 2))


def secret(home: Path, name: str) -> str:
    """A random secret of this deployment, made once and kept in `home/keys/name` (0600)."""
    path = home / "keys" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)  # whoever links first wins; the others read the winner's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
