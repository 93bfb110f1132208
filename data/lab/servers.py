"""The payment gateway's peers: real servers of Debian's packages, and small ones of the lab's.

All run as children of this process and end with it, and keep what they write below one folder.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from lab.network import ADDRESSES, DOMAIN, NAMESERVER
from lab.processes import await_that, run, running, succeeds

_SCHEMA = """CREATE TABLE payments
(id bigint GENERATED ALWAYS AS IDENTITY, reference text PRIMARY KEY, cents bigint)"""


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[None]:
    """Run a fresh PostgreSQL with the gateway's table."""
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda at: int(at.parent.name))
    data = _fresh(folder / "postgres", "postgres")
    credential = data.with_suffix(".credential")
    credential.write_text("planted\n")
    shutil.chown(credential, "postgres")
    run(
        str(programs / "initdb"), "--pgdata", str(data), "--auth=scram-sha-256",
        "--username=gateway", f"--pwfile={credential}", "--no-sync", "--locale=C.UTF-8",
        user="postgres",
    )  # fmt: skip
    hosts = data / "pg_hba.conf"
    hosts.write_text(
        "host all all 192.0.2.0/24 scram-sha-256\nhost all all 198.51.100.0/24 trust\n"
    )
    address = ADDRESSES["database"]
    argv = [str(programs / "postgres"), "-D", str(data), "-h", address, "-k", "", "-F"]
    argv += ["-c", "log_min_messages=panic"]
    # as a client on the same side, from an address that is trusted
    client = [str(programs / "psql"), "-qX", "-h", address, "-U", "gateway"]
    with running(argv, user="postgres"):
        await_that("PostgreSQL", lambda: succeeds(*client, "-d", "postgres", "-c", "SELECT 1"))
        run(*client, "-d", "postgres", "-c", "CREATE DATABASE payments")
        run(*client, "-d", "payments", "-c", _SCHEMA)
        yield


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[None]:
    """Run a fresh Redis and a sentinel that watches it."""
    master, watcher = ADDRESSES["redis"], ADDRESSES["sentinel"]
    data = _fresh(folder / "redis", "redis")
    settings = data / "sentinel.conf"
    settings.write_text(
        f"port 26379\nbind {watcher}\ndir {data}\nprotected-mode no\n"
        f"sentinel monitor sessions {master} 6379 1\n"
    )
    shutil.chown(settings, "redis")
    server = ["redis-server", "--bind", master, "--port", "6379", "--dir", str(data)]
    server += ["--save", "", "--protected-mode", "no"]
    ask = ["redis-cli", "-h", watcher, "-p", "26379", "-e"]
    with running(server, user="redis"):
        await_that("Redis", lambda: succeeds("redis-cli", "-h", master, "ping"))
        with running(["redis-server", str(settings), "--sentinel"], user="redis"):
            await_that("Sentinel", lambda: succeeds(*ask, "sentinel", "ckquorum", "sessions"))
            yield


@contextlib.contextmanager
def peers(
    program: Path, folder: Path, modules: Path, delays_ms: Mapping[str, float]
) -> Iterator[None]:
    """Run the name server, the module proxy, the metadata service and the fraud detection."""
    argv = [str(program), "-names", f"{NAMESERVER}:53", "-ca", str(folder / "ca.pem")]
    argv += ["-metadata", f"{ADDRESSES['metadata']}:80", "-fraud", f"{ADDRESSES['fraud']}:8444"]
    argv += ["-modules", f"{ADDRESSES['modules']}:8081", "-module-files", str(modules)]
    for name in ("names", "modules", "metadata", "fraud"):
        argv += [f"-{name}-delay", f"{delays_ms[name]}ms"]
    for name, address in ADDRESSES.items():
        argv += ["-host", f"{name}.{DOMAIN}={address}"]
    with running(argv, says="peers ready"):
        yield


@contextlib.contextmanager
def slow_libraries(program: Path, folder: Path, at: Path, *, lookup_ms: float) -> Iterator[None]:
    """Mount folders of libraries where looking up a name takes time."""
    at.mkdir(parents=True, exist_ok=True)
    argv = [str(program), "-delay", f"{lookup_ms}ms", str(folder), str(at)]
    with running(argv, says="slowfs ready"):
        yield


def lay_out_libraries(folder: Path, search_path: list[str], at: Path) -> None:
    """Make the folders of a search path, with the system's libcrypto in the last one."""
    shutil.rmtree(folder, ignore_errors=True)
    places = [folder / Path(name).relative_to(at) for name in search_path]
    for place in places:
        place.mkdir(parents=True)
    found = sorted(Path("/usr/lib").glob("*-linux-gnu/libcrypto.so.3"))
    shutil.copy(found[0], places[-1] / "libcrypto.so.3")


def _fresh(folder: Path, owner: str) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.chown(folder, owner, owner)
    return folder
