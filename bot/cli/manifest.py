"""`meldwijzer manifest`: what to paste into Slack."""

from __future__ import annotations

import json

from bot.manifest import manifest as slack_manifest
from meldcode.domain.yaml_text import dump_yaml


def manifest(url: str, as_json: bool, typing: bool) -> str:
    """Return the Slack app manifest as YAML or JSON."""
    found = slack_manifest(url, typing=typing)
    return json.dumps(found, indent=2) if as_json else dump_yaml(found)
