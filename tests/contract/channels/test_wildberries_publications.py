"""Questions and reviews over real HTTP: each a conversation of its own kind, with one answer that is read back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from infra.channels.wildberries import feedbacks_api, publications
from shared.domain.arrivals import Echo, Received
from shared.errors import ChannelRejected, ChannelUnclear
from tests.contract.channels.wildberries_stage import SHOP, Stage, ids, open_stage, texts
from tests.support.files import PNG

DAY = 24 * 3600


async def a_review(stage: Stage, **words: str) -> str:
    """A review that was pulled; its thread."""
    id = stage.wb.review(SHOP, "Пётр", 2, **(words or {"text": "Так себе"}))
    await stage.pull()
    return f"review:{id}"


async def a_question(stage: Stage) -> str:
    """A question that was pulled; its thread."""
    id = stage.wb.ask(SHOP, "Из чего сшита?")
    await stage.pull()
    return f"question:{id}"


def shown(stage: Stage, thread: str) -> str | None:
    kind, _, id = thread.partition(":")
    return stage.wb.shown_answer(SHOP, kind, id)  # type: ignore[arg-type]


async def test_a_question_is_a_conversation_about_its_product() -> None:
    async with open_stage() as stage:
        id = stage.wb.ask(SHOP, "Из чего сшита?")

        (arrival,) = await stage.pull()

        assert isinstance(arrival, Received)
        assert (arrival.kind, arrival.thread, arrival.text) == ("question", f"question:{id}", "Из чего сшита?")
        assert set(arrival.facts) == {"product", "article", "sellers_article", "brand", "link"}


async def test_a_review_says_text_pros_and_cons_with_its_stars_and_photos() -> None:
    async with open_stage() as stage:
        photo = stage.wb.memory.keep_file(SHOP, "image/png", PNG)
        address = f"{stage.address}/wb/feedbacks/photos/{SHOP}~{photo}"
        stage.wb.review(SHOP, "Пётр", 2, [address], text="Так себе", pros="Тёплая", cons="Мала")

        (arrival,) = await stage.pull()

        assert isinstance(arrival, Received)
        assert (arrival.kind, arrival.contact.name) == ("review", "Пётр")
        assert arrival.text == "Так себе\nДостоинства: Тёплая\nНедостатки: Мала"
        assert (arrival.facts["rating"], arrival.facts["photos"], arrival.facts["order_status"]) == (
            "2/5",
            "1",
            "buyout",
        )
        assert await stage.channel().fetch(arrival.attachments[0], arrival.source_id) == PNG


async def test_a_review_of_stars_only_says_so() -> None:
    async with open_stage() as stage:
        stage.wb.review(SHOP, "Пётр", 5)

        assert texts(await stage.pull()) == [("Received", "[Оценка 5 из 5, без слов]")]


@pytest.mark.parametrize("make", [a_question, a_review])
async def test_an_answer_is_shown_and_comes_back_under_the_id_of_its_receipt(make: object) -> None:
    async with open_stage() as stage:
        thread = await make(stage)  # type: ignore[operator]

        receipt = await stage.channel().send(stage.reply(thread, "Спасибо за слова"))
        (echo,) = await stage.pull()

        assert shown(stage, thread) == "Спасибо за слова"
        assert isinstance(echo, Echo)
        assert (echo.source_id, echo.thread) == (receipt.source_id, thread)
        assert await stage.pull() == []


@pytest.mark.parametrize("make", [a_question, a_review])
async def test_an_answer_can_be_changed_once(make: object) -> None:
    async with open_stage() as stage:
        thread = await make(stage)  # type: ignore[operator]
        first = await stage.channel().send(stage.reply(thread, "Первый ответ"))
        stage.clock.advance(DAY)
        second = await stage.channel().send(stage.reply(thread, "Второй ответ"))

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Третий ответ"))

        assert refused.value.code == "answer_final"
        assert shown(stage, thread) == "Второй ответ"
        assert first.source_id != second.source_id


async def test_after_sixty_days_an_answer_stays_as_it_is() -> None:
    async with open_stage() as stage:
        thread = await a_review(stage)
        await stage.channel().send(stage.reply(thread, "Первый ответ"))
        stage.clock.advance(60 * DAY)

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Второй ответ"))

        assert refused.value.code == "answer_final"


async def test_the_same_answer_again_is_not_spent_as_the_one_change() -> None:
    async with open_stage() as stage:
        thread = await a_question(stage)
        first = await stage.channel().send(stage.reply(thread, "Из хлопка"))
        stage.clock.advance(60)

        again = await stage.channel().send(stage.reply(thread, "Из  хлопка "))
        stage.clock.advance(60)
        await stage.channel().send(stage.reply(thread, "Из льна"))

        assert again == first
        assert shown(stage, thread) == "Из льна"


@pytest.mark.parametrize(
    ("moderation", "code"), [("drop", "answer_not_shown"), ("change", "answer_changed"), ("reject", "answer_rejected")]
)
async def test_an_answer_that_is_not_there_afterwards_is_told(moderation: str, code: str) -> None:
    async with open_stage() as stage:
        thread = await a_review(stage)
        stage.wb.moderate_answers(SHOP, moderation)

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Нам жаль"))

        assert refused.value.code == code


async def test_an_answer_to_what_is_not_there_is_refused_although_wildberries_takes_it() -> None:
    async with open_stage() as stage:
        for thread in ("review:none", "question:none"):
            with pytest.raises(ChannelRejected) as refused:
                await stage.channel().send(stage.reply(thread, "Нам жаль"))
            assert refused.value.code == "thread_unknown"


@pytest.mark.parametrize("make", [a_question, a_review])
async def test_after_a_lost_answer_the_publication_shows_whether_we_answered(make: object) -> None:
    async with open_stage() as stage:
        thread = await make(stage)  # type: ignore[operator]
        outgoing = stage.reply(thread, "Спасибо")
        assert await stage.channel().find_sent(outgoing) is None
        stage.clock.advance(10)
        stage.wb.faults.lose_answers = 1
        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)
        stage.clock.advance(10)

        found = await stage.channel().find_sent(outgoing)

        assert found is not None
        assert ids(await stage.pull()) == [found.source_id]


async def test_an_answer_that_cannot_be_read_back_now_is_unclear_and_not_refused() -> None:
    async with open_stage() as stage:
        thread = await a_review(stage)
        stage.wb.gate.full["feedbacks"].most = 2
        stage.wb.gate.full["feedbacks"].seconds = 100
        stage.clock.advance(1000)
        outgoing = stage.reply(thread, "Нам жаль")

        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)
        stage.clock.advance(1000)

        assert await stage.channel().find_sent(outgoing) is not None


LENGTHS = [
    ("question", "я" * 1001, "text_too_long"),
    ("review", "я" * 5001, "text_too_long"),
    ("review", "я", "text_empty"),
    ("question", " ", "text_empty"),
]


@pytest.mark.parametrize(("kind", "text", "code"), LENGTHS)
async def test_an_answer_of_a_wrong_length_never_leaves(kind: str, text: str, code: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(f"{kind}:any", text))

        assert refused.value.code == code
        assert stage.tap.exchanges == []


async def test_a_review_takes_an_answer_of_five_thousand_characters() -> None:
    async with open_stage() as stage:
        thread = await a_review(stage)

        await stage.channel().send(stage.reply(thread, "я" * 5000))

        assert shown(stage, thread) == "я" * 5000


@pytest.mark.parametrize("make", [a_question, a_review])
async def test_an_answer_that_leads_away_is_refused(make: object) -> None:
    async with open_stage() as stage:
        thread = await make(stage)  # type: ignore[operator]

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.reply(thread, "Пишите на shop@example.com"))

        assert refused.value.vendor_code == "400"
        assert shown(stage, thread) is None


@pytest.mark.parametrize("days", [0, 3, 29])
async def test_an_answer_typed_in_the_cabinet_is_noticed_days_later(days: int) -> None:
    async with open_stage() as stage:
        question, review = await a_question(stage), await a_review(stage)
        stage.clock.advance(days * DAY)
        await a_question(stage)
        await a_review(stage)
        stage.wb.answer_in_cabinet(SHOP, "question", question.partition(":")[2], "Из хлопка")
        stage.wb.answer_in_cabinet(SHOP, "review", review.partition(":")[2], "Нам жаль")

        arrivals = await stage.pull()

        assert sorted(texts(arrivals)) == [("Echo", "Из хлопка"), ("Echo", "Нам жаль")]
        assert await stage.pull() == []


async def test_what_was_asked_and_answered_between_two_pulls_is_told_whole() -> None:
    async with open_stage() as stage:
        id = stage.wb.ask(SHOP, "Из чего сшита?")
        stage.clock.advance(20)
        stage.wb.answer_in_cabinet(SHOP, "question", id, "Из хлопка")

        assert texts(await stage.pull()) == [("Received", "Из чего сшита?"), ("Echo", "Из хлопка")]


async def test_a_question_that_appears_late_is_told_although_newer_ones_were_seen() -> None:
    async with open_stage() as stage:
        await a_question(stage)
        stage.clock.advance(-timedelta(minutes=50).total_seconds())
        late = stage.wb.ask(SHOP, "Позже")
        stage.clock.advance(timedelta(minutes=50).total_seconds())

        assert ids(await stage.pull()) == [f"question:{late}"]


async def test_a_rejected_question_and_a_deleted_one_are_looked_up_once() -> None:
    async with open_stage() as stage:
        threads = [await a_question(stage), await a_question(stage)]
        stage.clock.advance(DAY)
        await a_question(stage)
        rejected, deleted = (stage.wb.publications.found(SHOP, "question", one.partition(":")[2]) for one in threads)
        assert rejected is not None
        assert deleted is not None
        stage.wb.publications.reject(rejected)
        stage.wb.memory.world.replace(deleted.seq, {**deleted.data, "item": {**deleted.data["item"], "id": "other"}})
        stage.tap.exchanges.clear()

        assert await stage.pull() == []
        assert await stage.pull() == []

        assert sum(exchange.path.endswith("/question") for exchange in stage.tap.exchanges) == 2


async def test_more_questions_than_one_page_holds_are_all_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (feedbacks_api, publications):
        monkeypatch.setattr(module, "TAKE", 10)
    async with open_stage() as stage:
        stage.without_limits()
        asked = []
        for number in range(35):
            asked.append("question:" + stage.wb.ask(SHOP, f"Вопрос {number}"))
            stage.clock.advance(1)

        assert ids(await stage.pull()) == asked
        assert await stage.pull() == []


async def test_a_question_is_marked_as_seen_and_chats_and_reviews_are_left_alone() -> None:
    async with open_stage() as stage:
        thread = await a_question(stage)
        stage.tap.exchanges.clear()

        for one in (thread, "review:any", "chat:any"):
            await stage.channel().mark_read(one, "")

        record = stage.wb.publications.found(SHOP, "question", thread.partition(":")[2])
        assert record is not None
        assert record.data["item"]["wasViewed"] is True
        assert len(stage.tap.exchanges) == 1
