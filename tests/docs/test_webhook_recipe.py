"""The lines of Python in docs/webhooks.md verify what is really posted, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.webhooks.signatures import new_secret, signed_headers

DOCUMENT = Path(__file__).parents[2] / "docs" / "webhooks.md"
BODY = b'{"type":"events.changed","data":{}}'


@pytest.fixture
def verified() -> Any:
    (source,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(source, names)
    return names["verified"]


def test_what_we_sign_is_verified(verified):
    secret = new_secret()
    headers = signed_headers(secret, "05and0gbdw6j2-change-4-5", datetime.now(UTC), BODY)
    assert verified(secret, headers, BODY) == {"type": "events.changed", "data": {}}
    several = {**headers, "webhook-signature": f"v2,x v1,wrong {headers['webhook-signature']}"}
    assert verified(secret, several, BODY)


def test_the_example_of_the_specification_is_signed_as_it_says():
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    moment = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", moment, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("change", "body"),
    [
        ({}, BODY + b" "),
        ({"webhook-id": "another"}, BODY),
        ({"webhook-timestamp": "1"}, BODY),
        ({"webhook-signature": "v1,"}, BODY),
        ({"webhook-signature": ""}, BODY),
    ],
)
def test_anything_else_is_refused(verified, change, body):
    secret = new_secret()
    headers = signed_headers(secret, "id", datetime.now(UTC), BODY)
    with pytest.raises(ValueError, match=r"too old|wrong signature"):
        verified(secret, {**headers, **change}, body)
    with pytest.raises(ValueError, match="wrong signature"):
        verified(new_secret(), headers, BODY)
