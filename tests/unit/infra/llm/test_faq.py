"""The FAQ answers what it knows and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.llm.faq import FaqModel, open_turn
from infra.llm.human_wanted import wants_human
from shared.domain.assistants import Chunk
from shared.domain.replies import Proposal, Usage
from shared.ports.language_model import Completion, Prompt, Turn
from tests.unit.infra.llm.builders import AT, DEMO, a_chunk, customer_asks
from tests.unit.infra.llm.questions import ANSWERED, HUMAN_WANTED, OFF_TOPIC

BY_ID = {chunk.id: chunk for chunk in DEMO}


@pytest.fixture(scope="module")
def faq() -> FaqModel:
    return FaqModel()


async def ask(faq: FaqModel, *texts: str, knowledge: tuple[Chunk, ...] = DEMO) -> Proposal:
    return (await faq.complete(customer_asks(*texts, knowledge=knowledge))).proposal


async def test_paraphrased_questions_get_the_right_answer(faq: FaqModel) -> None:
    asked = [(wanted, text) for wanted, texts in ANSWERED.items() for text in texts]
    wrong, missed = [], []
    for wanted, text in asked:
        cited = (await ask(faq, text)).citations
        if not cited:
            missed.append(text)
        elif BY_ID[cited[0]].question != wanted:
            wrong.append(text)

    assert len(asked) >= 140
    assert wrong == []
    assert len(missed) <= 0.06 * len(asked), missed


async def test_nothing_off_topic_is_answered(faq: FaqModel) -> None:
    assert len(OFF_TOPIC) >= 60
    assert [text for text in OFF_TOPIC if not (await ask(faq, text)).handoff] == []


async def test_who_asks_for_a_person_gets_one(faq: FaqModel) -> None:
    reasons = {(await ask(faq, text)).handoff_reason for text in HUMAN_WANTED}

    assert reasons == {"Клиент просит человека.", "The customer asks for a person."}


@pytest.mark.parametrize(
    "text",
    [
        "Нужна куртка на крупного человека",
        "A gift for a person who likes tea",
        "Сколько стоит доставка?",
        "I need shoes",
    ],
)
def test_mentioning_people_is_not_asking_for_one(text: str) -> None:
    assert not wants_human(text)


async def test_the_answer_is_the_piece_word_for_word_with_its_citation(faq: FaqModel) -> None:
    knowledge = (a_chunk("c1", "Есть ли подарочная упаковка?", "Да, 100 ₽."), *DEMO)

    completion = await faq.complete(customer_asks("А подарочная упаковка у вас есть?", knowledge=knowledge))

    assert completion == Completion(Proposal(reply="Да, 100 ₽.", language="ru", citations=("c1",)), "faq", Usage())


@pytest.mark.parametrize("knowledge", [DEMO, ()])
async def test_the_very_same_question_is_answered_even_if_it_says_little(
    faq: FaqModel, knowledge: tuple[Chunk, ...]
) -> None:
    knowledge = (*knowledge, a_chunk("who", "Кто вы?", "Мы магазин."))

    assert (await ask(faq, "кто вы", knowledge=knowledge)).reply == "Мы магазин."


@pytest.mark.parametrize(
    ("question", "reply"), [("Is Visa Gold fine?", "We do."), ("Принимаете Visa Gold или нет?", "Принимаем.")]
)
@pytest.mark.parametrize("order", [1, -1])
async def test_the_customers_language_is_preferred(faq: FaqModel, question: str, reply: str, order: int) -> None:
    knowledge = (a_chunk("ru", "Visa Gold", "Принимаем."), a_chunk("en", "Do you take Visa Gold", "We do."))

    assert (await ask(faq, question, knowledge=knowledge[::order])).reply == reply


async def test_the_open_turn_is_read_as_one_question(faq: FaqModel) -> None:
    assert (await ask(faq, "Здравствуйте", "подскажите", "сколько стоит доставка?")).reply.startswith("Доставляем")


def test_earlier_turns_are_not_part_of_the_question() -> None:
    history = (Turn("customer", "Delivery?"), Turn("shop", "Yes."), Turn("customer", "And"), Turn("customer", "size?"))

    assert open_turn(history) == "And\nsize?"


async def test_an_answered_turn_is_nobodys_question(faq: FaqModel) -> None:
    history = (Turn("customer", "Сколько стоит доставка?"), Turn("shop", "350 ₽"))

    assert (await faq.complete(Prompt("", DEMO, history))).proposal.handoff


async def test_case_punctuation_and_yo_make_no_difference(faq: FaqModel) -> None:
    knowledge = (a_chunk("x", "Ещё всё?", "Да."),)

    assert (await ask(faq, "ЕЩЕ... ВСЕ!!!", knowledge=knowledge)).reply == "Да."


async def test_a_price_or_a_time_alone_names_no_topic(faq: FaqModel) -> None:
    assert (await ask(faq, "Сколько стоит?")).handoff
    assert (await ask(faq, "How long?")).handoff


@pytest.mark.parametrize(("times", "is_read"), [(50, True), (51, False)])
async def test_a_long_letter_goes_to_a_person(faq: FaqModel, times: int, is_read: bool) -> None:
    assert (await ask(faq, "Сколько стоит доставка? " * times)).handoff is not is_read


async def test_an_edited_piece_is_answered_in_its_new_words(faq: FaqModel) -> None:
    old = a_chunk("x", "Do you sell tea?", "No.")
    new = old.model_copy(update={"answer": "Yes."})

    assert [(await ask(faq, "Do you sell tea?", knowledge=(chunk,))).reply for chunk in (old, new)] == ["No.", "Yes."]


async def test_without_knowledge_everything_goes_to_people(faq: FaqModel) -> None:
    assert (await ask(faq, "Сколько стоит доставка?", knowledge=())).handoff


@settings(deadline=None, max_examples=100)
@given(st.lists(st.text(), max_size=3), st.lists(st.tuples(st.text(), st.text()), max_size=4))
async def test_any_text_gets_an_answer_of_the_knowledge_or_a_person(
    texts: list[str], pieces: list[tuple[str, str]]
) -> None:
    knowledge = tuple(
        Chunk.model_construct(id=f"c{at}", question=question, answer=answer, created_at=AT, updated_at=AT)
        for at, (question, answer) in enumerate(pieces)
    )

    proposal = await ask(FaqModel(), *texts, knowledge=knowledge)

    assert proposal.handoff or proposal.reply in {chunk.answer for chunk in knowledge}
    assert proposal.handoff == bool(proposal.handoff_reason)
