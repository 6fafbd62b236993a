"""A Slack that cannot be reached, or that refuses what it is asked."""

from __future__ import annotations

import copy
import datetime
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.manifest import manifest
from tests.bot_cli.wrong.house import GEHEIM, House
from tests.bot_cli.wrong.situation import Situation

NOT_CHECKED = "Token, scopes, clock and views are not checked."
WELCOME = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhallo"
LOGIN = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _server(house: House, answer: Callable[[socket.socket], object]) -> str:
    """Something that listens in the place of Slack; return its address."""
    listener = house.stack.enter_context(socket.create_server(("127.0.0.1", 0)))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=_answered, args=(connection, answer), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{listener.getsockname()[1]}"


def _answered(connection: socket.socket, answer: Callable[[socket.socket], object]) -> None:
    with connection:
        try:
            answer(connection)
        except OSError:
            return


def _says(words: bytes) -> Callable[[socket.socket], object]:
    def answer(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(words)

    return answer


def _silent(connection: socket.socket) -> None:
    threading.Event().wait(10)


def _without_answer(house: House) -> None:
    house.patch.setattr("bot.workspaces.SLACK_SECONDS", 0.3)
    house.patch.setattr("bot.cli.doctor.slack.SECONDS", 0.3)
    house.set(SLACK_API_URL=f"http://{_server(house, _silent)}/api/")


def _without_socket_mode(house: House) -> None:
    house.patch.setattr("bot.socket_link.CONNECT_SECONDS", 0.3)
    house.slack.workspace.base_url = "http://127.0.0.1:1"


def _self_signed(house: House) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(house.folder / "cert.pem"))

    def answer(connection: socket.socket) -> None:
        context.wrap_socket(connection, server_side=True).close()

    house.set(SLACK_API_URL=f"https://{_server(house, answer)}/api/")


def _certificate(file: Path) -> Path:
    """A certificate that nobody signed but itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        + builder.sign(key, hashes.SHA256()).public_bytes(encoding)
    )
    return file


def _away(house: House) -> None:
    house.slack.workspace.faults.server_error = 10**6


def _elsewhen(house: House) -> None:
    workspace = house.slack.workspace
    real = workspace.now
    workspace.now = lambda: real() + datetime.timedelta(hours=1)


def _older_manifest(house: House) -> None:
    older = copy.deepcopy(manifest(""))
    older["oauth_config"]["scopes"]["bot"].remove("files:write")
    house.change_app(manifest=older)


NETWORK = [
    Situation(
        "the bot token is not known to Slack",
        "Slack does not accept SLACK_BOT_TOKEN: invalid_auth. Copy it again from Install App.",
        lambda h: h.set(SLACK_BOT_TOKEN=f"xoxb-2-{GEHEIM}"),
    ),
    Situation(
        "the app-level token is not known to Slack",
        "Slack does not accept SLACK_APP_TOKEN: invalid_auth. Copy it again from Basic Information.",
        lambda h: h.set(SLACK_APP_TOKEN=f"xapp-1-A0PRACTICE-{GEHEIM}-2"),
    ),
    Situation(
        "the app was removed from the workspace",
        "Slack does not accept SLACK_BOT_TOKEN: account_inactive. Copy it again from Install App.",
        lambda h: setattr(h.slack.workspace.faults, "refuses", "account_inactive"),
        beside=1,
    ),
    Situation(
        "the two tokens are of two apps",
        "SLACK_APP_TOKEN is of another app (A0PRACTICE) than SLACK_BOT_TOKEN (A0OTHER). Copy both of one app.",
        lambda h: h.change_app(app_id="A0OTHER"),
        ("doctor",),
    ),
    Situation(
        "the app is installed in a whole organisation",
        "The app is installed in a whole organisation (Enterprise Grid), where one token serves many workspaces.",
        lambda h: h.change_app(is_org_wide=True),
    ),
    Situation(
        "a scope is missing: the app has an older manifest",
        "The token lacks files:write. Update the app's manifest, and install the app again.",
        _older_manifest,
        ("doctor",),
    ),
    Situation(
        "the clock is an hour off",
        "seconds off. Let it be set by NTP.",
        _elsewhen,
        ("doctor",),
    ),
    Situation(
        "Slack's name cannot be looked up (DNS)",
        "its name cannot be looked up. Check the network and DNS.",
        lambda h: h.set(SLACK_API_URL="http://slack.invalid/api/"),
    ),
    Situation(
        "the firewall refuses the connection",
        "the connection is refused. Check the network, the firewall and SLACK_API_URL.",
        lambda h: h.set(SLACK_API_URL="http://127.0.0.1:1/api/"),
    ),
    Situation(
        "the firewall lets the Web API through, but not Socket Mode",
        "nothing answers for Socket Mode. Let the firewall and the proxy pass WebSockets to *.slack.com.",
        _without_socket_mode,
    ),
    Situation(
        "Slack's certificate is not trusted (TLS)",
        "its certificate is not trusted (TLS). Check the clock, the CA certificates, and what reads along.",
        _self_signed,
    ),
    Situation(
        "the proxy does not answer",
        "the proxy in HTTPS_PROXY does not let it through. Check its address, name and password.",
        lambda h: h.set(HTTP_PROXY="http://127.0.0.1:1"),
    ),
    Situation(
        "the proxy asks for a password",
        "the proxy in HTTPS_PROXY does not let it through. Check its address, name and password.",
        lambda h: h.set(HTTP_PROXY=f"http://piet:{GEHEIM}@{_server(h, _says(LOGIN))}"),
    ),
    Situation(
        "Slack does not answer in time",
        "no answer came in time. Check the network, the firewall and HTTPS_PROXY.",
        _without_answer,
    ),
    Situation(
        "Slack has an outage",
        "it says service_unavailable. Wait, and look at slack-status.com.",
        _away,
    ),
    Situation(
        "something else answers in the place of Slack",
        "something else answers than Slack. Check SLACK_API_URL, and a login page of the network.",
        lambda h: h.set(SLACK_API_URL=f"http://{_server(h, _says(WELCOME))}/api/"),
    ),
]
