"""What can be seen on this machine: who may read what, and whether there is room."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from folkmoot.doctor.model import Finding, Patient
from folkmoot.settings import KEYS

LEAST = 1 << 30  # bytes that should be free: a backup, an import and a log have to fit
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NETWORKS = ("nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs")


def _folder(patient: Patient) -> Path:
    return (patient.db.folder if patient.db else None) or Path(patient.settings.storage.data)


def data_open_to_others(patient: Patient) -> Iterator[Finding]:
    folder = _folder(patient)
    for path in (folder, folder / "folkmoot.db", folder / "secrets"):
        if path.exists() and path.stat().st_mode & _OTHERS:
            mode = "700" if path.is_dir() else "600"
            yield Finding(
                "data open to others", f"{path} can be read by others on this machine.",
                "Mailboxes and held comments are in it; the secrets open every account.", f"chmod {mode} {path}",
            )  # fmt: skip


def settings_open_to_others(patient: Patient) -> Iterator[Finding]:
    file = patient.file
    secret = any(key.secret and patient.places.get(path) == (file.name if file else "") for path, key in KEYS.items())
    if file and secret and file.stat().st_mode & stat.S_IRWXO:
        yield Finding(
            "settings open to others", f"{file} holds a password and can be read by everybody on this machine.",
            "Whoever reads it can send mail, or read the database, in your name.", f"chmod 600 {file}",
        )  # fmt: skip


def secret_damaged(patient: Patient) -> Iterator[Finding]:
    folder = _folder(patient) / "secrets"
    for path in sorted(folder.glob("[!.]*")) if folder.is_dir() else ():
        if path.stat().st_size != 32:
            yield Finding(
                "secret damaged", f"The secret {path} is not 32 bytes long.", "The program does not start with it.",
                f"Bring it back from where you saved the folder secrets; or rm {path}, and everybody signs in again.",
            )  # fmt: skip


def little_room(patient: Patient) -> Iterator[Finding]:
    folder = _folder(patient)
    if folder.exists():
        left = shutil.disk_usage(folder).free
        if left < LEAST:
            yield Finding(
                "little room", f"{left // (1 << 20):,} MB are free where {folder} is.", "On a full disk nobody can write.",
                "Make room, or name a folder on a larger disk: " + patient.line("storage.data", "/srv/folkmoot"),
            )  # fmt: skip


def data_across_a_network(patient: Patient) -> Iterator[Finding]:
    folder = _folder(patient)
    if patient.settings.database_url.startswith("sqlite:///") and folder.exists() and _kind_of_disk(folder) in _NETWORKS:
        yield Finding(
            "data across a network", f"{folder} lies on another machine ({_kind_of_disk(folder)}).",
            "SQLite's locks do not hold across a network; the file can be damaged.", patient.line("storage.data", "/var/lib/folkmoot"),
        )  # fmt: skip


def _kind_of_disk(folder: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """What file system a folder lies on; empty where that cannot be known."""
    try:
        found = [line.split()[1:3] for line in mounts.read_text("utf-8").splitlines()]
    except OSError:
        return ""
    here = folder.resolve()
    above = [(place, kind) for place, kind in found if here.is_relative_to(place)]
    return max(above, key=lambda each: len(each[0]), default=("", ""))[1]


def no_program_for_backups(patient: Patient) -> Iterator[Finding]:
    debian = any(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    if not patient.settings.database_url.startswith("sqlite:///") and not shutil.which("pg_dump") and not debian:
        yield Finding(
            "no program for backups", "pg_dump is not installed here.", "`folkmoot backup` and `folkmoot migrate` need it.",
            "apt install postgresql-client",
        )  # fmt: skip


LOOKS = (data_open_to_others, settings_open_to_others, secret_damaged, little_room, data_across_a_network, no_program_for_backups)
