"""The demo's console has its first person, and the password stays from start to start."""

from __future__ import annotations

import stat
from pathlib import Path

from gateway.accounts import passwords
from gateway.demo import ADMIN, Place, furnish
from gateway.store import Store
from gateway.store.users import Account


def place(folder: Path) -> Place:
    return Place(directory=folder, host="127.0.0.1", port=8000, dialer_port=8100, site_port=8200, empty=True)


def admin(folder: Path) -> Account:
    store = Store.open(f"sqlite:///{folder}/gateway.db")
    found = store.console.users.named(ADMIN)
    store.close()
    assert found is not None
    return found


def test_the_printed_password_opens_the_console_and_stays(tmp_path: Path) -> None:
    first = furnish(place(tmp_path), {}).admin_password
    again = furnish(place(tmp_path), {}).admin_password

    assert first == again
    account = admin(tmp_path)
    assert passwords.matches(first, account.password_hash)
    assert (account.role, account.one_time_until) == ("admin", None)
    assert stat.S_IMODE((tmp_path / "admin_password").stat().st_mode) == 0o600


def test_a_database_that_is_gone_gets_its_admin_again(tmp_path: Path) -> None:
    furnish(place(tmp_path), {})
    for path in tmp_path.glob("gateway.db*"):
        path.unlink()

    password = furnish(place(tmp_path), {}).admin_password

    assert passwords.matches(password, admin(tmp_path).password_hash)


def test_a_password_file_that_is_gone_is_made_again(tmp_path: Path) -> None:
    furnish(place(tmp_path), {})
    (tmp_path / "admin_password").unlink()

    password = furnish(place(tmp_path), {}).admin_password

    assert passwords.matches(password, admin(tmp_path).password_hash)
