"""What Firestore's errors mean to us. Their texts name documents, so ours do not repeat them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from google.api_core import exceptions

from shared.errors import AlreadyExists, DeskError, InvalidInput, Stale, TooLarge, Unavailable

_ABOUT_SIZE = re.compile(r"longer than \d{6,} bytes|maximum (allowed )?(entity )?size|exceeds the (maximum|limit)")


@asynccontextmanager
async def reading(seconds: float) -> AsyncIterator[None]:
    """A read, given up after so many seconds. Raises `InvalidInput` or `Unavailable`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except exceptions.InvalidArgument as error:
        raise InvalidInput("Firestore refused a request") from error
    except exceptions.FailedPrecondition as error:
        raise Unavailable("Firestore lacks an index for a query") from error
    except (TimeoutError, exceptions.GoogleAPIError) as error:
        raise Unavailable(f"Firestore does not answer: {type(error).__name__}") from error


@asynccontextmanager
async def writing(seconds: float) -> AsyncIterator[None]:
    """A commit, given up after so many seconds. Raises what `DocumentStore.commit` raises."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, exceptions.GoogleAPIError) as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> DeskError:
    match error:
        case exceptions.AlreadyExists():
            return AlreadyExists("a document that must not exist does")
        case exceptions.FailedPrecondition() | exceptions.NotFound():
            return Stale("a document has changed, or one that must exist does not")
        case exceptions.InvalidArgument() if _ABOUT_SIZE.search(str(error)):
            return TooLarge("a document is larger than Firestore takes")
        case exceptions.InvalidArgument():
            return InvalidInput("Firestore refused a write")
        case _:
            return Unavailable(f"Firestore does not answer: {type(error).__name__}")
