"""`nextcircle doctor mail` names what receiving servers would mind."""

from __future__ import annotations

import socket

import pytest
from aiosmtpd.controller import Controller

from app.maintenance.mail_findings import LookupFailedError, mail_findings
from app.settings import Settings

GOOD = {
    "news.example.org": ["v=spf1 include:mail.example.org -all", "something else"],
    "_dmarc.example.org": ["v=DMARC1; p=quarantine"],
    "nc._domainkey.news.example.org": ["v=DKIM1; k=rsa; p=MIIBIjANBgkq"],
}


class Nothing:
    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        return "250 ok"


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    controller = Controller(Nothing(), hostname="127.0.0.1", port=free)
    controller.start()
    yield free
    controller.stop()


def found(port, records=GOOD, **values):
    settings = Settings(
        **{
            "public_url": "https://nextcircle.example",
            "smtp_url": f"smtp://127.0.0.1:{port}",
            "mail_from": "NextCircle <digest@news.example.org>",
            "postal_address": "1 Main St",
            **values,
        }
    )
    return {each.name: each for each in mail_findings(settings, lambda name: records.get(name, []))}


def test_what_is_right_is_ok(port, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("a key")
    findings = found(port, dkim_selector="nc", dkim_key_file=key)
    states = {name: each.state for name, each in findings.items()}
    assert states == {"mail server": "warning", "one-click": "ok", "SPF": "ok", "DKIM": "ok", "DMARC": "ok"}
    assert "without TLS" in findings["mail server"].detail


def test_what_is_missing_is_named(port, tmp_path):
    key = tmp_path / "key.pem"
    key.write_text("a key")
    findings = found(port, {}, dkim_selector="nc", dkim_key_file=key, public_url="http://nextcircle.example")
    assert {name for name, each in findings.items() if each.state == "wrong"} == {
        "one-click",
        "SPF",
        "DKIM",
        "DMARC",
    }
    assert "nc._domainkey.news.example.org" in findings["DKIM"].detail


def test_two_spf_records_are_one_too_many(port):
    assert found(port, {"news.example.org": ["v=spf1 -all", "v=spf1 mx"]})["SPF"].state == "wrong"


def test_a_server_that_does_not_answer(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    assert "cannot be reached" in found(free)["mail server"].detail


def test_without_settings_it_says_what_to_set(port):
    findings = found(port, smtp_url="", mail_from="", postal_address="")
    assert list(findings) == ["mail"]
    assert "NEXTCIRCLE_SMTP_URL" in findings["mail"].detail


def test_dns_that_does_not_answer_is_no_verdict(port):
    settings = Settings(
        public_url="https://nextcircle.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from="a@example.org", postal_address="x"
    )  # fmt: skip

    def away(name):
        raise LookupFailedError("timeout")

    findings = {each.name: each.state for each in mail_findings(settings, away)}
    assert findings["DNS"] == "warning"
