"""Debian's mosquitto for tests: its own configuration on a free port, with login or TLS; skips where the binary is absent."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

USER, PASSWORD = "hub", "p@ss/wörd"


def binary() -> str:
    found = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("mosquitto is not installed (apt-get install mosquitto)")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """A broker that can be killed and started again on the same port."""

    def __init__(self, folder: Path, *, login: bool = True, tls: tuple[Path, Path] | None = None) -> None:
        self.port = free_port()
        self.folder = folder
        self._binary = binary()
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", "log_dest none", *(["user root"] if os.geteuid() == 0 else []),
                 f"allow_anonymous {str(not login).lower()}"]
        if login:
            passwords = folder / "passwords"
            passwords.touch()
            tool = shutil.which("mosquitto_passwd") or pytest.skip("mosquitto_passwd is not installed")
            subprocess.run([str(tool), "-b", str(passwords), USER, PASSWORD], check=True, capture_output=True)
            passwords.chmod(0o644)
            lines.append(f"password_file {passwords}")
        if tls is not None:
            lines += [f"certfile {tls[0]}", f"keyfile {tls[1]}"]
        folder.chmod(0o755)
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, user: str = USER, password: str = "p%40ss%2Fw%C3%B6rd", scheme: str = "mqtt", query: str = "") -> str:
        return f"{scheme}://{user}:{password}@127.0.0.1:{self.port}{query}"

    def start(self) -> None:
        self._process = subprocess.Popen([self._binary, "-c", str(self.folder / "mosquitto.conf")], stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL)
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=0.2):
                return
            time.sleep(0.05)
        pytest.fail("mosquitto does not start")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextlib.contextmanager
def mosquitto(folder: Path, *, login: bool = True, tls: tuple[Path, Path] | None = None) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, login=login, tls=tls)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key; skips without openssl."""
    tool = shutil.which("openssl") or pytest.skip("openssl is not installed")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run([str(tool), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    key.chmod(0o644)
    return certificate, key
