"""The password that lets others in: kept as a salted hash that takes a tenth of a second to work out."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import platformdirs

from gallery.errors import UsageError
from gallery.settings import APP
from gallery.system.files import make_private_folders, new_file

SHORTEST: Final = 8
"""Characters."""
_LONGEST: Final = 1000
_COST, _BLOCK, _PARALLEL = 1 << 15, 8, 1
_MEMORY: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """All in hexadecimal digits, the numbers those of scrypt."""

    salt: str
    digest: str
    cost: int = _COST
    block: int = _BLOCK
    parallel: int = _PARALLEL

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Raises UsageError for a password that is too short to keep anybody out."""
        if not SHORTEST <= len(password) <= _LONGEST:
            raise UsageError(f"a password has at least {SHORTEST} characters")
        salt = os.urandom(16).hex()
        empty = cls(salt, "")
        return cls(salt, empty._digest(password))

    def fits(self, password: str) -> bool:
        """Whether it is this password."""
        return len(password) <= _LONGEST and hmac.compare_digest(self._digest(password), self.digest)

    def _digest(self, password: str) -> str:
        text = password.encode("utf-8", "surrogatepass")
        salt = bytes.fromhex(self.salt)
        return hashlib.scrypt(text, salt=salt, n=self.cost, r=self.block, p=self.parallel, maxmem=_MEMORY).hex()


def password_file(*, guests: bool) -> Path:
    """Where the hash is kept; guests have a password of their own, or they could open all of the gallery with it."""
    name = "guest-password.json" if guests else "password.json"
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / name


def kept_password(file: Path) -> PasswordHash | None:
    """The hash in the file; None where there is none. Raises UsageError for a damaged one."""
    try:
        return PasswordHash(**json.loads(file.read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file}: can't be read ({error}); --password asks for a new one") from None


def keep_password(file: Path, password: PasswordHash) -> None:
    """Writes the hash into the file, its owner's alone, in the place of another."""
    make_private_folders(file.parent)
    beside = file.with_name(f".{file.name}.{os.urandom(4).hex()}")
    with new_file(beside, 0o600) as written:
        written.write(json.dumps(asdict(password)).encode())
    beside.replace(file)
