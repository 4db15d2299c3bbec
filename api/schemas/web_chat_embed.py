"""How an owner puts a web chat on a site."""

from __future__ import annotations

from html import escape

from api.schemas.common import Out
from shared.services.web_chats import WebChat


class EmbedOut(Out):
    """A web chat with its address and the lines to copy."""

    inbox_id: str
    name: str
    url: str
    """A page of its own."""
    script: str
    """One line: a button on every page of the site."""
    iframe: str
    """The chat in a place of the site's own."""
    origins: list[str]
    """Sites that may show it."""
    title: str
    greeting: str
    accent: str
    quick_replies: list[str]

    @classmethod
    def of(cls, chat: WebChat, public_url: str, *, is_first: bool) -> EmbedOut:
        """The lines for one chat; the first one of a workspace needs no inbox in its address."""
        root, slug, settings = public_url.rstrip("/"), chat.workspace.slug, chat.settings
        query = "" if is_first else f"?inbox={chat.inbox.id}"
        inbox = "" if is_first else f' data-inbox="{chat.inbox.id}"'
        look = f'data-slug="{slug}"{inbox} data-accent="{settings.accent}"'
        return cls(
            inbox_id=chat.inbox.id,
            name=chat.inbox.name,
            url=f"{root}/{slug}/chat{query}",
            script=f'<script src="{root}/widget.js" {look} async></script>',
            iframe=f'<iframe src="{root}/{slug}/chat/embed{query}" title="{escape(chat.title)}" '
            'style="border:0;width:400px;height:600px"></iframe>',
            origins=list(settings.origins),
            title=chat.title,
            greeting=settings.greeting,
            accent=settings.accent,
            quick_replies=list(settings.quick_replies),
        )
