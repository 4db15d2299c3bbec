"""Whatever a model writes becomes a valid proposal or a reason that can be told to it."""

from __future__ import annotations

import json
from contextlib import suppress

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infra.llm.answers import read_answer
from infra.llm.json_text import first_object
from infra.llm.reading import UnreadableAnswer, proposal_schema, read_proposal
from shared.domain.replies import Proposal, Usage
from shared.errors import ModelMisbehaved

KNOWN = frozenset({"a", "b"})
GOOD = '{"reply": " Hi {you} ", "language": "en", "handoff": false, "handoff_reason": "", "citations": ["a"]}'
READ = Proposal(reply="Hi {you}", language="en", citations=("a",))


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        f"```json\n{GOOD}\n```",
        f"Here is {{my}} answer: {GOOD} - hope it helps :}}",
        f"<think>Should I {{say}} {{}}?</think>{GOOD}",
        f"{GOOD} {GOOD.replace('Hi', 'Bye')}",
        '{"reply": "Hi {you}", "language": "en", "citations": ["a",],}',
        '{"reply": "Hi {you}", "language": "en-US", "handoff": null, "citations": ["a", "zzz", " a "], "more": 1}',
        '{"reply": "Hi {you}", "language": "en", "handoff": "false", "citations": ["a"]}',
    ],
)
def test_the_first_object_is_read_whatever_stands_around_it(text: str) -> None:
    assert read_proposal(text, KNOWN) == READ


def test_a_comma_inside_a_text_is_no_trailing_comma() -> None:
    assert first_object('{"reply": "a, ]b, }", "x": [1,],}') == {"reply": "a, ]b, }", "x": [1]}


def test_lone_surrogates_are_removed_and_whole_ones_stay() -> None:
    proposal = read_proposal(r'{"reply": "\ud83d ok \ud83d\ude00", "handoff_reason": "\udc00"}', KNOWN)

    assert (proposal.reply, proposal.handoff_reason) == ("ok 😀", "")


def test_citations_are_limited_to_known_pieces_each_once() -> None:
    assert read_proposal('{"reply": "x", "citations": ["b", "c", "a", "b"]}', KNOWN).citations == ("b", "a")


@pytest.mark.parametrize("language", ["Russian", "r1", "", "zh_"])
def test_a_language_is_a_two_letter_code_or_nothing(language: str) -> None:
    wanted = "zh" if language == "zh_" else ""

    assert read_proposal(json.dumps({"reply": "x", "language": language}), KNOWN).language == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no complete JSON object"),
        ("I cannot help", "no complete JSON object"),
        ('{"reply": "cut', "no complete JSON object"),
        ("[1, 2]", "no complete JSON object"),
        ("{" * 5000 + "}" * 5000, "no complete JSON object"),
        ('{"reply": {"secret": 1}}', '"reply": Input should be a valid string'),
        ('{"reply": "x", "citations": "a"}', '"citations": Input should be a valid tuple'),
        ('{"answer": "hi"}', '"reply" is empty'),
        ('{"reply": " ", "handoff": false}', '"reply" is empty'),
    ],
)
def test_what_cannot_be_read_is_explained_without_its_content(text: str, reason: str) -> None:
    with pytest.raises(UnreadableAnswer, match=reason) as caught:
        read_proposal(text, KNOWN)

    assert "secret" not in str(caught.value)


def test_a_handoff_needs_no_reply() -> None:
    assert read_proposal('{"handoff": true, "handoff_reason": " why "}', KNOWN).handoff_reason == "why"


def test_the_schema_is_strict_and_takes_what_we_read() -> None:
    schema = proposal_schema()

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(GOOD), schema)
    assert schema["required"] == list(Proposal.model_fields)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"reply": "x"}, schema)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(sorted(Proposal.model_fields)), inner),
)


@settings(deadline=None, max_examples=150)
@given(st.text() | JSON.map(json.dumps) | st.text('{}[]",:\\a1 \n'))
@example('{"a":' * 3000 + "1" + "}" * 3000)
@example('{"' + '\\"' * 50_000)
@example('{"reply": 1' + "0" * 5000 + "}")
def test_any_text_is_a_clean_proposal_or_unreadable(text: str) -> None:
    try:
        proposal = read_proposal(text, KNOWN)
    except UnreadableAnswer:
        return

    assert proposal.model_dump_json()
    assert proposal.reply or proposal.handoff
    assert set(proposal.citations) <= KNOWN


@settings(deadline=None, max_examples=100)
@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_body_is_an_answer_or_misbehaviour(body: bytes) -> None:
    with suppress(ModelMisbehaved):
        assert read_answer(body).text()


def test_a_server_that_does_not_count_tokens_costs_nothing() -> None:
    assert read_answer(b'{"choices": [], "usage": null}').cost == Usage()
