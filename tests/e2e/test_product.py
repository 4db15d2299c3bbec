"""The product from outside, on both stacks: started as a person starts it, used over HTTP as a person uses it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from infra.channels.registry import REGISTRY
from tests.support.installed import Installed, eventually, installed, smoke

CHANNELS = [kind.value for kind in REGISTRY]
QUESTION = "Сколько стоит доставка?"
OFF_TOPIC = "Какая столица у Австралии и сколько там пингвинов?"


@pytest.fixture(scope="module", params=["embedded", pytest.param("emulators", marks=pytest.mark.emulators)])
def product(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    with installed(str(request.param), tmp_path_factory.mktemp("product") / "data") as running:
        yield running


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_question_of_the_faq_is_answered_and_listed_as_such(product: Installed, channel: str) -> None:
    product.write(channel, "Vera", QUESTION)

    seen = eventually(lambda: len(product.seen(channel, "Vera")) == 2 and product.seen(channel, "Vera"))
    assert seen[0] == ("customer", QUESTION)
    assert seen[1][0] == "shop"
    assert "350" in seen[1][1]
    status = eventually(lambda: (product.conversation(channel, "350") or {}).get("status") == "answered_by_llm")
    assert status


@pytest.mark.parametrize("channel", CHANNELS)
def test_what_the_assistant_cannot_answer_goes_to_people_and_their_answer_arrives(
    product: Installed, channel: str
) -> None:
    product.write(channel, "Boris", OFF_TOPIC)
    eventually(lambda: (product.conversation(channel, "пингвинов") or {}).get("status") == "needs_human")
    conversation = product.conversation(channel, "пингвинов")
    assert conversation is not None

    path = f"{product.workspace}/conversations/{conversation['id']}/send"
    product.call("POST", path, json={"text": "Канберра."})

    eventually(lambda: ("shop", "Канберра.") in product.seen(channel, "Boris"))
    eventually(lambda: (product.conversation(channel, "Канберра.") or {}).get("status") == "answered_by_human")


def test_a_new_chunk_works_within_five_seconds(product: Installed) -> None:
    assistants = product.call("GET", f"{product.workspace}/assistants")["items"]
    path = f"{product.workspace}/assistants/{assistants[0]['id']}/chunks"
    product.call("POST", path, json={"question": "Есть ли подарочная упаковка?", "answer": "Да, за 150 рублей."})
    time.sleep(5)

    product.write("telegram_bot", "Gleb", "Есть ли подарочная упаковка?")

    eventually(lambda: ("shop", "Да, за 150 рублей.") in product.seen("telegram_bot", "Gleb"))


def test_the_operators_check_from_outside_passes(product: Installed) -> None:
    run = smoke(product)

    assert run.returncode == 0, run.stdout + run.stderr


def test_a_killed_product_goes_on_where_it_was(tmp_path_factory: pytest.TempPathFactory) -> None:
    with installed("embedded", tmp_path_factory.mktemp("killed") / "data") as product:
        for number in range(5):
            product.write("telegram_bot", f"customer{number}", QUESTION)
        product.kill()
        product.start()

        for number in range(5):
            eventually(lambda number=number: len(product.seen("telegram_bot", f"customer{number}")) == 2, seconds=150)
        time.sleep(2)
        assert all(len(product.seen("telegram_bot", f"customer{number}")) == 2 for number in range(5))
