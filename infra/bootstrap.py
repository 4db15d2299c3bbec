"""The only place where adapters meet services. Nothing is built when this module is imported, and a part is
imported when it is first used: a function pays only for its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from infra.system import RandomIds, SystemClock
from shared.errors import InvalidInput

if TYPE_CHECKING:
    import httpx

    from infra.local.queue.store import Queue
    from infra.oidc import OidcVerifier
    from infra.settings import Settings
    from shared.ports.blob_store import BlobStore
    from shared.ports.channel_opener import ChannelOpener
    from shared.ports.cipher import Cipher
    from shared.ports.clock import Clock, Ids
    from shared.ports.dead_letters import DeadLetters
    from shared.ports.document_store import DocumentStore
    from shared.ports.event_bus import EventBus
    from shared.ports.model_picker import ModelPicker
    from shared.ports.secret_store import SecretStore
    from shared.ports.task_queue import TaskQueue
    from shared.services.accept_delivery import AcceptDelivery
    from shared.services.answer import Answer
    from shared.services.briefing import Briefings
    from shared.services.change_inbox import ChangeInbox
    from shared.services.connect_inbox import ConnectInbox
    from shared.services.deliver import Deliver
    from shared.services.directory import InboxDirectory
    from shared.services.execute import Execute
    from shared.services.inbox_secrets import InboxSecrets
    from shared.services.ingest import Ingest
    from shared.services.keep_unreadable import KeepUnreadable
    from shared.services.notify_mailbox import NotifyMailbox
    from shared.services.pull_inbox import PullInbox
    from shared.services.renew_registrations import RenewRegistrations
    from shared.services.respond import Respond
    from shared.services.run_task import RunTask
    from shared.services.schedule_pulls import SchedulePulls
    from shared.services.send_message import SendMessage
    from shared.services.sweep import Sweep
    from shared.store.platform import Platform


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

            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
            return SqliteDocumentStore(self.settings.data_dir / "desk.db")
        from infra.gcp.firestore import FirestoreDocumentStore

        return FirestoreDocumentStore(self.settings.project)

    @cached_property
    def queue(self) -> Queue:
        """The embedded queue's file."""
        from infra.local.queue.store import Queue

        return Queue(self.settings.data_dir / "queue.db")

    @cached_property
    def bus(self) -> EventBus:
        """Pub/Sub, or the embedded queue."""
        if self.settings.stack == "embedded":
            from infra.local.queue.ports import QueueBus
            from infra.topology import SUBSCRIPTIONS

            return QueueBus(self.queue, self.clock, self.ids, SUBSCRIPTIONS)
        from infra.gcp.pubsub import PubSubBus

        return PubSubBus(self.settings.project)

    @cached_property
    def tasks(self) -> TaskQueue:
        """Cloud Tasks, or the embedded queue: there is no official emulator of Cloud Tasks."""
        if self.settings.stack != "cloud":
            from infra.local.queue.ports import QueueTasks

            return QueueTasks(self.queue)
        from infra.gcp.cloud_tasks import CloudTasksQueue, TasksTarget

        settings = self.settings
        return CloudTasksQueue(
            TasksTarget(
                settings.project,
                settings.region,
                settings.tasks_queue,
                settings.functions_url,
                settings.push_account,
                settings.push_audience,
            )
        )

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
            raise InvalidInput("set PARLEY_BUCKET to the bucket of attachments")
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

        settings = self.settings
        return RegistryOpener(
            self.store, self.cipher, self.clock, settings.vendors, settings.sandbox_vendors(), self.http
        )

    @cached_property
    def pick_model(self) -> ModelPicker:
        """From run-time settings to a model."""
        from infra.llm.factory import LanguageModels

        return LanguageModels(self.settings.llm, self.clock)

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
            email=self.settings.push_account,
        )


class Desk:
    """Every service, over the ports. Each is built when it is first used."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    @property
    def settings(self) -> Settings:
        """What the deployment decides."""
        return self.ports.settings

    @property
    def verifier(self) -> OidcVerifier | None:
        """Checks tokens on internal calls."""
        return self.ports.verifier

    @cached_property
    def platform(self) -> Platform:
        """The door to all workspaces."""
        from shared.store.platform import Platform

        return Platform(self.ports.store)

    @cached_property
    def directory(self) -> InboxDirectory:
        """Inboxes by id."""
        from shared.services.directory import InboxDirectory

        return InboxDirectory(self.platform, self.ports.opener, self.ports.clock)

    @cached_property
    def briefings(self) -> Briefings:
        """Assistants and run-time settings."""
        from infra.llm.factory import default_settings
        from shared.services.briefing import Briefings

        return Briefings(self.platform, self.ports.clock, default_settings(self.settings.llm))

    @cached_property
    def ingest(self) -> Ingest:
        """Whatever a channel tells."""
        from shared.services.amend import Amend
        from shared.services.file_notice import FileNotice
        from shared.services.ingest import Ingest
        from shared.services.receive import Receive
        from shared.services.record_echo import RecordEcho

        ports = self.ports
        return Ingest(
            Receive(self.platform, ports.bus, ports.clock),
            FileNotice(self.platform, ports.clock),
            RecordEcho(self.platform, ports.clock),
            Amend(self.platform, ports.clock),
            self.directory,
            ports.bus,
        )

    @cached_property
    def accept_delivery(self) -> AcceptDelivery:
        """A webhook call."""
        from shared.services.accept_delivery import AcceptDelivery

        return AcceptDelivery(self.directory, self.ingest, self.keep_unreadable)

    @cached_property
    def keep_unreadable(self) -> KeepUnreadable:
        """Calls that nobody could read."""
        from shared.services.keep_unreadable import KeepUnreadable

        return KeepUnreadable(self.ports.cipher, self.ports.dead_letters)

    @cached_property
    def pull_inbox(self) -> PullInbox:
        """One pull."""
        from shared.services.pull_inbox import PullInbox

        return PullInbox(self.platform, self.ports.clock, self.directory, self.ingest)

    @cached_property
    def notify_mailbox(self) -> NotifyMailbox:
        """A Gmail notification."""
        from shared.services.notify_mailbox import NotifyMailbox

        return NotifyMailbox(self.directory, self.pull_inbox)

    @cached_property
    def respond(self) -> Respond:
        """The assistant's turn."""
        from shared.services.respond import Respond

        ports = self.ports
        return Respond(
            self.platform,
            ports.bus,
            ports.tasks,
            ports.clock,
            self.directory,
            self.briefings,
            ports.opener,
            ports.pick_model,
        )

    @cached_property
    def answer(self) -> Answer:
        """The assistant's turn, after the quiet time."""
        from shared.services.answer import Answer

        return Answer(self.respond, self.ports.tasks, self.ports.clock, self.directory, self.briefings)

    @cached_property
    def deliver(self) -> Deliver:
        """A conversation's outbox."""
        from shared.services.deliver import Deliver
        from shared.services.eligibility import Eligibility
        from shared.services.failures import Failures

        ports = self.ports
        failures = Failures(ports.clock, ports.tasks, self.directory)
        return Deliver(self.platform, ports.clock, self.directory, Eligibility(self.briefings), failures)

    @cached_property
    def run_task(self) -> RunTask:
        """Delayed work."""
        from shared.services.describe_conversation import DescribeConversation
        from shared.services.redeliver import Redeliver
        from shared.services.run_task import RunTask
        from shared.services.store_attachments import StoreAttachments

        files = StoreAttachments(self.platform, self.ports.blobs, self.directory)
        describe = DescribeConversation(self.platform, self.ports.clock, self.directory)
        redeliver = Redeliver(self.accept_delivery, self.keep_unreadable)
        return RunTask(self.respond, self.deliver, files, describe, redeliver)

    @cached_property
    def sweep(self) -> Sweep:
        """What is still owed."""
        from shared.services.sweep import Sweep

        return Sweep(self.platform, self.ports.bus, self.ports.clock)

    @cached_property
    def schedule_pulls(self) -> SchedulePulls:
        """Which inboxes are due."""
        from shared.services.schedule_pulls import SchedulePulls

        return SchedulePulls(self.platform, self.ports.bus, self.ports.clock, self.ports.opener)

    @cached_property
    def renew_registrations(self) -> RenewRegistrations:
        """Gmail's watches."""
        from shared.services.renew_registrations import RenewRegistrations

        return RenewRegistrations(self.platform, self.ports.clock, self.ports.opener, self.directory)

    @cached_property
    def inbox_secrets(self) -> InboxSecrets:
        """Credentials at rest."""
        from shared.services.inbox_secrets import InboxSecrets

        return InboxSecrets(self.ports.cipher)

    @cached_property
    def change_inbox(self) -> ChangeInbox:
        """Fields of an inbox."""
        from shared.services.change_inbox import ChangeInbox

        return ChangeInbox(self.platform, self.directory, self.ports.clock)

    @cached_property
    def connect_inbox(self) -> ConnectInbox:
        """Accounts of channels."""
        from infra.hook_addresses import HookAddresses
        from shared.services.connect_inbox import ConnectInbox

        ports = self.ports
        addresses = HookAddresses(self.settings.public_url)
        change, secrets = self.change_inbox, self.inbox_secrets
        return ConnectInbox(self.platform, ports.opener, change, secrets, addresses, ports.clock, ports.ids)

    @cached_property
    def execute(self) -> Execute:
        """A member's command."""
        from shared.services.execute import Execute

        return Execute(self.platform, self.ports.bus, self.ports.clock, self.ports.ids)

    @cached_property
    def send_message(self) -> SendMessage:
        """A member's words."""
        from shared.services.send_message import SendMessage

        return SendMessage(self.platform, self.ports.bus, self.ports.clock, self.ports.opener)


_desk: Desk | None = None


def desk() -> Desk:
    """The process's desk, made at first use."""
    global _desk
    if _desk is None:
        from infra.settings import Settings

        _desk = Desk(Ports(Settings()))
    return _desk


def install(other: Desk | None) -> None:
    """Use this desk in this process: for a stack that runs several parts in one."""
    global _desk
    _desk = other
