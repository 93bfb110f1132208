"""Where starts are recorded: a neutral machine, and for the payment gateway its whole world."""

from __future__ import annotations

from lab.room import ENVIRONMENT, enter

__all__ = ["ENVIRONMENT", "enter"]
