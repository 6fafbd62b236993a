"""The ten steps of docs/install.md from an empty workspace to a running bot, as written, in a practice Slack."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.settings import Settings
from meldcode.domain.yaml_text import read_yaml
from practice.model import AppConfig, Person
from practice.state.workspace import Workspace
from practice.web.server import PracticeServer
from tests.children import end_with_parent
from tests.clock import until
from tests.docs.documents import INSTALL, section

pytestmark = pytest.mark.slow

TOKENS = {"xapp-…": "xapp-practice", "xoxb-…": "xoxb-practice"}


def steps() -> Iterator[tuple[str, str]]:
    """Each block of the ten steps, and its language; without the one that gets the program."""
    for language, block in re.findall(r"```(\w+)\n(.*?) *```", section(INSTALL, "Ten steps"), re.S):
        if "git clone" not in block:
            yield language, textwrap.dedent(block)


def environment() -> dict[str, str]:
    """No settings of ours: the steps write those that they need."""
    bare = {name: value for name, value in os.environ.items() if name.lower() not in Settings.model_fields}
    return bare | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PORT": "0"}


def do(block: str, folder: Path, **more: str) -> str:
    command = ["bash", "-euo", "pipefail", "-c", block]
    done = subprocess.run(
        command, cwd=folder, env=environment() | more, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def workspace(folder: Path) -> Workspace:
    """The workspace in which the printed manifest was installed, with the people of the written schools file."""
    app = AppConfig(
        manifest=read_yaml((folder / "manifest.yaml").read_text(encoding="utf-8")).value,
        bot_token=TOKENS["xoxb-…"],
        app_token=TOKENS["xapp-…"],
        signing_secret="",
        request_url=None,
    )
    [school] = read_yaml((folder / "schools.yaml").read_text(encoding="utf-8")).value["schools"]
    return Workspace(app, [Person(person["slack"], person["name"]) for person in school["people"]])


def write(block: str, folder: Path, language: str) -> None:
    """The content of a file, as a step gives it."""
    if language == "yaml":
        (folder / "schools.yaml").write_text(block, encoding="utf-8")
        return
    with (folder / ".env").open("a", encoding="utf-8") as file:
        for written, real in TOKENS.items():
            block = block.replace(written, real)
        file.write(block)


@pytest.mark.timeout(180)
async def test_the_steps_lead_to_a_bot_that_runs(tmp_path: Path) -> None:
    (_, begin), *others, (_, doctor), (_, run) = steps()
    do(begin, tmp_path, HOME=str(tmp_path))
    folder = tmp_path / "school"
    for language, block in others:
        if language == "yaml" or block.startswith("SLACK_"):
            write(block, folder, language)
        else:
            do(block, folder)
    async with PracticeServer(workspace(folder)) as practice:
        slack = {"SLACK_API_URL": practice.api_url}
        assert (await asyncio.to_thread(do, doctor, folder, **slack)).endswith("Everything is in order.\n")
        bot = await asyncio.create_subprocess_shell(
            f"exec {run}",
            cwd=folder,
            env=environment() | slack,
            stderr=subprocess.DEVNULL,
            preexec_fn=end_with_parent,
        )
        try:
            await until(lambda: len(practice.workspace.sockets) > 0, 60)
        finally:
            bot.terminate()
            await bot.wait()
