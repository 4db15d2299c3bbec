"""Public questions, answers, reviews and comments of Market to our arrivals. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from zlib import crc32

from infra.channels.yandex_market.shapes import Answer, Author, Question, Remark, Review, each
from infra.channels.yandex_market.wire import Said, thread_of
from shared.domain.arrivals import Echo, Received
from shared.domain.contacts import ContactRef
from shared.domain.messages import Attachment

SPEAKERS = {"BUSINESS": "Магазин", "VENDOR": "Производитель", "BRAND": "Бренд"}
_TICK = timedelta(microseconds=1)


def read_question(question: Question) -> Received:
    """The question itself."""
    thread = thread_of("question", question.ids.id)
    return Received(
        source_id=thread,
        thread=thread,
        kind="question",
        contact=ContactRef(source_id=thread, name=question.author.name if question.author else ""),
        text=question.text,
        at=question.created_at,
        facts={"product": question.ids.offer} if question.ids.offer else {},
    )


def read_answers(question: Question, answers: Iterable[Answer]) -> tuple[list[Said], list[str]]:
    """What was said below a question, and the ids of what cannot be read.

    A comment on our own answer waits for us; what else the public says to each other is shown only.
    """
    arrivals: list[Said] = []
    problems: list[str] = []
    for answer in answers:
        comments, bad = each(Remark, answer.comments)
        problems += bad
        if is_shown(answer):
            arrivals.append(_remark(question, answer, f"answer:{answer.id}", {}, is_to_us=False))
        for comment in filter(is_shown, comments):
            context = {"answer_id": answer.id}
            arrivals.append(_remark(question, comment, f"comment:{comment.id}", context, is_to_us=is_ours(answer)))
    return sorted(arrivals, key=lambda arrival: arrival.at), problems


def _remark(question: Question, remark: Remark, source: str, context: dict[str, str], *, is_to_us: bool) -> Said:
    thread, at = thread_of("question", question.ids.id), remark.created_at or question.created_at
    if is_ours(remark):
        return Echo(
            source_id=source,
            thread=thread,
            kind="question",
            text=remark.text,
            at=at,
            context=context,
            contact=read_question(question).contact,
            author_name=_name(remark.author),
        )
    contact = read_question(question).contact
    return Received(
        source_id=source,
        thread=thread,
        kind="question",
        text=_said(remark, contact.name),
        at=at,
        context=context,
        contact=contact,
        is_automatic=not (is_to_us and _is_customer(remark.author)),
    )


def read_review(review: Review) -> Received:
    """The review itself. One that needs no reaction (somebody has seen to it at Market) is shown only."""
    thread = thread_of("review", review.id)
    facts = {
        "product": review.product.offer,
        "order": review.product.order,
        "rating": str(review.statistics.rating or ""),
    }
    return Received(
        source_id=thread,
        thread=thread,
        kind="review",
        contact=ContactRef(source_id=thread, name=review.author),
        text=_words(review),
        at=review.created_at,
        facts={name: fact for name, fact in facts.items() if fact},
        attachments=_pictures(review),
        is_automatic=not review.needs_reaction,
    )


def _words(review: Review) -> str:
    said = review.description
    parts = (("Достоинства", said.advantages), ("Недостатки", said.disadvantages)) if said else ()
    lines = [f"{title}: {words}" for title, words in parts if words]
    comment = said.comment if said else ""
    if comment:
        lines.append(f"Комментарий: {comment}" if lines else comment)
    return "\n".join(lines) or f"Оценка {review.statistics.rating} из 5, без слов"


def _pictures(review: Review) -> tuple[Attachment, ...]:
    """Links to what the customer shows: public, so there is nothing to copy."""
    media = review.media
    addresses = (*media.photos, *media.videos) if media else ()
    return tuple(Attachment(kind="link", url=address) for address in addresses if address.startswith("https://"))


def read_comments(review: Review, comments: Iterable[Remark], now: datetime) -> list[Said]:
    """What was said below a review. Market gives comments no time: it is when we saw them, in Market's order.

    A comment below ours, or by who wrote the review, waits for us; any other is shown only.
    """
    shown = [comment for comment in comments if is_shown(comment)]
    ours = {comment.id for comment in shown if is_ours(comment)}
    return [
        _comment(
            review,
            comment,
            now + number * _TICK,
            is_to_us=comment.parent in ours or _name(comment.author) == review.author,
        )
        for number, comment in enumerate(shown)
    ]


def _comment(review: Review, comment: Remark, at: datetime, *, is_to_us: bool) -> Said:
    source, thread = f"review_comment:{comment.id}", thread_of("review", review.id)
    contact = ContactRef(source_id=thread, name=review.author)
    if is_ours(comment):
        return Echo(
            source_id=source,
            thread=thread,
            kind="review",
            text=comment.text,
            at=at,
            contact=contact,
            author_name=_name(comment.author),
        )
    return Received(
        source_id=source,
        thread=thread,
        kind="review",
        text=_said(comment, review.author),
        at=at,
        contact=contact,
        context={"comment_id": comment.id},
        is_automatic=not (is_to_us and _is_customer(comment.author)),
    )


def is_ours(remark: Remark) -> bool:
    """The shop's own words: it may change them. Other shops write below the same product, too."""
    if remark.can_modify is not None:
        return remark.can_modify
    return remark.author is not None and remark.author.type == "BUSINESS"


def is_shown(remark: Remark) -> bool:
    """Our own words count whatever moderation thinks of them; others' when they are public."""
    return remark.status == "PUBLISHED" or (is_ours(remark) and remark.status != "DELETED")


def digest(ids: Iterable[str]) -> str:
    """Changes whenever a thing is added or taken away."""
    return f"{crc32(','.join(sorted(ids)).encode()):08x}"


def _is_customer(author: Author | None) -> bool:
    return author is None or author.type in ("", "USER")


def _name(author: Author | None) -> str:
    return author.name if author else ""


def _said(remark: Remark, customer: str) -> str:
    """The words, and who says them where it is not the customer of the thread."""
    author = remark.author
    speaker = SPEAKERS.get(author.type, author.name) if author else ""
    return f"[{speaker}] {remark.text}" if speaker and speaker != customer else remark.text
