"""Who may use the console: people, their roles, how they prove who they are."""

from __future__ import annotations

from gateway.accounts.person import Person, Role

__all__ = ["Person", "Role"]
