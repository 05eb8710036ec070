"""Secrets made on this machine, for its eyes only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def ensure_password(path: Path) -> str:
    """The password in the file, made up if there is none."""
    if not path.exists():
        write_secret(path, secrets.token_urlsafe(18) + "\n")
    return path.read_text().strip()


def ensure_ssh_key(path: Path) -> str:
    """The public half of the key in the file, made if there is none."""
    public = path.with_name(path.name + ".pub")
    if not public.exists():
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        key = Ed25519PrivateKey.generate()
        encoding, form = serialization.Encoding, serialization.PrivateFormat
        secret = key.private_bytes(encoding.PEM, form.OpenSSH, serialization.NoEncryption())
        write_secret(path, secret.decode())
        open_half = key.public_key().public_bytes(encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        write_secret(public, f"{open_half.decode()} haneul-first\n")
    return public.read_text().strip()


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
    draft.replace(path)
