"""`meldwijzer manifest`: what to paste into Slack."""

from __future__ import annotations

import json

import click

from bot.manifest import manifest as slack_manifest
from meldcode.domain.yaml_text import dump_yaml


@click.command()
@click.option("--url", default="", help="The bot's public URL, when Slack reaches it over HTTP.")
@click.option("--json", "as_json", is_flag=True, help="As JSON instead of YAML.")
@click.option("--typing", is_flag=True, help="Let people type messages to the bot. Slack stores what they type.")
def manifest(url: str, as_json: bool, typing: bool) -> None:
    """Print the Slack app manifest."""
    found = slack_manifest(url, typing=typing)
    click.echo(json.dumps(found, indent=2) if as_json else dump_yaml(found))
