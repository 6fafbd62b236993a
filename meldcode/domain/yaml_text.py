"""Reads and writes YAML 1.2: values with their lines, a second key refused."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

UNREADABLE = (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError)
"""What ruamel.yaml raises, besides its own errors, on a value that does not fit its tag, or on deep nesting."""


class BadYaml(ValueError):
    """The text is not usable YAML; `what` may quote it."""

    def __init__(self, line: int, what: str, *, is_second_key: bool = False) -> None:
        super().__init__(f"{line}: {what}")
        self.is_second_key = is_second_key
        self.line = line
        self.what = what


class _Constructor(SafeConstructor):
    def check_mapping_key(self, node: Any, key_node: Any, mapping: Any, key: Any, value: Any) -> bool:  # noqa: ARG002
        if key in mapping:
            raise BadYaml(key_node.start_mark.line + 1, f"a second {key!r}", is_second_key=True)
        return True


class _AsWritten(_Constructor):
    """Reads whole numbers and days as the text that they are written as: a day that does not exist has its line too."""


for _tag in ("int", "timestamp"):
    _AsWritten.add_constructor(f"tag:yaml.org,2002:{_tag}", SafeConstructor.construct_yaml_str)


class Document:
    """A parsed document: its `value`, and the line of every part of it."""

    def __init__(self, value: Any, tree: Node | None) -> None:
        self.value = value
        self._tree = tree

    def line(self, path: Iterable[str | int]) -> int:
        """The line (from 1) of the value at this path of keys and indexes, or of the last part that exists."""
        node, line = self._tree, 1
        for part in path:
            node = _child(node, part)
            if node is None:
                break
            line = node.start_mark.line + 1
        return line


def read_yaml(text: str, *, as_written: bool = False) -> Document:
    """Parse the text. Whole numbers and days can be read as the text that they are written as. Raises BadYaml."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _AsWritten if as_written else _Constructor
    try:
        tree = yaml.compose(text)
        return Document(None if tree is None else yaml.constructor.construct_document(tree), tree)
    except BadYaml:
        raise
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "not readable as YAML"
        raise BadYaml(mark.line + 1 if mark else 1, what) from error
    except UNREADABLE as error:
        raise BadYaml(1, "a value that cannot be read, or too many levels") from error


def dump_yaml(value: Any) -> str:
    """Write the value, with its keys in their own order."""
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    text = StringIO()
    yaml.dump(value, text)
    return text.getvalue()


def _child(node: Node | None, part: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        child: Node = node.value[part]
        return child
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    return None
