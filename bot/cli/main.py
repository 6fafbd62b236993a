"""The `meldwijzer` command: what it can do and what it takes. It exits with 0, 1 (failed) or 2 (wrong use).

The work of a command is imported when it runs, because the imports take more than a second.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from typing_extensions import override

from bot.cli.log import set_up_log


class NewFile(click.Path):
    """A file that need not be there. An empty variable in a script is no name."""

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return super().convert(value, param, ctx) if str(value) else self.fail("it has no name.", param, ctx)


NEW_FILE = NewFile(dir_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, for another program.")
WINDOWS = "Meldwijzer runs on Linux and macOS. On Windows use WSL or Docker: docs/windows.md tells how."


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meldwijzer", prog_name="meldwijzer")
def main() -> None:
    """Meldwijzer leads a school through the step plan of the meldcode, inside Slack."""
    if sys.platform == "win32":
        raise click.ClickException(WINDOWS)
    set_up_log()


def _work(module: str) -> Any:
    return import_module(f"bot.cli.{module}")


@main.command()
def run() -> None:
    """Run everything in one process. Slack comes over Socket Mode if SLACK_APP_TOKEN is set, else over HTTP."""
    _work("running").run()


@main.command()
def web() -> None:
    """Take Slack's requests; `worker` sends the messages."""
    _work("running").run(worker=False)


@main.command()
def worker() -> None:
    """Send the messages; `web` takes Slack's requests."""
    _work("running").run(web=False)


@main.command()
@click.option("--port", envvar="PORT", default=8765, show_default=True, help="Where the page is served.")
def demo(port: int) -> None:
    """Run the bot with a practice workspace in the browser. No account is needed."""
    _work("running").demo(port)


@main.command()
@AS_JSON
def doctor(as_json: bool) -> None:
    """Say in plain words what is missing; exit 1 when something is."""
    _work("doctor.command").doctor(as_json)


@main.command()
@click.option("--url", default="", help="The bot's public URL, when Slack reaches it over HTTP.")
@click.option("--json", "as_json", is_flag=True, help="As JSON instead of YAML.")
@click.option("--typing", is_flag=True, help="Let people type messages to the bot. Slack stores what they type.")
def manifest(url: str, as_json: bool, typing: bool) -> None:
    """Print the Slack app manifest."""
    click.echo(_work("manifest").manifest(url, as_json, typing))


@main.command()
def migrate() -> None:
    """Bring the database to this version."""
    _work("data").migrate()


@main.command()
@click.option("--against", type=NEW_FILE, help="An anchor: what was cut off or put back since it was written.")
@click.option("--write", type=NEW_FILE, help="Write an anchor; an earlier one only if the database goes on from it.")
@AS_JSON
def verify(against: Path | None, write: Path | None, as_json: bool) -> None:
    """Say which cases and entries were tampered with.

    Exit 1 when any was. Content is never shown. Without --against it looks at the anchor in
    MELDWIJZER_ANCHOR_FILE, if there ever was one.
    """
    _work("data").verify(against, write, as_json)


@main.command()
@click.argument("dest", type=NEW_FILE)
def backup(dest: Path) -> None:
    """Write a backup to DEST, and its keys apart, to DEST.keys. The program may run on; both are checked then."""
    _work("data").backup(dest)


@main.command()
@click.argument("source", type=NEW_FILE)
@click.option("--keys", type=NEW_FILE, help="The key file, when not SOURCE.keys.")
def restore(source: Path, keys: Path | None) -> None:
    """Put the backup SOURCE into an empty database, at DATABASE_URL. Start the program only after it."""
    _work("data").restore_backup(source, keys)


@main.command()
@click.argument("code", required=False)
@click.option("--json", "form", flag_value="json", help="As JSON, for another system; not encrypted.")
@click.option("--pdf", "form", flag_value="pdf", default=True, help="As an encrypted PDF (the default).")
@click.option("--as", "user", help="The Slack id of the member of staff who gives it.")
@click.option("--to", help="For whom it is.")
@click.option("--why", help="Why they get it.")
@click.option("--out", type=NEW_FILE, help="The new file to write.")
@click.option("--counts", "year", type=click.IntRange(2000, 2199), help="Count the cases that closed in this year.")
def export(
    code: str | None, form: str, user: str | None, to: str | None, why: str | None, out: Path | None, year: int | None
) -> None:
    """Write the dossier CODE to a file, or print a year's counts. Parents' copies are made in Slack alone."""
    if year is not None:
        _work("export").print_counts(year)
    elif code and user and to and why and out:
        _work("export").export(code, form, user, (to, why), out)
    else:
        raise click.UsageError("Give CODE, --as, --to, --why and --out; or --counts YEAR.")


@main.group()
def keys() -> None:
    """Make and keep the master key."""


@keys.command("new")
def new_key() -> None:
    """Print a new master key. Keep a copy in a safe place: without it nothing can be read."""
    _work("keys").new_key()


@keys.command("shares")
def print_shares() -> None:
    """Print three sheets of words, of which two give the key back. For a printer, never for a file."""
    _work("keys").print_shares()


@keys.command("recover")
@click.argument("files", type=FILE, nargs=-1)
def recover_key(files: tuple[Path, ...]) -> None:
    """Print the master key, from the words on two sheets. They are asked for, or each is in one of the FILES."""
    _work("keys").recover_key(files)


@keys.command("rotate")
def rotate_keys() -> None:
    """Wrap all keys with the newest master key. It is the first line of the file; the program may run on."""
    _work("keys").rotate_keys()


@main.group()
def plan() -> None:
    """Look at step plans."""


@plan.command("show")
@click.argument("file", type=FILE, required=False)
@click.option("--mermaid", is_flag=True, help="As a Mermaid diagram.")
@click.option("--access", is_flag=True, help="Who may do what, in Dutch, for the privacy officer.")
def show_plan(file: Path | None, mermaid: bool, access: bool) -> None:
    """Draw the plan in FILE, or the one that is in use."""
    _work("plan").show_plan(file, mermaid, access)


@plan.command("check")
@click.argument("file", type=FILE)
def check_plan(file: Path) -> None:
    """Say whether the plan in FILE can be used. Each fault is printed with its file and line."""
    _work("plan").check_plan(file)
