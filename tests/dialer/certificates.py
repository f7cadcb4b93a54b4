"""Test certificates, made with the openssl command: good, expired, for another host; each signs itself."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path

    def server(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def trust(self) -> ssl.SSLContext:
        """A client's context that trusts this certificate and nothing else."""
        return ssl.create_default_context(cafile=str(self.certificate))


def make(folder: Path, name: str, *, host: str = "IP:127.0.0.1", days: str = "2") -> Certificate:
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    command = (
        f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days {days} "
        f"-subj /CN={name} -addext subjectAltName={host} -out {made.certificate} -keyout {made.key}"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    return made


def make_expired(folder: Path) -> Certificate:
    """Signed for one second in 2020: `req` cannot do that, `ca` can."""
    valid = make(folder, "expired-base")
    request, config = folder / "expired.csr", folder / "ca.cnf"
    made = Certificate(folder / "expired.pem", valid.key)
    (folder / "index.txt").write_text("")
    (folder / "serial").write_text("01")
    config.write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={folder}/index.txt\nserial={folder}/serial\n"
        f"new_certs_dir={folder}\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n"
        "[e]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n"
    )
    commands = [
        f"openssl req -new -key {valid.key} -subj /CN=expired -out {request}",
        (
            f"openssl ca -batch -selfsign -config {config} -keyfile {valid.key} -in {request} -notext "
            f"-out {made.certificate} -startdate 20200101000000Z -enddate 20200101000001Z"
        ),
    ]
    for command in commands:
        subprocess.run(command.split(), check=True, capture_output=True)
    return made
