"""Market's JSON as it comes: ids are text to us, what may be null is empty, unknown fields are left out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, ValidationError

from shared.domain.model import Noun

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Id = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
OptionalId = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
Flag = Annotated[bool, BeforeValidator(lambda value: False if value is None else value)]


class Shape(Noun):
    """Ids may come as numbers or as text."""

    model_config = ConfigDict(coerce_numbers_to_str=True)


ShapeT = TypeVar("ShapeT", bound=Shape)


class Notification(Shape):
    """What Market posts to our address: ids only."""

    type: Text = Field(alias="notificationType")
    business: OptionalId = Field(default="", alias="businessId")


class Customer(Shape):
    """The buyer in a chat, as public as Yandex Passport makes them."""

    name: Text = ""
    public_id: Text = Field(default="", alias="publicId")


class Context(Shape):
    """What a chat is about: `ORDER`, `RETURN` or `DIRECT`."""

    type: Text = ""
    customer: Customer | None = None
    order: OptionalId = Field(default="", alias="orderId")
    return_id: OptionalId = Field(default="", alias="returnId")


class Chat(Shape):
    """An entry of the list of chats. `updated_at`: of the last message."""

    id: Id = Field(alias="chatId")
    type: Text = ""
    status: Text = ""
    updated_at: AwareDatetime = Field(alias="updatedAt")
    context: Context = Context()


class Payload(Shape):
    """A file of a message."""

    name: Text = ""
    url: Text = ""
    size: int | None = None


class Message(Shape):
    """One message of a chat."""

    id: Id = Field(alias="messageId")
    created_at: AwareDatetime = Field(alias="createdAt")
    sender: Text = ""
    text: Text = Field(default="", alias="message")
    payload: Annotated[tuple[Payload, ...], BeforeValidator(lambda value: value or ())] = ()


class Author(Shape):
    """Who wrote in public: `USER`, `BUSINESS`, `VENDOR` or `BRAND`."""

    type: Text = ""
    name: Text = ""


class QuestionIds(Shape):
    """A question's ids."""

    id: Id
    offer: Text = Field(default="", alias="offerId")


class Question(Shape):
    """A public question about a product."""

    ids: QuestionIds = Field(alias="questionIdentifiers")
    text: Text = ""
    created_at: AwareDatetime = Field(alias="createdAt")
    author: Author | None = None


class Remark(Shape):
    """A public answer, or a comment: on an answer (`answerId`) or on a review, where it has no time."""

    id: Id
    text: Text = ""
    status: Text = ""
    can_modify: bool | None = Field(default=None, alias="canModify")
    parent: OptionalId = Field(default="", alias="parentId")
    author: Author | None = None
    created_at: AwareDatetime | None = Field(default=None, alias="createdAt")


class Answer(Remark):
    """An answer to a question, with the comments on it; they are read on their own."""

    comments: Annotated[tuple[Any, ...], BeforeValidator(lambda value: value or ())] = ()


class Product(Shape):
    """What a review is of."""

    order: OptionalId = Field(default="", alias="orderId")
    offer: Text = Field(default="", alias="offerId")


class Description(Shape):
    """The words of a review."""

    advantages: Text = ""
    disadvantages: Text = ""
    comment: Text = ""


class Media(Shape):
    """Addresses of pictures and films."""

    photos: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()
    videos: Annotated[tuple[str, ...], BeforeValidator(lambda value: value or ())] = ()


class Statistics(Shape):
    """A rating from 1 to 5, and how many comments stand directly below the review."""

    rating: int = 0
    comments: int = Field(default=0, alias="commentsCount")


class Review(Shape):
    """A review of a product, published."""

    id: Id = Field(alias="feedbackId")
    created_at: AwareDatetime = Field(alias="createdAt")
    needs_reaction: Flag = Field(default=False, alias="needReaction")
    product: Product = Field(default=Product(), alias="identifiers")
    author: Text = ""
    description: Description | None = None
    media: Media | None = None
    statistics: Statistics = Statistics()


class Business(Shape):
    """A cabinet."""

    id: Id
    name: Text = ""


class Campaign(Shape):
    """A shop of a cabinet."""

    business: Business | None = None
    availability: Text = Field(default="", alias="apiAvailability")


def each(shape: type[ShapeT], entries: Iterable[Any]) -> tuple[list[ShapeT], list[str]]:
    """The entries that can be read, and the ids ("?" where there is none) of those that cannot."""
    good, bad = [], []
    for entry in entries:
        try:
            good.append(shape.model_validate(entry))
        except (ValidationError, RecursionError):
            bad.append(_id_of(entry))
    return good, bad


def _id_of(entry: Any) -> str:
    if not isinstance(entry, dict):
        return "?"
    ids = entry.get("questionIdentifiers")
    places = (entry, ids if isinstance(ids, dict) else {})
    names = ("messageId", "chatId", "feedbackId", "id")
    return next((str(place[name])[:40] for place in places for name in names if name in place), "?")


def millis(moment: datetime) -> int:
    """Milliseconds since 1970: what Market's times are exact to."""
    return round(moment.timestamp() * 1000)
