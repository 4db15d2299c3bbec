"""Wildberries' JSON as it comes: what may be null is empty, unknown fields are left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from shared.domain.model import Noun

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(bool)]
Id = Annotated[str, Field(min_length=1)]
Many = BeforeValidator(lambda value: value if isinstance(value, list) else [])


class Shape(Noun):
    """Numbers may stand where text is expected."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


ShapeT = TypeVar("ShapeT", bound=Shape)


class GoodCard(Shape):
    """The order that a chat is about."""

    article: Text = Field(default="", alias="nmID")
    price: Text = ""
    currency: Text = Field(default="", alias="priceCurrency")
    order: Text = Field(default="", alias="rid")
    size: Text = ""


class File(Shape):
    """A file or an image. `url` may be empty and is not used: files are fetched by their id."""

    id: Id = Field(alias="downloadID")
    name: Text = ""
    mime_type: Text = Field(default="", alias="contentType")
    size: int | None = None


class Enclosed(Shape):
    """What comes with a message; files are read one by one."""

    good: GoodCard | None = Field(default=None, alias="goodCard")
    files: Annotated[list[Any], Many] = []
    images: Annotated[list[Any], Many] = []


class Words(Shape):
    """What an event says."""

    text: Text = ""
    attachments: Enclosed | None = None


class Event(Shape):
    """One event of the seller's chats. `message` is read on its own, so that a strange one stops nothing."""

    chat: Id = Field(alias="chatID")
    id: Id = Field(alias="eventID")
    type: Text = Field(default="", alias="eventType")
    message: Any = None
    source: Text = ""
    at: AwareDatetime = Field(validation_alias=AliasChoices("addTimestamp", "addTime"))
    """From unix milliseconds, else from RFC 3339."""
    sign: Text = Field(default="", alias="replySign")
    sender: Text = ""
    client: Text = Field(default="", alias="clientName")


class EventsPage(Shape):
    """An answer of `/events`; `events` are read one by one."""

    next: int = 0
    total: int = Field(default=0, alias="totalEvents")
    events: Annotated[list[Any], Many] = []


class Chat(Shape):
    """A chat in the list of chats."""

    id: Id = Field(alias="chatID")
    sign: Text = Field(default="", alias="replySign")


class Answer(Shape):
    """Our answer to a question or a review."""

    text: Text = ""
    state: Text = ""
    """Reviews only: none, wbRu, reviewRequired, rejected."""
    is_editable: Flag = Field(default=False, alias="editable")
    created_at: AwareDatetime | None = Field(default=None, alias="createDate")
    """Questions only."""


class Product(Shape):
    """What is asked about or reviewed."""

    article: Text = Field(default="", alias="nmId")
    name: Text = Field(default="", alias="productName")
    sellers_article: Text = Field(default="", alias="supplierArticle")
    brand: Text = Field(default="", alias="brandName")
    size: Text = ""


class Photo(Shape):
    """A photo of a review."""

    address: Text = Field(default="", alias="fullSize")


class Video(Shape):
    """A video of a review."""

    link: Text = ""


class Publication(Shape):
    """A question or a review; what only reviews have is empty in questions."""

    id: Id
    text: Text = ""
    pros: Text = ""
    cons: Text = ""
    rating: int | None = Field(default=None, alias="productValuation")
    created_at: AwareDatetime = Field(alias="createdDate")
    answer: Answer | None = None
    product: Product | None = Field(default=None, alias="productDetails")
    photos: Annotated[list[Photo], Many] = Field(default=[], alias="photoLinks")
    video: Video | None = None
    author: Text = Field(default="", alias="userName")
    order_status: Text = Field(default="", alias="orderStatus")

    @property
    def shown_answer(self) -> Answer | None:
        """The answer, unless moderation has refused it."""
        is_shown = self.answer is not None and self.answer.text.strip() and self.answer.state != "rejected"
        return self.answer if is_shown else None

    @property
    def created(self) -> int:
        """Unix seconds, as the lists are filtered by."""
        return unix(self.created_at)


def unix(moment: datetime) -> int:
    """Seconds since 1970."""
    return int(moment.timestamp())


def millis(moment: datetime) -> int:
    """Milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


def each(shape: type[ShapeT], entries: Iterable[Any]) -> tuple[list[ShapeT], list[Any]]:
    """The entries that can be read, and those that cannot."""
    good, bad = [], []
    for entry in entries:
        try:
            good.append(shape.model_validate(entry))
        except ValidationError:
            bad.append(entry)
    return good, bad
