"""Variables that a deployment may be planned with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

IMAGE = f"europe-west1-docker.pkg.dev/desk-of-a-test/parley/parley@sha256:{'0123456789abcdef' * 4}"
FIRST: Mapping[str, Any] = {"project": "desk-of-a-test", "image": "none"}
"""Of the first apply: there is no image yet."""
SMALLEST: Mapping[str, Any] = {**FIRST, "image": IMAGE}
"""Of the second one, where the operator wants nothing special."""
WHOLE: Mapping[str, Any] = {
    **SMALLEST,
    "llm": {"base_url": "https://llm.example/v1", "model": "m"},
    "google_client_id": "1-a.apps.googleusercontent.com",
    "telegram_accounts": {"enabled": True, "api_id": 1},
    "alert_email": "owner@example.com",
    "domain": "desk.example.com",
    "backup_weeks": 4,
    "budget": {"billing_account": "012345-6789AB-CDEF01", "monthly_amount": 20, "currency": "EUR"},
    "github": {"owner": "shop", "repository": "parley", "state_bucket": "state"},
}
"""Every part that can be had."""
