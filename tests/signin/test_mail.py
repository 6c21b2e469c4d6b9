"""A letter, by a real SMTP server on this machine."""

import ssl
from email import message_from_bytes
from email.policy import default

import pytest
from aiosmtpd.controller import Controller

from companion import mail
from companion.mail import Letter
from companion.settings import Settings, SettingsError
from tests.servers.process import free_port

FROM = "Our Clinic <hello@clinic.example>"


class Box:
    """Keeps what arrives."""

    def __init__(self):
        self.arrived = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 aiosmtpd calls it so
        self.arrived.append(envelope)
        return "250 OK"


@pytest.fixture
def box():
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    box.url = f"smtp://127.0.0.1:{controller.port}"
    yield box
    controller.stop()


def test_it_arrives_whole(box):
    mail.post(Letter("ana@example.org", "Your code", "12345678 ist für dich.\n"), box.url, FROM).result(10)
    (envelope,) = box.arrived
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hello@clinic.example", ["ana@example.org"])
    message = message_from_bytes(envelope.content, policy=default)
    assert (message["From"], message["To"], message["Subject"]) == (FROM, "ana@example.org", "Your code")
    assert message.get_content().strip() == "12345678 ist für dich."


def test_none_sends_nothing(box):
    mail.post(None, box.url, FROM).result(10)
    assert box.arrived == []


@pytest.mark.parametrize("address", ["a,b@example.org", "a@b.org\r\nBcc: c@d.org", "<a>@b.org", ""])
def test_an_address_names_one_person(box, address):
    mail.post(Letter(address, "Your code", "1"), box.url, FROM).result(10)
    assert box.arrived == []


def test_a_server_that_is_away_is_written_down_without_the_person(caplog):
    mail.post(Letter("ana@example.org", "Your code", "12345678"), f"smtp://127.0.0.1:{free_port()}", FROM).result(10)
    assert "a letter was not sent: ConnectionRefusedError" in caplog.text
    assert "ana" not in caplog.text and "12345678" not in caplog.text


def test_nothing_goes_to_another_machine_without_tls(box, monkeypatch, caplog):
    monkeypatch.setattr(mail, "_is_here", lambda _host: False)
    mail.post(Letter("ana@example.org", "Your code", "1"), box.url, FROM).result(10)
    assert box.arrived == [] and ssl.SSLError.__name__ in caplog.text


def test_this_machine_is_known():
    assert [mail._is_here(host) for host in ("127.0.0.1", "::1", "localhost", "10.0.0.1", "mail.example")] == [
        True, True, True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COMPANION_MAIL_URL", "http://x"),
        ("COMPANION_MAIL_FROM", "nobody"),
        ("COMPANION_MAIL_FROM", "a@b.c\r\nBcc: d@e.f"),
    ],
)
def test_a_setting_that_does_not_fit_is_refused(name, value):
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: value, "COMPANION_CONTACT": ""})


def test_mails_need_a_sender():
    with pytest.raises(SettingsError, match="COMPANION_MAIL_FROM"):
        Settings.read({"COMPANION_MAIL_URL": "smtp://mail.example"})
