"""A mistake in the configuration is caught by the tests that stand beside it, and they say what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.terraform.workspace import Answer, Workspace

pytestmark = pytest.mark.terraform


@dataclass(frozen=True)
class Mistake:
    """A place in a file (a pattern), what is made of it, and words of the message that must follow."""

    file: str
    right: str
    wrong: str
    says: str
    test_file: str = ""

    def plant(self, workspace: Workspace) -> None:
        path = workspace.folder / self.file
        text, count = re.subn(self.right, self.wrong, path.read_text(), flags=re.DOTALL)
        assert count, f"{self.file} has changed: plant this mistake elsewhere"
        path.write_text(text)

    def found_by(self, workspace: Workspace) -> Answer:
        """The tests of one file; without one the arguments are checked only."""
        return workspace.test(f"-filter=tests/{self.test_file}") if self.test_file else workspace.validate()


MISTAKES = {
    "a push without a token": Mistake(
        "modules/messaging/subscriptions.tf",
        r"    oidc_token \{.*?\}\n",
        "",
        "A push subscription shows no token",
        "subscriptions.tftest.hcl",
    ),
    "a deadline shorter than the work": Mistake(
        "modules/messaging/subscriptions.tf",
        r"each\.value\.timeout \+ 10",
        "each.value.timeout",
        "Pub/Sub gives up before the function does",
        "subscriptions.tftest.hcl",
    ),
    "a subscription that expires": Mistake(
        "modules/messaging/subscriptions.tf",
        'ttl = "" # never',
        'ttl = "2678400s" # never',
        "would be removed after a quiet month",
        "subscriptions.tftest.hcl",
    ),
    "a push without dead letters": Mistake(
        "modules/messaging/subscriptions.tf",
        r"  dead_letter_policy \{.*?\n  \}\n",
        "",
        "A push subscription has no dead letters",
        "subscriptions.tftest.hcl",
    ),
    "dead letters that nobody keeps": Mistake(
        "modules/messaging/dead_letters.tf",
        r"(?<=for_each                   = )google_pubsub_topic\.dead",
        '{ for topic, made in google_pubsub_topic.dead : topic => made if topic != "gmail" }',
        "A dead-letter topic has no subscription",
        "dead_letters.tftest.hcl",
    ),
    "a private function open to all": Mistake(
        "functions.tf",
        r"(?<=llm-reply = \{\n)[^\n]*\n",
        '      callers   = ["vendor"]\n',
        "Only the API and the vendors' webhooks are open to everybody",
        "access.tftest.hcl",
    ),
    "a key for whoever reads strangers' words": Mistake(
        "functions.tf",
        r'secrets   = \["llm-api-key"\]',
        'secrets   = ["llm-api-key", "encryption-keys"]',
        "Whoever opens no inbox reads no keys",
        "access.tftest.hcl",
    ),
    "a broad role": Mistake(
        "modules/data/database.tf",
        '"roles/datastore.user"',
        '"roles/editor"',
        "Only what Google cannot give for a single resource",
        "access.tftest.hcl",
    ),
    "a misspelt argument": Mistake(
        "modules/service/main.tf",
        "max_instance_request_concurrency",
        "max_instance_request_concurency",
        'An argument named "max_instance_request_concurency" is not expected here',
    ),
    "a missing argument": Mistake(
        "modules/scheduling/main.tf",
        "    uri         = each.value.url\n",
        "",
        'The argument "uri" is required',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_caught_and_named(copied: Workspace, mistake: Mistake) -> None:
    mistake.plant(copied)

    answer = mistake.found_by(copied)

    assert not answer.is_good, answer.text
    assert mistake.says in answer.unwrapped, answer.text
