"""The only reader of the environment. One typed object, made once in `bootstrap` and handed on."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from infra.misconfigured import Misconfigured


class VendorSettings(BaseSettings):
    """Addresses of the vendors, so that any stand-in or recorder can take their place."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    telegram_api_url: str = "https://api.telegram.org"
    telegram_network: Literal["telegram", "sandbox"] = "telegram"
    """Where personal accounts connect: at Telegram, or in the simulated world. Their protocol knows no addresses."""
    telegram_api_id: int = 0
    telegram_api_hash: SecretStr = SecretStr("")
    """Of this installation, from my.telegram.org; personal accounts need both."""
    gmail_api_url: str = "https://gmail.googleapis.com"
    google_oauth_url: str = "https://oauth2.googleapis.com"
    """Token endpoint at `/token`, revocation at `/revoke`."""
    google_consent_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    google_client_id: str = ""
    google_client_secret: SecretStr = SecretStr("")
    gmail_topic: str = ""
    """Full name of the Pub/Sub topic that Gmail's watch publishes to."""
    avito_api_url: str = "https://api.avito.ru"
    ozon_api_url: str = "https://api-seller.ozon.ru"
    wildberries_chat_api_url: str = "https://buyer-chat-api.wildberries.ru"
    wildberries_feedbacks_api_url: str = "https://feedbacks-api.wildberries.ru"
    yandex_market_api_url: str = "https://api.partner.market.yandex.ru"
    web_chat_url: str = ""
    """Where sites find the web chat; empty: at our own public address."""


class LlmEnvironment(BaseSettings):
    """The model's defaults; `settings/llm` in the store goes before them."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="LLM_")

    base_url: str = ""
    api_key: SecretStr = SecretStr("")
    model: str = ""
    timeout_seconds: float = 60.0


class Settings(BaseSettings):
    """Everything that a deployment decides."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_prefix="PARLEY_")

    stack: Literal["embedded", "emulators", "cloud"] = "embedded"
    data_dir: Path = Path(".data")
    """Files of the embedded stack and of the sandbox."""
    public_url: str = "http://127.0.0.1:8000"
    """Where vendors and browsers reach us."""
    project: str = "parley"
    """Google Cloud project."""
    region: str = "europe-west1"
    database: str = "(default)"
    """The Firestore database: another one after a restore."""
    push_audience: str = ""
    """Expected `aud` of OIDC tokens on internal calls; empty: not verified here (Cloud Run's IAM did)."""
    push_accounts: tuple[Annotated[str, Field(min_length=3)], ...] = ()
    """Expected `email` of those tokens, one of these; as JSON. Set with the audience, or neither is."""
    tasks_url: str = ""
    """Where Cloud Tasks sends: the address of `run_task`, also the audience of the tokens."""
    replies_url: str = ""
    """Where Cloud Tasks sends replies whose quiet time is over: the address of `llm_reply`."""
    tasks_account: str = ""
    """The service account that Cloud Tasks calls as; empty: its calls carry no token."""
    function_urls: dict[str, str] = {}
    """Function to address, as JSON, where functions are processes of their own; empty: they run in this one."""
    hook_urls: dict[str, str] = {}
    """Function to the address that vendors call, as JSON; what is not named is reached at the public address."""
    trace_ratio: float = Field(default=0.0, ge=0.0, le=1.0)
    """The part of requests whose spans go to Cloud Trace, unless the caller has decided; 0: none."""
    bucket: str = ""
    demo_password: SecretStr | None = None
    jwt_secret: SecretStr | None = None
    """Signs access tokens. The embedded stack makes its own; elsewhere a missing one refuses the start."""
    access_token_minutes: int = Field(default=15, ge=1, le=24 * 60)
    vendors: VendorSettings = Field(default_factory=VendorSettings)
    llm: LlmEnvironment = Field(default_factory=LlmEnvironment)

    @model_validator(mode="after")
    def _names_callers_of_its_audience(self) -> Self:
        """One without the other would let everybody in, or nobody."""
        if bool(self.push_audience) != bool(self.push_accounts):
            raise ValueError("set PARLEY_PUSH_AUDIENCE and PARLEY_PUSH_ACCOUNTS together, or neither")
        return self

    def telegram_url(self) -> str:
        """Where the platform's own bot lives: at Telegram where the installation is real or the environment says so,
        else in the simulated world."""
        is_real = self.stack == "cloud" or "telegram_api_url" in self.vendors.model_fields_set
        return (self.vendors if is_real else self.sandbox_vendors()).telegram_api_url

    def real_vendors(self) -> VendorSettings:
        """The vendors' addresses in the real world."""
        return self.vendors.model_copy(update={"web_chat_url": self.vendors.web_chat_url or self.public_url})

    def sandbox_vendors(self) -> VendorSettings:
        """The vendors' addresses in the simulated world. What the environment names goes before it."""
        root = f"{self.public_url}/sandbox/api"
        simulated = {
            "telegram_api_url": f"{root}/telegram_bot",
            "telegram_network": "sandbox",
            "telegram_api_id": 1,
            "telegram_api_hash": SecretStr("sandbox"),
            "gmail_api_url": f"{root}/gmail",
            "google_oauth_url": f"{root}/gmail",
            "google_consent_url": f"{root}/gmail/consent",
            "google_client_id": "sandbox-client",
            "google_client_secret": SecretStr("sandbox-secret"),
            "gmail_topic": f"projects/{self.project}/topics/gmail",
            "avito_api_url": f"{root}/avito",
            "ozon_api_url": f"{root}/ozon",
            "wildberries_chat_api_url": f"{root}/wildberries/chat",
            "wildberries_feedbacks_api_url": f"{root}/wildberries/feedbacks",
            "yandex_market_api_url": f"{root}/yandex_market",
            "web_chat_url": f"{root}/web_chat",
        }
        named = self.vendors.model_fields_set
        return self.vendors.model_copy(update={name: url for name, url in simulated.items() if name not in named})


_OWNERS: Final = (Settings, VendorSettings, LlmEnvironment)


def read_settings(**changes: Any) -> Settings:
    """From the environment. Raises `Misconfigured`, which names the variable."""
    try:
        return Settings(**changes)
    except SettingsError as error:  # it names the field, and not the value
        field = re.search(r'field "(\w+)"', str(error))
        raise Misconfigured(f"{_variable('Settings', field[1] if field else '')} is not JSON") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        if not first["loc"]:
            raise Misconfigured(str(first.get("ctx", {}).get("error", first["type"]))) from None
        variable = _variable(error.title, str(first["loc"][0]))
        raise Misconfigured(f"{variable}: {first['type']}") from None


def _variable(owner: str, field: str) -> str:
    """The environment's name of a field."""
    prefix = next(kind.model_config.get("env_prefix", "") for kind in _OWNERS if kind.__name__ == owner)
    return f"{prefix}{field}".upper()


def child_environment(settings: Settings, project: str, emulators: Mapping[str, str]) -> dict[str, str]:
    """The environment of the functions' processes on the emulators: this one, and where everything is. The
    addresses of the emulators are also set here, where Google's clients look for them."""
    own = {
        "PARLEY_STACK": "emulators",
        "PARLEY_PROJECT": project,
        "PARLEY_DATA_DIR": str(settings.data_dir.resolve()),
        "PARLEY_PUBLIC_URL": settings.public_url,
        "GOOGLE_CLOUD_PROJECT": project,
        **emulators,
    }
    os.environ.update(emulators)
    return {**os.environ, **own}
