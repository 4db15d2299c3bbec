"""`python -m api.manage`."""

from __future__ import annotations

from api.manage import app

if __name__ == "__main__":
    app(prog_name="python -m api.manage")
