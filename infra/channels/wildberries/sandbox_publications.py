"""Questions and reviews that the simulated Wildberries remembers, in its own shapes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

from infra.channels.wildberries.sandbox_memory import FIRST_GOOD, Memory
from infra.sandbox.world import Record

PUBLICATIONS = "wildberries_publications"
Kind = Literal["question", "review"]
EDITABLE_FOR = timedelta(days=60)
_GOODS = (("Куртка", "JKT-2", "Пример"), ("Кружка", "MUG-7", "Глина"), ("Лампа", "LMP-1", "Свет"))


class Publications:
    """Beside the vendor's shape a record keeps when it was answered and whether the answer was changed."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def ask(self, account: str, text: str) -> str:
        """A customer asks about a product; the question's id."""
        item = {**self._new(), "text": text, "state": "suppliersPortalSynch", "isWarned": False}
        return self._add(account, "question", item)

    def review(self, account: str, author: str, rating: int, words: dict[str, str], photos: list[str]) -> str:
        """A customer rates a product; the review's id. `words`: text, pros, cons."""
        item = {
            **self._new(),
            **{name: words.get(name, "") for name in ("text", "pros", "cons")},
            "productValuation": rating,
            "state": "none",
            "photoLinks": [{"fullSize": photo, "miniSize": photo} for photo in photos] or None,
            "video": None,
            "userName": author,
            "orderStatus": "buyout",
            "matchingSize": "",
            "bables": None,
            "parentFeedbackId": None,
            "childFeedbackId": None,
        }
        item["productDetails"]["size"] = "0"
        return self._add(account, "review", item)

    def _new(self) -> dict[str, Any]:
        article = self._memory.world.next_number("wildberries/goods", FIRST_GOOD)
        name, sellers_article, brand = _GOODS[article % len(_GOODS)]
        return {
            "id": self._memory.new_id("publication")[:20],
            "createdDate": self._time(self._memory.now()),
            "answer": None,
            "productDetails": {
                "imtId": article + 7,
                "nmId": article,
                "productName": name,
                "supplierArticle": sellers_article,
                "supplierName": "ИП Пример",
                "brandName": brand,
            },
            "wasViewed": False,
        }

    def _add(self, account: str, kind: Kind, item: dict[str, Any]) -> str:
        record = {"item": item, "created": int(self._memory.now().timestamp()), "answered": None, "was_edited": False}
        self._memory.world.append(PUBLICATIONS, account, kind, record)
        return str(item["id"])

    def listed(self, account: str, kind: Kind, *, is_answered: bool) -> list[Record]:
        """Oldest first."""
        records = self._memory.world.records(PUBLICATIONS, account, kind)
        return [record for record in records if (record.data["answered"] is not None) is is_answered]

    def found(self, account: str, kind: Kind, id: str) -> Record | None:
        """One of them."""
        records = self._memory.world.records(PUBLICATIONS, account, kind)
        return next((record for record in records if record.data["item"]["id"] == id), None)

    def view(self, record: Record) -> None:
        """Somebody of the shop has seen it."""
        self._change(record, {"wasViewed": True})

    def reject(self, record: Record) -> None:
        """The question is not shown to anybody."""
        self._change(record, {"state": "none"}, answered=self._memory.now().timestamp())

    def answer(self, record: Record, text: str, moderation: str = "") -> bool:
        """Answer, or change the answer once within 60 days; False: it can no longer be changed.

        `moderation`: "drop" shows nothing, "change" shows other words, "reject" refuses a review's answer.
        """
        if record.data["item"]["answer"] is not None and not self.is_editable(record):
            return False
        if moderation == "drop":
            return True
        is_review = record.chat == "review"
        shown = text + " (изменено модератором)" if moderation == "change" else text
        answer: dict[str, Any] = {"text": shown, "editable": record.data["answered"] is None}
        if is_review:
            answer["state"] = "rejected" if moderation == "reject" else "wbRu"
        else:
            answer["createDate"] = self._time(self._memory.now())
        is_edit = record.data["answered"] is not None
        answered = record.data["answered"] if is_edit else self._memory.now().timestamp()
        self._change(record, {"answer": answer, "state": "wbRu"}, answered=answered, was_edited=is_edit)
        return True

    def is_editable(self, record: Record) -> bool:
        """Once, within 60 days."""
        answered = record.data["answered"]
        is_fresh = answered is not None and self._memory.now().timestamp() - answered < EDITABLE_FOR.total_seconds()
        return is_fresh and not record.data["was_edited"]

    def shown(self, record: Record) -> dict[str, Any]:
        """As the methods show it."""
        item = dict(record.data["item"])
        if item["answer"] is not None:
            item["answer"] = {**item["answer"], "editable": self.is_editable(record)}
        return item

    def _change(self, record: Record, fields: dict[str, Any], **more: Any) -> None:
        self._memory.world.replace(record.seq, {**record.data, **more, "item": {**record.data["item"], **fields}})

    def _time(self, moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
