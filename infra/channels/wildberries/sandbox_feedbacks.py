"""The stand-in's methods of questions and reviews: Wildberries' paths, checks, answers and errors."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.channels.wildberries.sandbox_forbidden import leads_away
from infra.channels.wildberries.sandbox_gate import Account, Gate, Refused, enveloped
from infra.channels.wildberries.sandbox_memory import Memory
from infra.channels.wildberries.sandbox_publications import Kind, Publications

QUESTION_LIMIT = 1000
REVIEW_LIMITS = range(2, 5001)
"""UTF-16 units."""
MOST_TAKEN = {"question": 10_000, "review": 5000}
MOST_SKIPPED = {"question": 10_000, "review": 199_990}


class FeedbackMethods:
    """One method a handler."""

    def __init__(self, memory: Memory, publications: Publications, gate: Gate) -> None:
        self._memory = memory
        self._publications = publications
        self._gate = gate

    def routes(self) -> list[Route]:
        """All methods at Wildberries' paths."""

        def route(path: str, handler: Any, method: str = "GET", group: str = "feedbacks") -> Route:
            return Route(path, self._gate.guarded("feedbacks", group, handler), methods=[method])

        return [
            route("/ping", self._gate.ping, group="ping"),
            route("/api/v1/questions", self._questions),
            route("/api/v1/questions", self._change_question, "PATCH"),
            route("/api/v1/question", self._question),
            route("/api/v1/feedbacks", self._reviews),
            route("/api/v1/feedback", self._review),
            route("/api/v1/feedbacks/answer", self._answer_review, "POST"),
            route("/api/v1/feedbacks/answer", self._edit_review, "PATCH"),
            Route("/photos/{id}", self._photo),
        ]

    async def _questions(self, request: Request, account: Account) -> Response:
        return _answered(self._listed(request, account, "question", "questions"))

    async def _reviews(self, request: Request, account: Account) -> Response:
        return _answered(self._listed(request, account, "review", "feedbacks"))

    def _listed(self, request: Request, account: Account, kind: Kind, name: str) -> dict[str, Any]:
        query = request.query_params
        take, skip = _number(request, "take"), _number(request, "skip")
        is_answered = {"true": True, "false": False}.get(query.get("isAnswered", ""))
        is_beyond = take > MOST_TAKEN[kind] or skip > MOST_SKIPPED[kind]
        if is_answered is None or is_beyond or (kind == "question" and take + skip > MOST_TAKEN[kind]):
            raise enveloped(400, "Something went wrong")
        since, until = _number(request, "dateFrom", 0), _number(request, "dateTo", 1 << 40)
        records = self._publications.listed(account["name"], kind, is_answered=is_answered)
        matching = [record for record in records if since <= record.data["created"] <= until]
        if query.get("order", "dateDesc") == "dateDesc":
            matching.reverse()
        page = [self._publications.shown(record) for record in matching[skip : skip + take]]
        counts = {
            answered: self._publications.listed(account["name"], kind, is_answered=answered)
            for answered in (False, True)
        }
        return {"countUnanswered": len(counts[False]), "countArchive": len(counts[True]), name: page}

    async def _question(self, request: Request, account: Account) -> Response:
        return self._one(request, account, "question")

    async def _review(self, request: Request, account: Account) -> Response:
        return self._one(request, account, "review")

    def _one(self, request: Request, account: Account, kind: Kind) -> Response:
        record = self._publications.found(account["name"], kind, request.query_params.get("id", ""))
        if record is None:
            raise enveloped(422, "Not found")
        return _answered(self._publications.shown(record))

    async def _change_question(self, request: Request, account: Account) -> Response:
        body = await _json(request)
        record = self._publications.found(account["name"], "question", str(body.get("id", "")))
        if record is None:
            raise enveloped(404, "Not found")
        if "wasViewed" in body:
            self._publications.view(record)
            return _answered(None)
        answer = body.get("answer")
        text = answer.get("text") if isinstance(answer, dict) else None
        if not isinstance(text, str) or not text.strip() or _length(text) > QUESTION_LIMIT or leads_away(text):
            raise enveloped(400, "Something went wrong")
        if body.get("state") == "none":
            self._publications.reject(record)
        elif body.get("state") != "wbRu" or not self._publications.answer(record, text, self._moderation(account)):
            raise enveloped(400, "Something went wrong")
        return _answered(None)

    async def _answer_review(self, request: Request, account: Account) -> Response:
        return await self._answered_review(request, account, is_edit=False)

    async def _edit_review(self, request: Request, account: Account) -> Response:
        return await self._answered_review(request, account, is_edit=True)

    async def _answered_review(self, request: Request, account: Account, *, is_edit: bool) -> Response:
        body = await _json(request)
        text = body.get("text")
        if not isinstance(text, str) or _length(text) not in REVIEW_LIMITS or leads_away(text):
            raise _bad("invalid text")
        record = self._publications.found(account["name"], "review", str(body.get("id", "")))
        # A wrong id and an answer too many are no errors here, as at Wildberries.
        if record is not None and (record.data["answered"] is not None) is is_edit:
            self._publications.answer(record, text, self._moderation(account))
        return Response(status_code=204)

    def _moderation(self, account: Account) -> str:
        return str(self._memory.world.fact(f"wildberries/answers/{account['name']}") or "")

    async def _photo(self, request: Request) -> Response:
        """A customer's photo, for everybody."""
        account, _, file_id = request.path_params["id"].partition("~")
        file = self._memory.file(account, file_id)
        return Response(file.data, media_type=file.mime_type) if file else Response(status_code=404)


def _answered(data: Any) -> Response:
    return JSONResponse({"data": data, "error": False, "errorText": "", "additionalErrors": None})


def _bad(detail: str) -> Refused:
    refused = Refused(400, "bad request", form="application/json")
    refused.body = {"title": "bad request", "requestId": "b1e4", "origin": "feedbacks", "detail": detail}
    return refused


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _bad("invalid JSON syntax")
    return body


def _number(request: Request, name: str, default: int | None = None) -> int:
    text = request.query_params.get(name)
    if text is None and default is not None:
        return default
    if text is None or not text.isdecimal():
        raise enveloped(400, "Something went wrong")
    return int(text)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
