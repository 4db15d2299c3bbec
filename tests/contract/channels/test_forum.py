"""The forum adapter against the stand-in that keeps Telegram's rules, over real loopback HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from infra.telegram.forum import TelegramForum
from infra.telegram.sandbox.staff import ANONYMOUS_ADMIN
from infra.telegram.sandbox.views import SeenButton, SeenGroup
from shared.domain.arrivals import OutgoingFile
from shared.domain.cockpit import GroupMembership, GroupMessage, GroupPress, GroupTopicChange
from shared.errors import (
    ChannelRejected,
    ChannelUnavailable,
    ChannelUnclear,
    CredentialsRejected,
    GroupGone,
    InvalidInput,
    TopicGone,
)
from shared.ports.forum import CAPTION_LIMIT, POST_LIMIT, Button, Forum, Post
from tests.contract.channels.telegram_bot_rig import ACCOUNT, Rig, error_of, running
from tests.support.files import A_FILE_OF, OGG, PDF, PNG

OLEG = "Олег Первый"
PARAMETERS = {
    "getChat": {"chat_id"},
    "getChatMember": {"chat_id", "user_id"},
    "createForumTopic": {"chat_id", "name"},
    "editForumTopic": {"chat_id", "message_thread_id", "name"},
    "closeForumTopic": {"chat_id", "message_thread_id"},
    "reopenForumTopic": {"chat_id", "message_thread_id"},
    "sendMessage": {
        *("chat_id", "message_thread_id", "text", "entities", "link_preview_options"),
        *("disable_notification", "reply_markup"),
    },
    "sendPhoto": {
        *("chat_id", "message_thread_id", "photo", "caption", "caption_entities"),
        *("disable_notification", "reply_markup"),
    },
    "editMessageText": {"chat_id", "message_id", "text", "entities", "link_preview_options", "reply_markup"},
    "pinChatMessage": {"chat_id", "message_id", "disable_notification"},
    "deleteMessages": {"chat_id", "message_ids"},
    "answerCallbackQuery": {"callback_query_id", "text"},
    "getFile": {"file_id"},
}
"""Names from Telegram's tables, and none that we must not use, such as `parse_mode`."""
BUTTONS = ((Button(label="Отправить", data="ok:1"), Button(label="Открыть", url="https://desk.example/c/1")),)


class Stage:
    """A group with the bot in it."""

    def __init__(self, rig: Rig, group: str) -> None:
        self.rig = rig
        self.staff = rig.sandbox
        self.group = group
        self.forum: Forum = TelegramForum(rig.api(), group)

    def view(self) -> SeenGroup:
        return self.staff.group_view(ACCOUNT, self.group)

    async def arrivals(self) -> list[object]:
        return [arrival for arrival in await self.rig.arrivals() if not isinstance(arrival, GroupMembership)]


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running() as rig:
        await rig.connected()
        yield Stage(rig, await rig.sandbox.open_group(ACCOUNT, "Смена"))


async def test_the_bot_knows_that_it_was_let_in_and_what_it_may_do(stage: Stage) -> None:
    (membership,) = await stage.rig.arrivals()
    state = await stage.forum.examine()

    assert isinstance(membership, GroupMembership)
    assert (membership.chat, membership.title) == (stage.group, "Смена")
    assert (membership.is_forum, membership.is_member, membership.is_admin) == (True, True, True)
    assert (state.chat, state.title, state.is_forum, state.missing_rights) == (stage.group, "Смена", True, ())


async def test_missing_rights_have_telegrams_names(stage: Stage) -> None:
    await stage.staff.change_rights(ACCOUNT, stage.group, ["can_pin_messages"])
    assert (await stage.forum.examine()).missing_rights == ("can_manage_topics", "can_delete_messages")
    await stage.staff.change_rights(ACCOUNT, stage.group, [])
    assert len((await stage.forum.examine()).missing_rights) == 3

    error = await error_of(stage.forum.create_topic("Анна"))

    assert (type(error), error.code) == (ChannelRejected, "rights_missing")


async def test_a_topic_is_made_renamed_closed_and_opened_and_doing_it_twice_is_no_error(stage: Stage) -> None:
    topic = await stage.forum.create_topic("🔴 Анна")
    for _ in range(2):
        await stage.forum.rename_topic(topic, "🟢 Анна")
        await stage.forum.close_topic(topic)
    (closed,) = stage.view().topics
    for _ in range(2):
        await stage.forum.reopen_topic(topic)

    assert (closed.id, closed.name, closed.is_closed) == (topic, "🟢 Анна", True)
    assert not stage.view().topic("Анна").is_closed
    assert await stage.arrivals() == [], "what the bot does is nobody's hand"


async def test_a_post_has_a_bold_title_plain_text_and_buttons(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")

    id = await stage.forum.post(topic, Post(title="🙂 Клиент", text="<b>не</b> *жирно*", buttons=BUTTONS))
    general = await stage.forum.post("", Post(text="всем", is_silent=True))

    (post,) = stage.view().topic("Анна").posts
    assert (post.id, post.is_bot, post.bold, post.text) == (id, True, "🙂 Клиент", "🙂 Клиент\n<b>не</b> *жирно*")
    assert post.buttons == ((SeenButton("Отправить", "ok:1"), SeenButton("Открыть", url="https://desk.example/c/1")),)
    (everybodys,) = stage.view().general
    assert (everybodys.id, everybodys.is_silent, post.is_silent) == (general, True, False)


@pytest.mark.parametrize(
    ("file", "seen"),
    [
        (OutgoingFile(kind="image", name="f.png", mime_type="image/png", content=PNG), "photo"),
        (OutgoingFile(kind="voice", name="v.ogg", mime_type="audio/ogg", content=OGG), "voice"),
        (OutgoingFile(kind="file", name="счёт.pdf", mime_type="application/pdf", content=PDF), "счёт.pdf"),
    ],
    ids=["photo", "voice", "document"],
)
async def test_a_file_is_posted_with_its_caption(stage: Stage, file: OutgoingFile, seen: str) -> None:
    topic = await stage.forum.create_topic("Анна")

    await stage.forum.post(topic, Post(title="Клиент", text="вот", file=file, buttons=BUTTONS))
    await stage.forum.post(topic, Post(file=file))

    captioned, bare = stage.view().topic("Анна").posts
    assert (captioned.files, captioned.bold, captioned.text) == ((seen,), "Клиент", "Клиент\nвот")
    assert (len(captioned.buttons[0]), bare.text, bare.files) == (2, "", (seen,))


async def test_what_is_too_long_is_refused_before_it_is_sent_and_the_limit_itself_fits(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    file = OutgoingFile(kind="image", name="f.png", mime_type="image/png", content=PNG)
    await stage.forum.post(topic, Post(title="🙂", text="я" * (POST_LIMIT - 3)))
    await stage.forum.post(topic, Post(text="🙂" * (CAPTION_LIMIT // 2), file=file))
    calls = len(stage.rig.called)

    for post in (Post(title="🙂", text="я" * (POST_LIMIT - 2)), Post(text="я" * (CAPTION_LIMIT + 1), file=file)):
        error = await error_of(stage.forum.post(topic, post))
        assert (type(error), error.code) == (ChannelRejected, "text_too_long")
    assert len(stage.rig.called) == calls


async def test_an_edit_replaces_text_and_buttons_and_the_same_again_is_no_error(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    id = await stage.forum.post(topic, Post(title="Черновик", text="раз", buttons=BUTTONS))

    for _ in range(2):
        await stage.forum.edit(id, Post(title="Отправлено", text="два"))

    (post,) = stage.view().topic("Анна").posts
    assert (post.text, post.bold, post.buttons, post.is_edited) == ("Отправлено\nдва", "Отправлено", (), True)
    error = await error_of(stage.forum.edit("999", Post(text="x")))
    assert (type(error), error.code) == (ChannelRejected, "gone")


async def test_a_card_is_pinned_in_its_topic(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    id = await stage.forum.post(topic, Post(text="Карточка"))

    for _ in range(2):
        await stage.forum.pin(id)

    assert stage.view().topic("Анна").pinned == (id,)


async def test_messages_are_deleted_as_far_as_they_are_there_and_may_be(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    own = await stage.forum.post(topic, Post(text="наше"))
    theirs = await stage.staff.staff_writes(ACCOUNT, stage.group, OLEG, "чужое", topic=topic)

    await stage.forum.delete([own, "9999"])
    await stage.forum.delete([])
    assert [post.id for post in stage.view().topic("Анна").posts] == [theirs]

    await stage.staff.change_rights(ACCOUNT, stage.group, ["can_manage_topics"])
    await stage.forum.delete([theirs])
    assert [post.id for post in stage.view().topic("Анна").posts] == [theirs]


async def test_a_press_comes_with_its_button_and_is_answered_while_telegram_waits(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    id = await stage.forum.post(topic, Post(text="Черновик", buttons=BUTTONS))

    press = await stage.staff.staff_presses(ACCOUNT, stage.group, OLEG, id, "ok:1")
    (arrival,) = await stage.arrivals()
    await stage.forum.answer_press(press, "Готово" + "!" * 300)
    stage.rig.clock.advance(600)
    await stage.forum.answer_press(press, "поздно")

    assert isinstance(arrival, GroupPress)
    assert (arrival.chat, arrival.topic, arrival.source_id) == (stage.group, topic, id)
    assert (arrival.press_id, arrival.data, arrival.author.name) == (press, "ok:1", OLEG)
    assert stage.view().answers == (("Готово" + "!" * 300)[:200],)
    with pytest.raises(InvalidInput):
        await stage.staff.staff_presses(ACCOUNT, stage.group, OLEG, id, "no:1")


async def test_a_managers_words_come_with_topic_and_quote(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    question = await stage.forum.post(topic, Post(text="Клиент спрашивает"))

    plain = await stage.staff.staff_writes(ACCOUNT, stage.group, OLEG, "Отвечаю", topic=topic)
    reply = await stage.staff.staff_writes(ACCOUNT, stage.group, OLEG, "На это", topic=topic, reply_to=question)
    general = await stage.staff.staff_writes(ACCOUNT, stage.group, ANONYMOUS_ADMIN, "Всем привет")
    await stage.staff.staff_edits(ACCOUNT, stage.group, plain, "Отвечаю иначе")

    arrivals = await stage.arrivals()
    assert all(isinstance(arrival, GroupMessage) for arrival in arrivals)
    told = [
        (said.source_id, said.topic, said.reply_to, said.text, said.is_edit, said.author.is_anonymous)
        for said in arrivals
        if isinstance(said, GroupMessage)
    ]
    assert told == [
        (plain, topic, "", "Отвечаю", False, False),
        (reply, topic, question, "На это", False, False),
        (general, "", "", "Всем привет", False, True),
        (plain, topic, "", "Отвечаю иначе", True, False),
    ]


async def test_a_managers_files_can_be_fetched_and_an_album_shares_a_group(stage: Stage) -> None:
    photo, paper = A_FILE_OF["image"], A_FILE_OF["file"]
    await stage.staff.staff_writes(ACCOUNT, stage.group, OLEG, "смотрите", files=[photo, photo, paper])

    messages = [arrival for arrival in await stage.arrivals() if isinstance(arrival, GroupMessage)]

    first, second, other = messages
    assert first.group_id == second.group_id != ""
    assert (other.group_id, first.text, second.text) == ("", "смотрите", "")
    assert [await stage.forum.fetch(message.attachments[0]) for message in messages] == [PNG, PNG, PDF]


async def test_a_topic_that_is_closed_or_opened_by_hand_is_told(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")

    await stage.staff.staff_closes_topic(ACCOUNT, stage.group, topic)
    await stage.staff.staff_reopens_topic(ACCOUNT, stage.group, topic)

    changes = [arrival for arrival in await stage.arrivals() if isinstance(arrival, GroupTopicChange)]
    assert [(change.topic, change.is_closed) for change in changes] == [(topic, True), (topic, False)]


async def test_a_deleted_topic_is_gone_for_whatever_is_done_to_it(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    await stage.staff.staff_deletes_topic(ACCOUNT, stage.group, topic)

    for gone in (topic, "777"):
        for call in (
            stage.forum.post(gone, Post(text="x")),
            stage.forum.rename_topic(gone, "y"),
            stage.forum.close_topic(gone),
            stage.forum.reopen_topic(gone),
        ):
            assert type(await error_of(call)) is TopicGone
    assert stage.view().topics == ()


async def test_a_bot_that_was_thrown_out_has_no_group(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    await stage.staff.throw_out(ACCOUNT, stage.group)

    for call in (
        stage.forum.examine(),
        stage.forum.create_topic("x"),
        stage.forum.post(topic, Post(text="x")),
        stage.forum.rename_topic(topic, "x"),
        stage.forum.delete(["1"]),
        TelegramForum(stage.rig.api(), "-100777").examine(),
    ):
        assert type(await error_of(call)) is GroupGone
    assert [membership.is_member for membership in await stage.rig.arrivals()] == [True, False]  # type: ignore[union-attr]


async def test_words_are_taken_back_where_topics_were_switched_off(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    await stage.staff.switch_topics(ACCOUNT, stage.group, is_forum=False)

    error = await error_of(stage.forum.post(topic, Post(text="тайна клиента")))

    assert (type(error), error.code) == (ChannelRejected, "not_a_forum")
    assert stage.view().general == ()
    assert not (await stage.forum.examine()).is_forum
    error = await error_of(stage.forum.create_topic("Б"))
    assert (type(error), error.code) == (ChannelRejected, "not_a_forum")


async def test_a_group_that_became_a_supergroup_is_followed(stage: Stage) -> None:
    old = await stage.staff.open_group(ACCOUNT, "Простая", is_forum=False)
    forum = TelegramForum(stage.rig.api(), old)
    new = await stage.staff.upgrade_group(ACCOUNT, old)

    state = await forum.examine()
    topic = await forum.create_topic("Анна")

    assert (state.chat, state.is_forum) == (new, True)
    assert stage.staff.group_view(ACCOUNT, new).topic("Анна").id == topic


async def test_twenty_posts_a_minute_and_then_telegram_says_when(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    for number in range(20):
        await stage.forum.post(topic, Post(text=str(number)))
        stage.rig.clock.advance(1)

    error = await error_of(stage.forum.post(topic, Post(text="лишнее")))

    assert isinstance(error, ChannelUnavailable)
    assert error.retry_after == timedelta(seconds=40)
    assert stage.staff.refused_as_too_many(ACCOUNT) == 1
    await stage.forum.rename_topic(topic, "🟢 Анна")
    stage.rig.clock.advance(40)
    await stage.forum.post(topic, Post(text="вовремя"))
    assert len(stage.view().topic("Анна").posts) == 21


async def test_an_unclear_post_is_told_from_one_that_may_be_repeated(stage: Stage) -> None:
    topic = await stage.forum.create_topic("Анна")
    faults = stage.rig.sandbox.faults
    for call, expected in (
        (lambda: stage.forum.post(topic, Post(text="x")), ChannelUnclear),
        (lambda: stage.forum.create_topic("Б"), ChannelUnclear),
        (lambda: stage.forum.rename_topic(topic, "В"), ChannelUnavailable),
    ):
        faults.lose_answers = 1
        assert type(await error_of(call())) is expected
    faults.reject_credentials = True
    assert type(await error_of(stage.forum.examine())) is CredentialsRejected


async def test_in_a_group_without_topics_a_plain_member_hears_what_is_meant_for_it(stage: Stage) -> None:
    group = await stage.staff.open_group(ACCOUNT, "Двор", is_forum=False, rights=[])
    await stage.staff.staff_writes(ACCOUNT, group, OLEG, "между собой")
    await stage.staff.staff_writes(ACCOUNT, group, OLEG, "/start@bot")

    arrivals = await stage.arrivals()

    assert [getattr(arrival, "text", "") for arrival in arrivals] == ["/start@bot"]
    assert not isinstance(arrivals[0], GroupMessage), "an ordinary group is a conversation"


async def test_only_parameters_of_telegrams_tables_are_used_and_each_method_once(stage: Stage) -> None:
    forum = stage.forum
    stage.rig.called.clear()
    topic = await forum.create_topic("Анна")
    file = OutgoingFile(kind="image", name="f.png", mime_type="image/png", content=PNG)
    id = await forum.post(topic, Post(title="a", text="b", buttons=BUTTONS, is_silent=True))
    await forum.post(topic, Post(title="a", text="b", buttons=BUTTONS, file=file))
    await forum.edit(id, Post(title="c", text="d", buttons=BUTTONS))
    await forum.pin(id)
    await forum.rename_topic(topic, "Б")
    await forum.close_topic(topic)
    await forum.reopen_topic(topic)
    await forum.answer_press(await stage.staff.staff_presses(ACCOUNT, stage.group, OLEG, id, "ok:1"), "да")
    await stage.staff.staff_writes(ACCOUNT, stage.group, OLEG, "", files=[A_FILE_OF["image"]])
    (sent,) = [arrival for arrival in await stage.arrivals() if isinstance(arrival, GroupMessage)]
    await forum.fetch(sent.attachments[0])
    await forum.delete([id])
    await forum.examine()

    calls = [call for call in stage.rig.called if not call[0].startswith("file_")]
    assert {method for method, _ in calls} == set(PARAMETERS)
    for method, parameters in calls:
        assert parameters.keys() <= PARAMETERS[method], method
