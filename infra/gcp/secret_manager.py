"""Secret Manager. Terraform makes the empty secrets; values are added and read here."""

from __future__ import annotations

from functools import cached_property

import grpc
from google.api_core.exceptions import NotFound
from google.api_core.retry import AsyncRetry
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
    SecretManagerServiceGrpcAsyncIOTransport,
)

from infra.gcp.calling import FIRST_WAIT_SECONDS, IS_TRANSIENT, TIMEOUT_SECONDS, reaching


class CloudSecrets:
    """A `SecretStore`. Each read is a paid call: keep what you read. `endpoint`: host and port of a stand-in."""

    def __init__(self, project: str, *, endpoint: str = "", timeout: float = TIMEOUT_SECONDS) -> None:
        self._project = project
        self._endpoint = endpoint
        self._timeout = timeout
        self._retry = AsyncRetry(predicate=IS_TRANSIENT, initial=FIRST_WAIT_SECONDS, timeout=timeout)

    async def get(self, name: str) -> str | None:
        """The newest version, or None. Raises `Unavailable`."""
        version = f"{self._path(name)}/versions/latest"
        with reaching(f"Secret Manager ({name})"):
            try:
                answer = await self._client.access_secret_version(
                    name=version, retry=self._retry, timeout=self._timeout
                )
            except NotFound:
                return None
        return answer.payload.data.decode()

    async def put(self, name: str, value: str) -> None:
        """Add a version. Raises `Unavailable`, also where the secret itself is missing."""
        payload = secretmanager_v1.SecretPayload(data=value.encode())
        with reaching(f"Secret Manager ({name})"):
            await self._client.add_secret_version(
                parent=self._path(name), payload=payload, retry=self._retry, timeout=self._timeout
            )

    async def close(self) -> None:
        """Let go of the connection."""
        if "_client" in self.__dict__:
            await self._client.transport.close()  # type: ignore[no-untyped-call]

    def _path(self, name: str) -> str:
        return f"projects/{self._project}/secrets/{name}"

    @cached_property
    def _client(self) -> secretmanager_v1.SecretManagerServiceAsyncClient:
        if not self._endpoint:
            return secretmanager_v1.SecretManagerServiceAsyncClient()
        channel = grpc.aio.insecure_channel(self._endpoint)
        transport = SecretManagerServiceGrpcAsyncIOTransport(channel=channel)
        return secretmanager_v1.SecretManagerServiceAsyncClient(transport=transport)
