"""The HTTP application."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.context import Api
from api.errors import add_error_handlers
from api.events import Pace
from api.guard import Guard
from api.routes import (
    admin,
    assistants,
    attachments,
    auth,
    auto_responder,
    chunks,
    commands,
    conversations,
    events,
    gmail,
    health,
    inboxes,
    leads,
    members,
    replies,
    telegram,
    telegram_accounts,
    telegram_page,
    uploads,
    web_chat,
    web_chat_embed,
    web_chat_files,
    web_chat_pages,
    web_chat_stream,
    work_group,
    workspaces,
)
from api.schemas.problems import Problem
from api.traced import Traced
from api.web_chat_cors import WebChatCors
from infra.bootstrap import Desk

PREFIX: Final = "/api/v1"
_ROUTERS: Final = (
    health.router,
    auth.router,
    workspaces.router,
    members.router,
    gmail.router,
    telegram_accounts.router,
    inboxes.router,
    work_group.router,
    conversations.router,
    replies.router,
    uploads.router,
    commands.router,
    attachments.router,
    assistants.router,
    auto_responder.router,
    chunks.router,
    events.router,
    telegram.router,
    leads.router,
    web_chat.router,
    web_chat_files.router,
    web_chat_stream.router,
    web_chat_embed.router,
    admin.router,
)


def create_app(desk: Desk, pace: Pace | None = None) -> FastAPI:
    """The API over a desk. Raises `InvalidInput`, naming the setting, where a secret is missing."""
    app = FastAPI(
        title="Parley",
        description="A customer-conversation desk.",
        version="1",
        generate_unique_id_function=_operation_id,
    )
    app.state.api = api = Api(desk, pace or _pace(desk))
    assert api.tokens  # refuses the start, not the first request
    app.add_middleware(WebChatCors, prefix=f"{PREFIX}/chat")
    app.add_middleware(Guard, clock=desk.ports.clock)
    app.add_middleware(Traced, tracing=desk.ports.tracing)
    add_error_handlers(app)
    app.include_router(health.probes)
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.routes.extend((*telegram_page.ROUTES, *web_chat_pages.ROUTES))
    _describe_problems(app)
    return app


def _pace(desk: Desk) -> Pace:
    """On a laptop a look costs nothing; at Firestore it costs a read."""
    return Pace(look_every=0.5 if desk.settings.stack == "embedded" else 3.0)


def _operation_id(route: APIRoute) -> str:
    return route.name


def _describe_problems(app: FastAPI) -> None:
    """Put the schema of errors into the OpenAPI document, which FastAPI does for answers of routes only."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        schemas = document["components"]["schemas"]
        if "Problem" not in schemas:
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= problem.pop("$defs")
            schemas["Problem"] = problem
        return document

    app.openapi = openapi  # type: ignore[method-assign]
