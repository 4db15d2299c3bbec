"""Images to a customer on Avito: sent once, whatever becomes of the answers."""

from __future__ import annotations

import pytest

from infra.channels.avito.api import AvitoApi
from infra.channels.avito.images import Images
from shared.domain.arrivals import Echo, Outgoing, Received
from shared.errors import ChannelRejected, ChannelUnavailable, ChannelUnclear
from tests.contract.channels.avito_stage import SHOP, Stage, open_stage
from tests.support.files import PDF, PNG


async def a_thread(stage: Stage) -> str:
    await stage.avito.write(SHOP, "Анна", "Пришлёте фото?")
    arrival = (await stage.channel().pull(None)).arrivals[-1]
    assert isinstance(arrival, Received)
    return arrival.thread


async def uploaded(stage: Stage, outgoing: Outgoing) -> None:
    await Images(stage.context, AvitoApi(stage.context)).uploaded(await stage.user(), outgoing)


def pictures(stage: Stage) -> int:
    return sum(seen.files == ("image",) for seen in stage.avito.seen_by(SHOP, "Анна"))


async def test_an_image_reaches_the_customer_and_comes_back_as_an_echo_with_the_same_id() -> None:
    async with open_stage() as stage:
        await stage.channel().connect(stage.webhook())
        thread = await a_thread(stage)

        receipt = await stage.channel().send(stage.image(thread, PNG))

        assert pictures(stage) == 1
        echo = (await stage.arrivals())[-1]
        assert isinstance(echo, Echo)
        assert (echo.source_id, echo.text) == (receipt.source_id, "")
        assert await stage.channel().fetch(echo.attachments[0], echo.source_id) == PNG


async def test_an_image_whose_answer_was_lost_is_found_by_another_worker() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        outgoing = stage.image(thread, PNG)
        await uploaded(stage, outgoing)  # so that the next writing call is the post
        stage.avito.faults.lose_answers = 1

        with pytest.raises(ChannelUnclear):
            await stage.channel().send(outgoing)
        found = await stage.channel().find_sent(outgoing)

        assert found is not None
        assert found.source_id
        assert pictures(stage) == 1


async def test_an_image_is_not_taken_for_another_one_of_the_same_second() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        await stage.channel().send(stage.image(thread, PNG, id="first"))
        second = stage.image(thread, PNG, id="second")

        assert await stage.channel().find_sent(second) is None
        await uploaded(stage, second)
        assert await stage.channel().find_sent(second) is None


async def test_an_upload_whose_answer_was_lost_is_made_again_and_posts_one_image() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)
        outgoing = stage.image(thread, PNG)
        stage.avito.faults.lose_answers = 1

        with pytest.raises(ChannelUnavailable):
            await stage.channel().send(outgoing)
        assert await stage.channel().find_sent(outgoing) is None
        await stage.channel().send(outgoing)

        assert pictures(stage) == 1


@pytest.mark.parametrize(
    ("content", "mime_type", "code"),
    [
        (b"", "image/png", "file_empty"),
        (PNG + bytes(24 * 1024 * 1024), "image/png", "file_too_large"),
        (PDF, "application/pdf", "file_type_refused"),
    ],
)
async def test_what_avito_takes_for_no_image_does_not_leave(content: bytes, mime_type: str, code: str) -> None:
    async with open_stage() as stage:
        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(stage.image("u2i-any", content, mime_type=mime_type))

        assert refused.value.code == code
        assert stage.calls("uploadImages") == 0


async def test_a_false_image_is_refused_by_avito_itself() -> None:
    async with open_stage() as stage:
        thread = await a_thread(stage)

        with pytest.raises(ChannelRejected):
            await stage.channel().send(stage.image(thread, PDF))

        assert stage.tap.exchanges[-1].status == 400


async def test_words_beside_an_image_are_refused_because_avito_has_no_such_message() -> None:
    async with open_stage() as stage:
        outgoing = stage.image("u2i-any", PNG).model_copy(update={"text": "Вот"})

        with pytest.raises(ChannelRejected) as refused:
            await stage.channel().send(outgoing)

        assert refused.value.code == "too_many_files"
