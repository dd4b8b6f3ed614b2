"""What a deployment may set, read once from the environment. `docs/operators/settings.md` lists every name."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one process."""

    home: Path  # data, files, keys
    database_url: str  # empty: embedded PostgreSQL under `home`
    city: str  # the profile's folder name
    cities: Path  # the folder of profiles
    host: str
    port: int
    debug: bool
    public_url: str  # the address that certificates print in their QR code
    allowed_hosts: tuple[str, ...]
    secure: bool  # served over TLS: cookies are Secure

    @property
    def city_root(self) -> Path:
        """The folder of the loaded profile."""
        return self.cities / self.city

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
    port = int(env("LIANGXI_PORT", "8000"))
    host = env("LIANGXI_HOST", "127.0.0.1")
    return Config(
        home=Path(env("LIANGXI_HOME", "var")).absolute(),
        database_url=env("LIANGXI_DATABASE_URL", ""),
        city=env("LIANGXI_CITY", "wuxi"),
        cities=Path(env("LIANGXI_CITIES", str(_cities()))).absolute(),
        host=host,
        port=port,
        debug=env("LIANGXI_DEBUG", "") == "1",
        public_url=env("LIANGXI_PUBLIC_URL", f"http://{host}:{port}").rstrip("/"),
        allowed_hosts=tuple(h for h in env("LIANGXI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h),
        secure=env("LIANGXI_PUBLIC_URL", "").startswith("https://"),
    )


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
