"""The `meldwijzer` command. It exits with 0, 1 (failed) or 2 (wrong use).

A command is imported when it is used, because all of them together take more than a second.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click
from typing_extensions import override

from bot.cli.log import set_up_log

COMMANDS = {
    "backup": ("bot.cli.data", "backup", "Write a backup, and its keys apart, while the program runs."),
    "demo": ("bot.cli.running", "demo", "Run the bot with a practice workspace in the browser; no account needed."),
    "doctor": ("bot.cli.doctor.command", "doctor", "Say in plain words what is missing."),
    "export": ("bot.cli.export", "export", "Write a dossier to a file, or print the counts of a year."),
    "keys": ("bot.cli.keys", "keys", "Make and keep the master key."),
    "manifest": ("bot.cli.manifest", "manifest", "Print the Slack app manifest."),
    "migrate": ("bot.cli.data", "migrate", "Bring the database to this version."),
    "plan": ("bot.cli.plan", "plan", "Look at step plans."),
    "restore": ("bot.cli.data", "restore_backup", "Put a backup into an empty database."),
    "run": ("bot.cli.running", "run", "Run everything in one process."),
    "verify": ("bot.cli.data", "verify", "Say which cases and entries were tampered with."),
    "web": ("bot.cli.running", "web", "Take Slack's requests; `worker` sends the messages."),
    "worker": ("bot.cli.running", "worker", "Send the messages; `web` takes Slack's requests."),
}
"""Where each command is, and what it does in a line."""

WINDOWS = "Meldwijzer runs on Linux and macOS. On Windows use WSL or Docker: docs/windows.md tells how."


class _Commands(click.Group):
    @override
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    @override
    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    @override
    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, _, line) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="meldwijzer", prog_name="meldwijzer")
def main() -> None:
    """Meldwijzer leads a school through the step plan of the meldcode, inside Slack."""
    if sys.platform == "win32":
        raise click.ClickException(WINDOWS)
    set_up_log()
