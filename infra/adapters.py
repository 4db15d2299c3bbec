"""Which adapters the settings name. A part is imported and built when it is first used: a function pays only for
its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from infra.misconfigured import Misconfigured
from infra.system import RandomIds, SystemClock

if TYPE_CHECKING:
    import httpx

    from infra.channels.telegram_account.line import Line
    from infra.channels.telegram_account.remote import CallOffice
    from infra.channels.telegram_account.switchboard import Switchboard
    from infra.local.queue.store import Queue
    from infra.observed_queues import Carrier
    from infra.observing import Observer
    from infra.oidc import OidcVerifier
    from infra.readiness import Readiness
    from infra.settings import Settings
    from infra.tracing import Tracing
    from shared.domain.ids import InboxId, WorkspaceId
    from shared.ports.blob_store import BlobStore
    from shared.ports.channel_opener import ChannelOpener
    from shared.ports.cipher import Cipher
    from shared.ports.clock import Clock, Ids
    from shared.ports.dead_letters import DeadLetters
    from shared.ports.document_store import DocumentStore
    from shared.ports.event_bus import EventBus
    from shared.ports.forum import ForumOpener
    from shared.ports.model_picker import ModelPicker
    from shared.ports.secret_store import SecretStore
    from shared.ports.task_queue import TaskQueue


class Ports:
    """The adapters that the settings name. A test may hand in others by overriding an attribute."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def clock(self) -> Clock:
        """The wall clock."""
        return SystemClock()

    @cached_property
    def ids(self) -> Ids:
        """Random ids."""
        return RandomIds()

    @cached_property
    def http(self) -> httpx.AsyncClient:
        """One client for the process: making one costs more CPU than a whole turn may."""
        import httpx

        return httpx.AsyncClient(follow_redirects=False, limits=httpx.Limits(max_connections=100))

    @cached_property
    def store(self) -> DocumentStore:
        """Firestore, or a file."""
        if self.settings.stack == "embedded":
            from infra.local.documents.store import SqliteDocumentStore

            try:
                self.settings.data_dir.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Misconfigured(f"PARLEY_DATA_DIR: {error.strerror}") from None
            return SqliteDocumentStore(self.settings.data_dir / "desk.db")
        from infra.gcp.firestore import FirestoreDocumentStore

        return FirestoreDocumentStore(self.settings.project, database=self.settings.database)

    @cached_property
    def queue(self) -> Queue:
        """The embedded queue's file."""
        from infra.local.queue.store import Queue

        return Queue(self.settings.data_dir / "queue.db")

    @cached_property
    def tracing(self) -> Tracing:
        """Spans."""
        from infra.tracing import Tracing

        return Tracing(self.settings)

    @cached_property
    def observer(self) -> Observer:
        """What calls to somebody outside leave behind."""
        from infra.observing import Observer

        return Observer(self.tracing, self.clock)

    @cached_property
    def readiness(self) -> Readiness:
        """Whether this process can work."""
        from infra.readiness import Readiness

        return Readiness(self)

    @cached_property
    def bus(self) -> EventBus:
        """Pub/Sub, or the embedded queue."""
        from infra.observed_queues import ObservedBus

        return ObservedBus(self._bus(), self.observer)

    def _bus(self) -> Carrier:
        if self.settings.stack == "embedded":
            from infra.local.queue.ports import QueueBus
            from infra.topology import SUBSCRIPTIONS

            return QueueBus(self.queue, self.clock, self.ids, SUBSCRIPTIONS)
        from infra.gcp.pubsub import PubSubBus

        return PubSubBus(self.settings.project)

    @cached_property
    def tasks(self) -> TaskQueue:
        """Cloud Tasks, or the embedded queue: there is no official emulator of Cloud Tasks."""
        from infra.observed_queues import ObservedTasks

        return ObservedTasks(self._tasks(), self.observer, self.clock)

    def _tasks(self) -> TaskQueue:
        if self.settings.stack != "cloud":
            from infra.local.queue.ports import QueueTasks

            return QueueTasks(self.queue)
        from infra.gcp.cloud_tasks import CloudTasksQueue, TasksTarget

        settings = self.settings
        urls = {"run_task": settings.tasks_url, "llm_reply": settings.replies_url}
        return CloudTasksQueue(TasksTarget(settings.project, settings.region, urls, settings.tasks_account))

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The embedded queue's, or those behind Pub/Sub."""
        if self.settings.stack == "embedded":
            from infra.local.dead_letters import QueueDeadLetters

            return QueueDeadLetters(self.queue, self.clock)
        from infra.gcp.dead_letters import PubSubDeadLetters

        return PubSubDeadLetters(self.settings.project, lambda: self.tasks, self.clock)

    @cached_property
    def secrets(self) -> SecretStore:
        """Secret Manager, or a folder."""
        if self.settings.stack != "cloud":
            from infra.local.secrets import FolderSecrets

            return FolderSecrets(self.settings.data_dir / "secrets")
        from infra.gcp.secret_manager import CloudSecrets

        return CloudSecrets(self.settings.project)

    @cached_property
    def blobs(self) -> BlobStore:
        """Cloud Storage, or a folder."""
        if self.settings.stack != "cloud":
            from infra.local.blobs import FolderBlobs

            return FolderBlobs(self.settings.data_dir / "blobs")
        from infra.gcp.storage import CloudBlobs

        if not self.settings.bucket:
            raise Misconfigured("set PARLEY_BUCKET to the bucket of attachments")
        return CloudBlobs(self.settings.project, self.settings.bucket)

    @cached_property
    def cipher(self) -> Cipher:
        """Encrypts the credentials of inboxes."""
        from infra.cipher import FernetCipher

        return FernetCipher(self.secrets, self.clock)

    @cached_property
    def opener(self) -> ChannelOpener:
        """From an inbox to its channel."""
        from infra.channels.opener import RegistryOpener
        from infra.observed_vendors import ObservedOpener

        settings = self.settings
        opener = RegistryOpener(
            self.store,
            self.cipher,
            self.clock,
            settings.real_vendors(),
            settings.sandbox_vendors(),
            self.http,
            self.lines,
        )
        return ObservedOpener(opener, self.observer)

    @cached_property
    def lines(self) -> Switchboard:
        """The ways to connections that one process holds."""
        from infra.channels.telegram_account.switchboard import Switchboard

        return Switchboard(self._remote_line)

    @cached_property
    def forums(self) -> ForumOpener:
        """From a work group to its forum."""
        from infra.observed_vendors import ObservedForums
        from infra.telegram.forums import WorkGroupForums

        real, simulated = self.settings.real_vendors(), self.settings.sandbox_vendors()
        return ObservedForums(WorkGroupForums(self.store, self.cipher, real, simulated, self.http), self.observer)

    @cached_property
    def pick_model(self) -> ModelPicker:
        """From run-time settings to a model."""
        from infra.llm.factory import LanguageModels
        from infra.observed_models import ObservedPicker

        return ObservedPicker(LanguageModels(self.settings.llm, self.clock), self.observer)

    def call_office(self) -> CallOffice:
        """Calls between processes, over the store."""
        from infra.channels.telegram_account.remote import CallOffice

        return CallOffice(self.store, self.cipher, lambda: self.blobs, self.clock, self.ids)

    def _remote_line(self, workspace: WorkspaceId, inbox: InboxId) -> Line:
        from infra.channels.telegram_account.remote import RemoteLine

        return RemoteLine(self.call_office(), workspace, inbox)

    @cached_property
    def verifier(self) -> OidcVerifier | None:
        """Checks tokens on internal calls; None: Cloud Run's IAM did, or there is nobody to deceive."""
        if not self.settings.push_audience:
            return None
        from infra.oidc import OidcVerifier, certs_over_http

        return OidcVerifier(
            certs_over_http(self.http),
            self.clock,
            audience=self.settings.push_audience,
            emails=self.settings.push_accounts,
        )
