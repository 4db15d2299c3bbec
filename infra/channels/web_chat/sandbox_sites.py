"""The sites that show the chats, in the simulated world: each account is one site of a shop."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from infra.sandbox.world import World

_PREFIX = "web_chat"
_DOMAIN = "shop.example"


@dataclass(frozen=True, slots=True)
class Site:
    """One site. `slug` and `inbox` are known once the chat stands on it."""

    account: str
    moves: int = 0
    """How often it got another address."""
    slug: str = ""
    inbox: str = ""
    problem: str = ""

    @property
    def origin(self) -> str:
        """As browsers name it."""
        name = self.account.replace("_", "-").lower()
        return f"https://{name}{f'-{self.moves}' if self.moves else ''}.{_DOMAIN}"


class Sites:
    """Remembers them in the world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def site(self, account: str) -> Site:
        """The site of an account, as it is."""
        return Site(**(self._world.fact(f"{_PREFIX}/site/{account}") or {"account": account}))

    def keep(self, site: Site) -> None:
        """Make or change one."""
        self._world.learn(f"{_PREFIX}/site/{site.account}", asdict(site))
        self._world.learn(f"{_PREFIX}/origin/{site.origin}", site.account)

    def at(self, origin: str) -> Site | None:
        """The site that has, or had, this origin."""
        account = self._world.fact(f"{_PREFIX}/origin/{origin}")
        return None if account is None else self.site(account)
