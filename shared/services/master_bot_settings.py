"""The master bot's token: set at run time by an admin, encrypted at rest."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.master_bot import MasterBotSettings
from shared.errors import NotFound
from shared.ports.cipher import Cipher
from shared.ports.clock import Clock, Ids
from shared.ports.master_bot import MasterBot, MasterBotOpener
from shared.store.master_bot import PATH, MasterBots


@dataclass(frozen=True, slots=True)
class MasterBotAccess:
    """Opens the bot, and puts another in its place."""

    bots: MasterBots
    cipher: Cipher
    opener: MasterBotOpener
    hook_address: str
    clock: Clock
    ids: Ids

    async def opened(self) -> tuple[MasterBot, MasterBotSettings]:
        """The bot. Raises `NotFound` (`no_master_bot`)."""
        settings = await self.bots.get()
        if settings is None:
            raise NotFound("no master bot is set up", code="no_master_bot")
        secret = await self.cipher.decrypt(settings.webhook_secret, context=PATH)
        return self.opener(await self.token(settings), secret), settings

    async def token(self, settings: MasterBotSettings) -> str:
        """The bot's token, in the clear."""
        return await self.cipher.decrypt(settings.token, context=PATH)

    async def set(self, token: str) -> MasterBotSettings:
        """Register this bot. Nothing is kept unless Telegram takes it. Raises the `ChannelError` family."""
        secret = self.ids.secret()
        username = await self.opener(token, secret).connect(self.hook_address)
        settings = MasterBotSettings(
            token=await self.cipher.encrypt(token, context=PATH),
            webhook_secret=await self.cipher.encrypt(secret, context=PATH),
            username=username,
            updated_at=self.clock.now(),
        )
        await self.bots.save(settings)
        return settings

    async def remove(self) -> None:
        """Have no master bot any more. Raises `NotFound`."""
        bot, _ = await self.opened()
        await bot.disconnect()
        await self.bots.remove()
