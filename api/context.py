"""What the routes work with: the desk, and the services that only people's requests need."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property

from api.auth.cookies import Cookies
from api.events import EventHub, Pace
from infra.access_tokens import AccessTokens, SigningKey
from infra.bootstrap import Desk
from infra.passwords import Argon2Passwords
from shared.services.accounts import Accounts
from shared.services.attempts import Attempts
from shared.services.consents import Consents
from shared.services.mark_read import MarkAsRead
from shared.services.membership import Membership
from shared.services.open_attachment import OpenAttachment
from shared.services.regenerate import Regenerate
from shared.services.sign_in import Refresh, SignIn
from shared.services.signed_in import SignedIn
from shared.services.store_attachments import StoreAttachments
from shared.services.telegram_account_logins import AccountLoginDesk
from shared.services.telegram_links import TelegramLinks
from shared.services.telegram_sign_in import TelegramSignIn
from shared.services.web_chat_files import WebChatFiles
from shared.services.web_chat_leads import LeaveContacts
from shared.services.web_chat_limits import WebChatLimits
from shared.services.web_chat_talk import WebChatTalk
from shared.services.web_chat_visitors import Visitors
from shared.services.web_chats import WebChats
from shared.store.sessions import Sessions
from shared.store.telegram_accounts import AccountLogins
from shared.store.users import Users
from shared.store.workspaces import Workspaces


class Api:
    """One an application. Each service is built when it is first used."""

    def __init__(self, desk: Desk, pace: Pace) -> None:
        self.desk = desk
        ports = desk.ports
        self.users = Users(ports.store)
        self.sessions = Sessions(ports.store)
        self.workspaces = Workspaces(ports.store)
        self.signed_in = SignedIn(self.users, self.sessions, ports.clock)
        self.cookies = Cookies(desk.settings.public_url)
        self.events = EventHub(desk.platform, ports.clock, pace)

    @cached_property
    def tokens(self) -> AccessTokens:
        """Access tokens. Raises `InvalidInput`, naming the setting, where the secret that signs them is missing."""
        ports, settings = self.desk.ports, self.desk.settings
        key = SigningKey(settings, ports.secrets, ports.ids)
        return AccessTokens(key, ports.clock, timedelta(minutes=settings.access_token_minutes))

    @cached_property
    def passwords(self) -> Argon2Passwords:
        """Hashes."""
        return Argon2Passwords()

    @cached_property
    def sign_in(self) -> SignIn:
        """E-mail and password to a session."""
        ports = self.desk.ports
        return SignIn(self.users, self.sessions, self.attempts, self.passwords, ports.clock, ports.ids)

    @cached_property
    def attempts(self) -> Attempts:
        """How often somebody may try."""
        return Attempts(self.desk.ports.store, self.desk.ports.clock)

    @cached_property
    def telegram_links(self) -> TelegramLinks:
        """Links to confirm in Telegram."""
        ports = self.desk.ports
        return TelegramLinks(ports.store, ports.clock, ports.ids)

    @cached_property
    def telegram_sign_in(self) -> TelegramSignIn:
        """A Telegram account to a session."""
        ports = self.desk.ports
        return TelegramSignIn(
            ports.store,
            self.users,
            self.sign_in,
            self.telegram_links,
            self.membership,
            self.signed_in,
            ports.clock,
            ports.ids,
        )

    @cached_property
    def refresh(self) -> Refresh:
        """A refresh token to the next one."""
        return Refresh(self.sessions, self.signed_in, self.desk.ports.clock, self.desk.ports.ids)

    @cached_property
    def accounts(self) -> Accounts:
        """Users, as operators make them."""
        ports = self.desk.ports
        return Accounts(self.users, self.signed_in, self.passwords, ports.clock, ports.ids)

    @cached_property
    def membership(self) -> Membership:
        """Workspaces and their members."""
        ports = self.desk.ports
        return Membership(self.desk.platform, self.workspaces, self.users, ports.clock, ports.ids)

    @cached_property
    def consents(self) -> Consents:
        """Browsers on their way through a vendor's consent page."""
        ports = self.desk.ports
        return Consents(ports.store, ports.cipher, ports.clock)

    @cached_property
    def telegram_account_logins(self) -> AccountLoginDesk:
        """Personal Telegram accounts on their way to an inbox."""
        ports = self.desk.ports
        return AccountLoginDesk(AccountLogins(ports.store), ports.cipher, ports.clock, ports.ids)

    @cached_property
    def regenerate(self) -> Regenerate:
        """Another draft."""
        return Regenerate(self.desk.platform, self.desk.ports.bus, self.desk.ports.clock, self.desk.followers)

    @cached_property
    def mark_read(self) -> MarkAsRead:
        """What the staff has seen."""
        return MarkAsRead(self.desk.execute, self.desk.directory)

    @cached_property
    def open_attachment(self) -> OpenAttachment:
        """Files of messages."""
        platform, blobs = self.desk.platform, self.desk.ports.blobs
        return OpenAttachment(
            platform, blobs, StoreAttachments(platform, blobs, self.desk.directory, self.desk.followers)
        )

    @cached_property
    def web_chats(self) -> WebChats:
        """Web chats by address."""
        desk = self.desk
        return WebChats(desk.platform, self.workspaces, desk.directory, desk.inbox_secrets, desk.ports.clock)

    @cached_property
    def web_chat_limits(self) -> WebChatLimits:
        """How often visitors may do what."""
        return WebChatLimits(self.desk.ports.store, self.desk.ports.clock)

    @cached_property
    def visitors(self) -> Visitors:
        """Who visitors are."""
        return Visitors(self.desk.ports.clock, self.desk.ports.ids)

    @cached_property
    def web_chat_talk(self) -> WebChatTalk:
        """What visitors say and see."""
        return WebChatTalk(self.desk.platform, self.desk.ingest, self.desk.ports.clock)

    @cached_property
    def web_chat_files(self) -> WebChatFiles:
        """Files of visitors."""
        return WebChatFiles(self.web_chat_talk, lambda: self.desk.ports.blobs)

    @cached_property
    def leave_contacts(self) -> LeaveContacts:
        """The offline form."""
        return LeaveContacts(self.desk.platform, self.web_chat_talk, self.desk.ports.clock)
