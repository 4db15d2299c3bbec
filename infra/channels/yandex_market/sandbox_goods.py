"""The stand-in's questions and reviews: Market's methods over them, and what the public does."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request

from infra.channels.yandex_market.sandbox_asking import body_of, paged, text_in
from infra.channels.yandex_market.sandbox_gate import Cabinet, Refused
from infra.channels.yandex_market.sandbox_memory import MOSCOW, Memory, moscow
from infra.sandbox.world import Record

QUESTIONS, ANSWERS = "yandex_market_questions", "yandex_market_answers"
REVIEWS, COMMENTS = "yandex_market_reviews", "yandex_market_comments"
"""Records by question or review. A comment on an answer names its `answer`, one on a comment its `parent`."""
FIRST_POST = 555
MONTH, HALF_YEAR = timedelta(days=31), timedelta(days=184)
ANSWER_LIMIT, COMMENT_LIMIT = 5000, 4096
NO_VOTES = {"likes": 0, "dislikes": 0}


class Goods:
    """Memory of public talks."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self._world = memory.world

    def post(self, kind: str, cabinet: str, **fields: Any) -> dict[str, Any]:
        """A new question or review."""
        post = {"id": self.memory.number("posts", FIRST_POST), "created": self.memory.now(), **fields}
        self._world.append(kind, cabinet, str(post["id"]), post)
        return post

    def posts(self, kind: str, cabinet: str) -> list[dict[str, Any]]:
        """All of them, oldest first."""
        return [record.data for record in self._world.records(kind, cabinet)]

    def find(self, kind: str, cabinet: str, id: Any) -> dict[str, Any]:
        """One of them. Raises `Refused`."""
        found = next((record.data for record in self._world.records(kind, cabinet, str(id))), None)
        if found is None:
            raise Refused(404, "Not found")
        return found

    def remark(self, kind: str, cabinet: str, post: int, author: str, name: str, text: str, **more: Any) -> Any:
        """An answer or a comment below a post."""
        remark = {
            "id": self.memory.number("posts", FIRST_POST),
            "post": post,
            "created": self.memory.now(),
            "author": {"type": author, "name": name},
            "text": text,
            **more,
        }
        self._world.append(kind, cabinet, str(post), remark)
        return remark

    def remarks(self, kind: str, cabinet: str, post: Any = None) -> list[dict[str, Any]]:
        """What stands below a post, oldest first."""
        records = self._world.records(kind, cabinet, None if post is None else str(post))
        return [record.data for record in records]

    def has_shops_answer(self, kind: str, cabinet: str, post: int) -> bool:
        """Whether the shop has said something below a post."""
        return any(remark["author"]["type"] == "BUSINESS" for remark in self.remarks(kind, cabinet, post))

    def set_read(self, cabinet: str, review: int) -> None:
        """Somebody opened the review in the cabinet."""
        record: Record
        for record in self._world.records(REVIEWS, cabinet, str(review)):
            self._world.replace(record.seq, {**record.data, "is_read": True})


class GoodsMethods:
    """One method a handler."""

    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    async def questions(self, request: Request, cabinet: Cabinet) -> Any:
        """`getGoodsQuestions`, newest first."""
        body = await body_of(request, "questionIds", "categoryIds", "dateFrom", "dateTo", "needAnswer", "sort")
        first, last = self._days(body)
        name = cabinet["name"]
        shown = [
            post
            for post in reversed(self._goods.posts(QUESTIONS, name))
            if first <= datetime.fromtimestamp(post["created"] / 1000, MOSCOW).date() <= last
            and not (body.get("needAnswer") and self._goods.has_shops_answer(ANSWERS, name, post["id"]))
        ]
        page, paging = paged(request, shown, most=50, usual=25)
        listed = [question_json(question, cabinet) for question in page]
        return _result({"questions": listed, "totalCount": len(shown), "paging": paging})

    def _days(self, body: dict[str, Any]) -> tuple[date, date]:
        today = datetime.fromtimestamp(self._goods.memory.now() / 1000, MOSCOW).date()
        try:
            last = date.fromisoformat(body["dateTo"]) if body.get("dateTo") else today
            first = date.fromisoformat(body["dateFrom"]) if body.get("dateFrom") else last - MONTH
        except (ValueError, TypeError):
            raise Refused(400, "Wrong date") from None
        if not first <= last <= first + MONTH:
            raise Refused(400, "The period must not be longer than a month")
        return first, last

    async def answers(self, request: Request, cabinet: Cabinet) -> Any:
        """`getGoodsQuestionAnswers`."""
        body, name = await body_of(request, "questionId", "answerIds"), cabinet["name"]
        question = self._goods.find(QUESTIONS, name, body.get("questionId"))["id"]
        below = self._goods.remarks(ANSWERS, name, question)
        page, paging = paged(request, [one for one in below if not one.get("answer")], most=50, usual=25)
        shown = [answer_json(one, [comment for comment in below if comment.get("answer") == one["id"]]) for one in page]
        return _result({"answers": shown, "paging": paging})

    async def update_question(self, request: Request, cabinet: Cabinet) -> Any:
        """`updateGoodsQuestionTextEntity`: what the adapter uses of it, `CREATE`."""
        body = await body_of(request, "operationType", "parentEntityId", "entityId", "text")
        parent = body.get("parentEntityId")
        if body.get("operationType") != "CREATE" or not isinstance(parent, dict):
            raise Refused(400, "CREATE needs parentEntityId")
        text, name = text_in(body, "text", ANSWER_LIMIT), cabinet["name"]
        if parent.get("type") == "QUESTION":
            question = self._goods.find(QUESTIONS, name, parent.get("id"))
            made = self._goods.remark(ANSWERS, name, question["id"], "BUSINESS", name, text)
            return _result({"entity": {"id": made["id"], "type": "ANSWER"}})
        answers = [one for one in self._goods.remarks(ANSWERS, name) if not one.get("answer")]
        answer = next((one for one in answers if one["id"] == parent.get("id")), None)
        if parent.get("type") != "ANSWER" or answer is None:
            raise Refused(404, "Not found")
        made = self._goods.remark(ANSWERS, name, answer["post"], "BUSINESS", name, text, answer=answer["id"])
        return _result({"entity": {"id": made["id"], "type": "COMMENT"}})

    async def reviews(self, request: Request, cabinet: Cabinet) -> Any:
        """`getGoodsFeedbacks`, in the order of publication."""
        known = ("feedbackIds", "dateTimeFrom", "dateTimeTo", "reactionStatus", "ratingValues", "offerIds", "paid")
        body, name, now = await body_of(request, *known), cabinet["name"], self._goods.memory.now()
        try:
            since = datetime.fromisoformat(body["dateTimeFrom"]).timestamp() * 1000 if body.get("dateTimeFrom") else 0
        except (ValueError, TypeError):
            raise Refused(400, "Wrong dateTimeFrom") from None
        if since and now - since > HALF_YEAR.total_seconds() * 1000:
            raise Refused(400, "The period must not be longer than 6 months")
        shown = [self._review(review, name) for review in self._goods.posts(REVIEWS, name) if review["created"] > since]
        if body.get("reactionStatus") == "NEED_REACTION":
            shown = [review for review in shown if review["needReaction"]]
        page, paging = paged(request, shown, most=50, usual=25)
        return _result({"feedbacks": page, "paging": paging})

    def _review(self, review: dict[str, Any], name: str) -> dict[str, Any]:
        direct = [one for one in self._goods.remarks(COMMENTS, name, review["id"]) if not one.get("parent")]
        is_answered = self._goods.has_shops_answer(COMMENTS, name, review["id"])
        shown = {
            "feedbackId": review["id"],
            "createdAt": moscow(review["created"]),
            "needReaction": not (is_answered or review.get("is_read")),
            "identifiers": {"offerId": review["product"], "orderId": review["order"]},
            "author": review["author"],
            "statistics": {"rating": review["rating"], "commentsCount": len(direct), "recommended": True},
        }
        if review["text"]:
            shown["description"] = {"comment": review["text"]}
        return shown

    async def comments(self, request: Request, cabinet: Cabinet) -> Any:
        """`getGoodsFeedbackComments`, in the order of publication."""
        body, name = await body_of(request, "feedbackId", "commentIds"), cabinet["name"]
        review = self._goods.find(REVIEWS, name, body.get("feedbackId"))
        page, paging = paged(request, self._goods.remarks(COMMENTS, name, review["id"]), most=50, usual=25)
        return _result({"comments": [comment_json(comment) for comment in page], "paging": paging})

    async def update_comment(self, request: Request, cabinet: Cabinet) -> Any:
        """`updateGoodsFeedbackComment`: what the adapter uses of it, a new comment."""
        body, name = await body_of(request, "feedbackId", "comment"), cabinet["name"]
        comment = body.get("comment")
        if not isinstance(comment, dict) or "id" in comment:
            raise Refused(400, "A new comment has no id")
        review = self._goods.find(REVIEWS, name, body.get("feedbackId"))["id"]
        text, parent = text_in(comment, "text", COMMENT_LIMIT), comment.get("parentId")
        if parent is not None and parent not in {one["id"] for one in self._goods.remarks(COMMENTS, name, review)}:
            raise Refused(404, "Not found")
        return _result(comment_json(self._goods.remark(COMMENTS, name, review, "BUSINESS", name, text, parent=parent)))


def _result(result: dict[str, Any]) -> dict[str, Any]:
    return {"status": "OK", "result": result}


def question_json(question: dict[str, Any], cabinet: Cabinet) -> dict[str, Any]:
    """A question of the list."""
    return {
        "questionIdentifiers": {"id": question["id"], "categoryId": 90401, "offerId": question["product"]},
        "businessId": cabinet["business"],
        "text": question["text"],
        "createdAt": moscow(question["created"]),
        "votes": NO_VOTES,
        "author": {"type": "USER", "name": question["author"]},
    }


def answer_json(answer: dict[str, Any], comments: list[dict[str, Any]]) -> dict[str, Any]:
    """An answer with the comments on it."""
    shown = {**_remark_json(answer), "questionId": answer["post"], "createdAt": moscow(answer["created"])}
    below = [
        {**_remark_json(comment), "answerId": answer["id"], "createdAt": moscow(comment["created"]), "votes": NO_VOTES}
        for comment in comments
    ]
    return {**shown, "votes": NO_VOTES, "comments": below}


def comment_json(comment: dict[str, Any]) -> dict[str, Any]:
    """A comment below a review: it has no time."""
    parent = {"parentId": comment["parent"]} if comment.get("parent") else {}
    return {**_remark_json(comment), "feedbackId": comment["post"], **parent}


def _remark_json(remark: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": remark["id"],
        "text": remark["text"],
        "canModify": remark["author"]["type"] == "BUSINESS",
        "status": remark.get("status", "PUBLISHED"),
        "author": remark["author"],
    }
