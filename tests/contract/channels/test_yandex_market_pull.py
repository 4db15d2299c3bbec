"""Market's pulls over real HTTP: notifications name ids only, so the lists must show every piece of news, once."""

from __future__ import annotations

from datetime import timedelta

import httpx

from infra.channels.yandex_market import pulling
from shared.domain.arrivals import Echo, Received
from tests.contract.channels.yandex_market_stage import SHOP, Stage, open_stage, pulled, texts, whole_history

DAY = 24 * 60 * 60


async def test_a_quiet_cabinet_keeps_its_cursor_and_is_asked_little() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel(account="1234567")
        await stage.market.write(SHOP, "Мария", "Здравствуйте")
        stage.market.ask(SHOP, "Пётр", "Подойдёт к модели 5?")
        first = await channel.pull(cursor)
        cursors = set()
        for _ in range(40):
            stage.clock.advance(120)
            stage.tap.exchanges.clear()
            page = await channel.pull(first.cursor)
            cursors.add(page.cursor)
            assert page.arrivals == ()

        assert len(first.arrivals) == 2
        assert cursors == {first.cursor}
        assert stage.calls("/chats/history") == 0
        assert len(stage.tap.exchanges) <= 5


async def test_what_was_pulled_is_not_pulled_again_by_another_process() -> None:
    async with open_stage() as stage:
        cursor = await stage.connected()
        await stage.market.write(SHOP, "Мария", "Здравствуйте")
        first = await pulled(stage.channel(), cursor)
        await stage.market.write(SHOP, "Мария", "Вы тут?")

        second = await pulled(stage.channel(), first.cursor)
        third = await pulled(stage.channel(), second.cursor)

        assert texts(first.arrivals) == [("Received", "Здравствуйте")]
        assert texts(second.arrivals) == [("Received", "Вы тут?")]
        assert (third.arrivals, third.cursor) == ((), second.cursor)


async def test_the_shops_past_stays_at_market() -> None:
    async with open_stage() as stage:
        await stage.market.write(SHOP, "Мария", "Давно")
        stage.market.ask(SHOP, "Пётр", "Давно")
        stage.market.review(SHOP, "Анна", 5, "Давно")
        stage.clock.advance(DAY)
        cursor = await stage.connected()
        stage.clock.advance(1)
        await stage.market.write(SHOP, "Мария", "Сейчас")

        page = await pulled(stage.channel(), cursor)

        assert texts(page.arrivals) == [("Received", "Сейчас")]


async def test_a_first_pull_without_a_cursor_takes_the_last_day() -> None:
    async with open_stage() as stage:
        await stage.market.write(SHOP, "Мария", "Позавчера")
        stage.clock.advance(30 * 60 * 60)
        await stage.market.write(SHOP, "Мария", "Сегодня")

        assert texts((await pulled(stage.channel(), None)).arrivals) == [("Received", "Сегодня")]
        assert texts((await pulled(stage.channel(), "not ours")).arrivals) == [("Received", "Сегодня")]


async def test_a_colleagues_answer_is_seen_although_the_chat_no_longer_waits() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        seen = await pulled(channel, cursor)
        stage.clock.advance(120)
        await stage.market.write(SHOP, "Мария", "Есть чёрный?")
        stage.clock.advance(1)
        await stage.market.answer_in_vendor_app(SHOP, "Мария", "Есть")

        page = await pulled(channel, seen.cursor)

        assert texts(page.arrivals) == [("Received", "Есть чёрный?"), ("Echo", "Есть")]


async def many_chats(stage: Stage, count: int) -> list[str]:
    names = [f"customer {number}" for number in range(count)]
    for name in names:
        stage.clock.advance(1)
        await stage.market.write(SHOP, name, f"Здравствуйте от {name}")
    return names


async def test_a_chat_at_the_end_of_a_long_list_is_seen_by_a_deep_look_at_the_latest() -> None:
    async with open_stage() as stage:
        channel = stage.channel()
        await many_chats(stage, 45)
        cursor = (await pulled(channel, None)).cursor
        stage.clock.advance(2 * 60 * 60)
        # The list shows the oldest chats first, and this one, answered at once, is no longer in the work list.
        await stage.market.write(SHOP, "customer 40", "Ещё вопрос")
        await stage.market.answer_in_vendor_app(SHOP, "customer 40", "Ответ")
        found = []
        for _ in range(16):
            stage.clock.advance(120)
            await stage.market.write(SHOP, "customer 1", "Ку-ку")  # the cursor moves on meanwhile
            page = await pulled(channel, cursor)
            cursor = page.cursor
            found += texts(page.arrivals)

        assert [line for line in found if line[1] != "Ку-ку"] == [("Received", "Ещё вопрос"), ("Echo", "Ответ")]
        assert len(found) == 18


async def test_a_month_without_us_is_fetched_page_by_page_and_nothing_twice() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        names = await many_chats(stage, pulling.TALKS_A_PAGE + 25)
        for name in names[::3]:
            await stage.market.answer_in_vendor_app(SHOP, name, f"Ответ для {name}")
        stage.clock.advance(30 * DAY)

        pages = 0
        found: list[str] = []
        more = True
        while more:
            page = await channel.pull(cursor)
            cursor, more, pages = page.cursor, page.more, pages + 1
            found += [text for _, text in texts(page.arrivals)]
        stage.clock.advance(120)
        last = await channel.pull(cursor)

        expected = [f"Здравствуйте от {name}" for name in names] + [f"Ответ для {name}" for name in names[::3]]
        assert sorted(found) == sorted(expected)
        assert pages == 2
        assert last.arrivals == ()


async def test_a_pull_stops_when_market_has_enough_and_goes_on_where_it_stopped() -> None:
    async with open_stage() as stage:
        cursor = await stage.connected()
        await many_chats(stage, 5)
        stage.market.gate.per_hour["getChatHistory"] = 3

        first = await stage.channel().pull(cursor)
        stage.clock.advance(60 * 60)
        rest = await stage.channel().pull(first.cursor)

        assert (len(first.arrivals), first.more) == (3, True)
        assert (len(rest.arrivals), rest.more) == (2, False)
        assert len({arrival.source_id for arrival in (*first.arrivals, *rest.arrivals)}) == 5  # type: ignore[union-attr]


async def test_chats_are_pulled_while_questions_are_refused_and_questions_later() -> None:
    async with open_stage() as stage:
        cursor = await stage.connected()
        await stage.market.write(SHOP, "Мария", "Здравствуйте")
        stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        stage.market.gate.per_hour["getGoodsQuestions"] = 0

        first = await pulled(stage.channel(), cursor)
        stage.market.gate.per_hour["getGoodsQuestions"] = 1000
        second = await pulled(stage.channel(), first.cursor)

        assert texts(first.arrivals) == [("Received", "Здравствуйте")]
        assert texts(second.arrivals) == [("Received", "Подойдёт?")]


async def test_a_chat_of_several_pages_is_read_whole_and_in_order() -> None:
    async with open_stage() as stage:
        for number in range(230):
            await stage.market.write(SHOP, "Мария", f"text {number}")

        page = await pulled(stage.channel(), None)

        assert [text for _, text in texts(page.arrivals)] == [f"text {number}" for number in range(230)]


async def test_a_question_its_answer_and_a_comment_on_it_are_one_conversation() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        stage.market.ask(SHOP, "Пётр", "Подойдёт к модели 5?", product="SKU-77")
        first = await pulled(channel, cursor)
        (question,) = first.arrivals
        assert isinstance(question, Received)
        stage.clock.advance(60)
        receipt = await channel.send(stage.reply(question, "Да, подойдёт"))
        stage.clock.advance(60)
        second = await pulled(channel, first.cursor)
        stage.market.comment_on_answer(SHOP, receipt.source_id.removeprefix("answer:"), "Пётр", "А к шестой?")
        stage.clock.advance(300)
        third = await pulled(channel, second.cursor)
        (comment,) = [arrival for arrival in third.arrivals if isinstance(arrival, Received)]
        await channel.send(stage.reply(comment, "И к шестой"))

        assert (question.kind, question.contact.name, question.facts) == ("question", "Пётр", {"product": "SKU-77"})
        assert question.thread == question.source_id == comment.thread
        assert [arrival.source_id for arrival in second.arrivals if isinstance(arrival, Echo)] == [receipt.source_id]
        assert (comment.text, comment.is_automatic) == ("А к шестой?", False)
        assert stage.market.said_below(SHOP, question.thread.removeprefix("question:")) == [
            (SHOP, "Да, подойдёт"),
            ("Пётр", "А к шестой?"),
            (SHOP, "И к шестой"),
        ]


async def test_what_others_say_below_a_question_is_shown_and_never_answered() -> None:
    async with open_stage() as stage:
        question = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        stage.clock.advance(1)
        stage.market.answer_question(SHOP, question, "У меня подошло", by="Вера", kind="USER")
        stage.clock.advance(1)
        stage.market.answer_question(SHOP, question, "Подойдёт", by="Завод", kind="VENDOR")
        stage.clock.advance(1)
        stage.market.answer_question(SHOP, question, "Конечно")

        page = await pulled(stage.channel(), None)

        assert texts(page.arrivals) == [
            ("Received", "Подойдёт?"),
            ("Notice", "[Вера] У меня подошло"),
            ("Notice", "[Производитель] Подойдёт"),
            ("Echo", "Конечно"),
        ]


async def test_a_review_is_answered_and_its_author_answers_back() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        stage.market.review(SHOP, "Анна", 2, "Пришло с царапиной", product="SKU-77")
        first = await pulled(channel, cursor)
        (review,) = first.arrivals
        assert isinstance(review, Received)
        outgoing = stage.reply(review, "Простите, заменим")
        missing = await channel.find_sent(outgoing)
        receipt = await channel.send(outgoing)
        stage.clock.advance(60)
        second = await pulled(channel, first.cursor)
        id = review.thread.removeprefix("review:")
        comment = receipt.source_id.removeprefix("review_comment:")
        stage.market.comment_on_review(SHOP, id, "Анна", "Жду", parent=comment)
        stage.clock.advance(300)
        third = await pulled(channel, second.cursor)
        (back,) = [arrival for arrival in third.arrivals if isinstance(arrival, Received)]

        assert (review.kind, review.text) == ("review", "Пришло с царапиной")
        assert review.facts == {"product": "SKU-77", "order": "50312345", "rating": "2"}
        assert missing is None
        assert await channel.find_sent(outgoing) == receipt
        assert [arrival.source_id for arrival in second.arrivals if isinstance(arrival, Echo)] == [receipt.source_id]
        assert (back.text, back.is_automatic) == ("Жду", False)
        assert await channel.find_sent(stage.reply(back, "Простите, заменим")) is None


async def test_a_review_that_somebody_has_read_at_market_is_shown_and_never_answered() -> None:
    async with open_stage() as stage:
        stage.market.open_in_cabinet(SHOP, stage.market.review(SHOP, "Анна", 5))

        page = await pulled(stage.channel(), None)

        assert texts(page.arrivals) == [("Notice", "Оценка 5 из 5, без слов")]


async def test_an_answer_that_comes_weeks_later_is_seen_and_closes_the_question() -> None:
    async with open_stage() as stage:
        question = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        cursor = (await pulled(stage.channel(), None)).cursor
        stage.clock.advance(20 * DAY)
        stage.market.answer_question(SHOP, question, "Да")

        page = await pulled(stage.channel(), cursor)

        assert texts(page.arrivals) == [("Echo", "Да")]


async def test_after_a_lost_answer_a_public_answer_is_found_and_not_written_twice() -> None:
    async with open_stage() as stage:
        id = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        (question,) = (await pulled(stage.channel(), None)).arrivals
        outgoing = stage.reply(question, "Да")
        answer = stage.market.answer_question(SHOP, id, "Да")

        found = await stage.channel().find_sent(outgoing)
        stage.clock.advance(120)

        assert found is not None
        assert found.source_id == f"answer:{answer}"
        assert await stage.channel().find_sent(stage.reply(question, "Да")) is None


async def test_the_history_has_everything_under_the_ids_of_the_pull() -> None:
    async with open_stage() as stage:
        since, cursor = stage.clock.now(), await stage.connected()
        names = await many_chats(stage, 23)
        stage.market.change_chat(SHOP, names[0], status="FINISHED")
        question = stage.market.ask(SHOP, "Пётр", "Подойдёт?")
        stage.market.answer_question(SHOP, question, "Да")
        review = stage.market.review(SHOP, "Анна", 4, "Хорошо")
        stage.market.comment_on_review(SHOP, review, SHOP, "Спасибо")
        stage.clock.advance(40 * DAY)
        stage.market.ask(SHOP, "Вера", "А почём?")
        channel = stage.channel()

        listed = await whole_history(channel, since)
        fetched = (await pulled(channel, cursor)).arrivals

        def ids(arrivals: object) -> list[str]:
            return sorted(arrival.source_id for arrival in arrivals)  # type: ignore[attr-defined]

        assert ids(listed) == ids(fetched)
        assert len(listed) == 23 + 2 + 2 + 1
        assert texts(await whole_history(channel, stage.clock.now() - timedelta(days=1))) == [("Received", "А почём?")]


async def test_a_pull_whose_finds_were_never_stored_is_repeated_to_the_same_depth() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        names = await many_chats(stage, 45)
        for name in names:
            await stage.market.answer_in_vendor_app(SHOP, name, f"Ответ для {name}")
        stage.clock.advance(30 * DAY)

        lost = await channel.pull(cursor)  # the process fails before anything is stored, and lives on
        await stage.market.write(SHOP, names[0], "Ещё вопрос")
        again = await channel.pull(cursor)

        assert {arrival.source_id for arrival in lost.arrivals} < {arrival.source_id for arrival in again.arrivals}  # type: ignore[union-attr]
        assert len(again.arrivals) == 91


async def test_a_second_message_of_the_same_moment_is_not_lost_with_the_pull_that_found_it() -> None:
    async with open_stage() as stage:
        cursor, channel = await stage.connected(), stage.channel()
        await stage.market.write(SHOP, "Мария", "Здравствуйте")
        first = await channel.pull(cursor)
        await stage.market.write(SHOP, "Мария", "Вы тут?")
        stage.clock.advance(60)

        await channel.pull(first.cursor)  # never stored
        again = await channel.pull(first.cursor)

        assert texts(again.arrivals) == [("Received", "Вы тут?")]


async def test_one_chat_that_market_refuses_to_show_stops_no_other_and_is_tried_again() -> None:
    broken = ["10203040"]

    async def asking_for_another(request: httpx.Request) -> None:
        if request.url.params.get("chatId") in broken:
            request.url = request.url.copy_with(params={"chatId": "1"})  # Market answers 404

    async with open_stage() as stage, httpx.AsyncClient(event_hooks={"request": [asking_for_another]}) as http:
        cursor, channel = await stage.connected(), stage.channel(http=http)
        await stage.market.write(SHOP, "Мария", "Первая")
        await stage.market.write(SHOP, "Пётр", "Второй")

        first = await channel.pull(cursor)
        broken.clear()
        second = await channel.pull(first.cursor)

        assert (texts(first.arrivals), first.problems) == ([("Received", "Второй")], ("chat:10203040",))
        assert not first.more
        assert texts(second.arrivals) == [("Received", "Первая")]
