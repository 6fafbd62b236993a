"""Wrong settings, tokens and keys."""

from __future__ import annotations

from storage.crypto.vault import new_master_key
from tests.bot_cli.wrong.house import BOT, GEHEIM, House
from tests.bot_cli.wrong.situation import Situation

CLIENT = {"SLACK_CLIENT_ID": "1.1", "SLACK_CLIENT_SECRET": GEHEIM}


def _to_file(house: House, name: str, content: str | bytes, mode: int = 0o600) -> None:
    house.write(name, content).chmod(mode)


def _other_key(house: House) -> None:
    house.call("doctor")
    house.write("master.key", new_master_key())


def _old_key_alone_opens(house: House) -> None:
    house.call("doctor")
    house.write("master.key", f"{new_master_key()}\n{house.key}")


SETTINGS = [
    Situation(
        "the bot token is missing", "Set SLACK_BOT_TOKEN; see docs/install.md.", lambda h: h.without("SLACK_BOT_TOKEN")
    ),
    Situation(
        "a token is there, but empty", "Set SLACK_BOT_TOKEN; see docs/install.md.", lambda h: h.set(SLACK_BOT_TOKEN=" ")
    ),
    Situation(
        "neither Socket Mode nor HTTP is set up",
        "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP)",
        lambda h: h.without("SLACK_APP_TOKEN"),
    ),
    Situation(
        "the two tokens are swapped",
        "SLACK_BOT_TOKEN is no bot token (xoxb-…). Copy the Bot User OAuth Token from Install App",
        lambda h: h.set(SLACK_BOT_TOKEN=f"xapp-1-{GEHEIM}", SLACK_APP_TOKEN=BOT),
    ),
    Situation(
        "a token is cut off",
        "SLACK_APP_TOKEN is no app-level token (xapp-…). Copy one from Basic Information",
        lambda h: h.set(SLACK_APP_TOKEN="xapp-"),
    ),
    Situation(
        "a token has quotes or a space in it",
        "SLACK_BOT_TOKEN is no bot token (xoxb-…). Copy the Bot User OAuth Token from Install App",
        lambda h: h.set(SLACK_BOT_TOKEN=f'"{BOT}"'),
    ),
    Situation(
        "the signing secret has another form",
        "SLACK_SIGNING_SECRET is no signing secret (32 digits and letters). Copy it from App Credentials",
        lambda h: h.set(SLACK_SIGNING_SECRET=GEHEIM),
    ),
    Situation(
        "settings for one workspace and for several",
        "is for one workspace, SLACK_CLIENT_ID for several: leave out one of the two",
        lambda h: h.set(**CLIENT),
    ),
    Situation(
        "the address of Slack is no API address",
        "SLACK_API_URL must end in /api/.",
        lambda h: h.set(SLACK_API_URL="https://slack.com"),
    ),
    Situation("the port is no port", "PORT: ", lambda h: h.set(PORT=GEHEIM)),
    Situation("the kind of log is unknown", "MELDWIJZER_LOG: ", lambda h: h.set(MELDWIJZER_LOG=GEHEIM)),
    Situation(
        "the database's address cannot be read",
        "the database URL cannot be read. Write DATABASE_URL as sqlite:///path or postgresql://user:password@host/name.",
        lambda h: h.set(DATABASE_URL=GEHEIM),
    ),
    Situation(
        "`.env` is no text",
        ".env cannot be read: UnicodeDecodeError. Save it as UTF-8 text that you may read.",
        lambda h: _to_file(h, ".env", b"PORT=\xff\n"),
    ),
    Situation(
        "others can open `.env`",
        "Others on this machine can open .env. Run: chmod 600 .env",
        lambda h: _to_file(h, ".env", "", 0o644),
        ("doctor",),
    ),
    Situation(
        "there is no master key",
        "There is no master key. Make one with `meldwijzer keys new`",
        lambda h: (h.folder / "master.key").unlink(),
    ),
    Situation(
        "the master key is another than the database's",
        "The master key cannot be used: this master key does not open the database's keys. Put back the key of this"
        " database; nothing is broken.",
        _other_key,
    ),
    Situation(
        "the master key is cut off",
        "The master key cannot be used (MELDWIJZER_MASTER_KEY_FILE, master.key)",
        lambda h: _to_file(h, "master.key", GEHEIM),
    ),
    Situation(
        "the master key file is empty",
        "The master key cannot be used (MELDWIJZER_MASTER_KEY_FILE, master.key)",
        lambda h: _to_file(h, "master.key", ""),
    ),
    Situation(
        "the master key file is UTF-16, as Windows writes it",
        "The master key file is no plain text (MELDWIJZER_MASTER_KEY_FILE, master.key). Save it as ASCII.",
        lambda h: _to_file(h, "master.key", h.key.encode("utf-16")),
    ),
    Situation(
        "the master key file is elsewhere",
        "The master key file cannot be read (MELDWIJZER_MASTER_KEY_FILE, weg): No such file or directory.",
        lambda h: h.set(MELDWIJZER_MASTER_KEY_FILE="weg"),
    ),
    Situation(
        "others can open the master key",
        "Others on this machine can open master.key. Run: chmod 600 master.key",
        lambda h: (h.folder / "master.key").chmod(0o644),
        ("doctor",),
    ),
    Situation(
        "keys are still wrapped by an older master key",
        "are still wrapped by an older master key. Run `meldwijzer keys rotate`.",
        _old_key_alone_opens,
        ("doctor",),
    ),
]
