"""The only place where adapters meet services. Nothing is built when this module is imported, and a part is
imported when it is first used: a function pays only for its own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from infra.adapters import Ports

if TYPE_CHECKING:
    from infra.channels.telegram_account.client import MakeClient
    from infra.channels.telegram_account.worker import AccountWorker
    from infra.group_desk import GroupDesk
    from infra.hook_addresses import HookAddresses
    from infra.oidc import OidcVerifier
    from infra.settings import Settings
    from shared.services.accept_delivery import AcceptDelivery
    from shared.services.answer import Answer
    from shared.services.auto_respond import AutoRespond
    from shared.services.auto_responder_settings import AutoResponderSettings
    from shared.services.briefing import Briefings
    from shared.services.change_inbox import ChangeInbox
    from shared.services.compare_inbox import CompareInbox
    from shared.services.connect_inbox import ConnectInbox
    from shared.services.deliver import Deliver
    from shared.services.directory import InboxDirectory
    from shared.services.execute import Execute
    from shared.services.followers import Followers
    from shared.services.inbox_secrets import InboxSecrets
    from shared.services.ingest import Ingest
    from shared.services.keep_unreadable import KeepUnreadable
    from shared.services.manage_inbox import ManageInbox
    from shared.services.master_bot import MasterBotDesk
    from shared.services.master_bot_settings import MasterBotAccess
    from shared.services.notify_mailbox import NotifyMailbox
    from shared.services.plan_auto_reply import PlanAutoReply
    from shared.services.pull_inbox import PullInbox
    from shared.services.renew_registrations import RenewRegistrations
    from shared.services.respond import Respond
    from shared.services.run_task import RunTask
    from shared.services.schedule_comparisons import ScheduleComparisons
    from shared.services.schedule_pulls import SchedulePulls
    from shared.services.send_message import SendMessage
    from shared.services.stage_file import StageFile
    from shared.services.sweep import Sweep
    from shared.store.platform import Platform


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
    def followers(self) -> Followers:
        """Who shows conversations elsewhere."""
        from shared.services.followers import Followers

        return Followers(self.ports.bus, self.directory)

    @cached_property
    def groups(self) -> GroupDesk:
        """Work groups."""
        from infra.group_desk import GroupDesk

        return GroupDesk(self)

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
            ports.clock,
            self.followers,
            lambda: self.groups.cockpit,
        )

    @cached_property
    def accept_delivery(self) -> AcceptDelivery:
        """A webhook call."""
        from shared.services.accept_delivery import AcceptDelivery

        return AcceptDelivery(self.directory, self.ingest, self.keep_unreadable, self.change_inbox, self.ports.clock)

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
            self.followers,
            self.plan_auto_reply,
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
        from shared.services.outgoing_files import OutgoingFiles

        ports = self.ports
        failures = Failures(ports.clock, ports.tasks, self.directory)
        eligibility = Eligibility(self.briefings, self.plan_auto_reply)
        files = OutgoingFiles(lambda: ports.blobs)
        return Deliver(self.platform, ports.clock, self.directory, eligibility, failures, files, self.followers)

    @cached_property
    def master_bot_access(self) -> MasterBotAccess:
        """The platform's own Telegram bot."""
        from infra.telegram.master_bot import MasterBots as Opener
        from shared.services.master_bot_settings import MasterBotAccess
        from shared.store.master_bot import MasterBots

        ports, address = self.ports, self.hook_addresses.master_bot
        opener = Opener(ports.http, self.settings.telegram_url())
        return MasterBotAccess(MasterBots(ports.store), ports.cipher, opener, address, ports.clock, ports.ids)

    @cached_property
    def master_bot(self) -> MasterBotDesk:
        """What people say to it."""
        from shared.services.master_bot import MasterBotDesk
        from shared.services.master_bot_groups import MasterBotGroups
        from shared.services.telegram_links import TelegramLinks
        from shared.services.workspace_owners import WorkspaceOwners
        from shared.store.users import Users
        from shared.store.workspaces import Workspaces

        ports = self.ports
        links = TelegramLinks(ports.store, ports.clock, ports.ids)
        users = Users(ports.store)
        owners = WorkspaceOwners(users, Workspaces(ports.store))
        return MasterBotDesk(
            self.master_bot_access,
            links,
            users,
            owners,
            self.connect_inbox,
            MasterBotGroups(lambda: self.groups.bind, owners),
            self.settings.public_url.rstrip("/"),
        )

    @cached_property
    def run_task(self) -> RunTask:
        """Delayed work."""
        from shared.services.describe_conversation import DescribeConversation
        from shared.services.redeliver import Redeliver
        from shared.services.run_task import RunTask
        from shared.services.store_attachments import StoreAttachments

        files = StoreAttachments(self.platform, self.ports.blobs, self.directory, self.followers)
        describe = DescribeConversation(self.platform, self.ports.clock, self.directory, self.followers)
        redeliver = Redeliver(self.accept_delivery, self.keep_unreadable)
        return RunTask(
            self.deliver,
            files,
            describe,
            redeliver,
            self.compare_inbox,
            self.auto_respond,
            lambda: self.groups.mirror,
            lambda: self.groups.cockpit,
        )

    @cached_property
    def auto_responder_settings(self) -> AutoResponderSettings:
        """When the auto-responder speaks, and what."""
        from shared.services.auto_responder_settings import AutoResponderSettings

        return AutoResponderSettings(self.platform, self.ports.clock)

    @cached_property
    def plan_auto_reply(self) -> PlanAutoReply:
        """The auto-responder's timer."""
        from shared.services.plan_auto_reply import PlanAutoReply

        ports = self.ports
        return PlanAutoReply(self.auto_responder_settings, self.directory, ports.opener, ports.tasks, ports.clock)

    @cached_property
    def auto_respond(self) -> AutoRespond:
        """The auto-responder's words."""
        from shared.services.auto_respond import AutoRespond

        ports = self.ports
        return AutoRespond(self.platform, ports.bus, ports.clock, ports.ids, self.plan_auto_reply, self.followers)

    @cached_property
    def sweep(self) -> Sweep:
        """What is still owed."""
        from shared.services.sweep import Sweep

        return Sweep(self.platform, self.ports.bus, self.ports.clock, self.plan_auto_reply, self.groups.heal)

    @cached_property
    def schedule_pulls(self) -> SchedulePulls:
        """Which inboxes are due."""
        from shared.services.schedule_pulls import SchedulePulls

        return SchedulePulls(self.platform, self.ports.bus, self.ports.clock, self.ports.opener)

    @cached_property
    def compare_inbox(self) -> CompareInbox:
        """What vendors hold against what we hold."""
        from shared.services.compare_inbox import CompareInbox

        return CompareInbox(self.platform, self.ports.clock, self.directory, self.ingest, self.ports.tasks)

    @cached_property
    def schedule_comparisons(self) -> ScheduleComparisons:
        """Which inboxes are compared."""
        from shared.services.schedule_comparisons import ScheduleComparisons

        return ScheduleComparisons(self.platform, self.ports.tasks, self.ports.clock, self.ports.opener)

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
    def hook_addresses(self) -> HookAddresses:
        """Where vendors call us."""
        from infra.hook_addresses import HookAddresses

        return HookAddresses(self.settings.public_url, self.settings.hook_urls)

    @cached_property
    def connect_inbox(self) -> ConnectInbox:
        """Accounts of channels."""
        from shared.services.connect_inbox import ConnectInbox

        ports, addresses = self.ports, self.hook_addresses
        change, secrets = self.change_inbox, self.inbox_secrets
        return ConnectInbox(self.platform, ports.opener, change, secrets, addresses, ports.clock, ports.ids)

    @cached_property
    def manage_inbox(self) -> ManageInbox:
        """What owners do with a connected account."""
        from shared.services.manage_inbox import ManageInbox

        ports, change = self.ports, self.change_inbox
        return ManageInbox(
            self.platform, ports.opener, change, self.pull_inbox, ports.tasks, ports.clock, self.connect_inbox
        )

    @cached_property
    def execute(self) -> Execute:
        """A member's command."""
        from shared.services.execute import Execute

        return Execute(self.platform, self.ports.bus, self.ports.clock, self.ports.ids, self.followers)

    @cached_property
    def send_message(self) -> SendMessage:
        """A member's words."""
        from shared.services.send_message import SendMessage

        ports = self.ports
        return SendMessage(self.platform, ports.bus, ports.clock, ports.opener, self.directory, self.followers)

    def account_worker(
        self, holder: str, *, simulated: MakeClient | None = None, answers_calls: bool = True
    ) -> AccountWorker:
        """Holds the connections of personal Telegram accounts; who runs in this process finds them here."""
        from infra.account_worker import account_worker

        worker = account_worker(self, holder, simulated, answers_calls=answers_calls)
        self.ports.lines.host = worker
        return worker

    @cached_property
    def stage_file(self) -> StageFile:
        """Files that wait to be sent."""
        from shared.services.stage_file import StageFile

        return StageFile(self.platform, lambda: self.ports.blobs, self.ports.clock, self.ports.opener)


_desk: Desk | None = None


def desk() -> Desk:
    """The process's desk, made at first use. Raises `Misconfigured`."""
    global _desk
    if _desk is None:
        from infra.settings import read_settings

        _desk = Desk(Ports(read_settings()))
    return _desk


def install(other: Desk | None) -> None:
    """Use this desk in this process: for a stack that runs several parts in one."""
    global _desk
    _desk = other
