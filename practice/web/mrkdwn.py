"""Slack's texts as safe HTML: mrkdwn and plain text.

Everything is escaped first, so that no part of a text can become an HTML element. After that, Slack's own control
sequences read `&lt;…&gt;`, and what the sender escaped for Slack (`&lt;`) reads `&amp;lt;`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from markupsafe import Markup, escape

from practice.model import Json

Names = Mapping[str, str]

_CONTROL = re.compile(r"&lt;((?:(?!&lt;|&gt;).)+?)&gt;")
_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_QUOTE = re.compile(r"(?:^(?:&gt;|&amp;gt;)[^\n]*(?:\n|$))+", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^(?:&gt;|&amp;gt;) ?", re.MULTILINE)
_SENT_ENTITY = re.compile(r"&amp;(amp|lt|gt);")
_STASHED = re.compile("\x00(\\d+)\x00")
_STYLES = {"*": "strong", "_": "em", "~": "s"}
_MARKS = {
    mark: re.compile(rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(?=\S)([^{re.escape(mark)}\n]+?)(?<=\S)"
                     rf"{re.escape(mark)}(?![\w{re.escape(mark)}])")
    for mark in _STYLES
}  # fmt: skip


class _Stash:
    """Finished pieces of HTML, taken out of the text so that later steps do not change them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def put(self, html: str) -> str:
        self._pieces.append(html)
        return f"\x00{len(self._pieces) - 1}\x00"

    def fill(self, text: str) -> str:
        while _STASHED.search(text):
            text = _STASHED.sub(lambda found: self._pieces[int(found[1])], text)
        return text


def text_html(text: Json | str | None, names: Names) -> Markup:
    """Return a text object as HTML: `mrkdwn` with formatting, anything else without."""
    if not text:
        return Markup("")
    if isinstance(text, str):
        return plain(text)
    return mrkdwn(text["text"], names) if text.get("type") == "mrkdwn" else plain(text["text"])


def plain(text: str) -> Markup:
    """Return text without formatting, but with line breaks, as HTML."""
    return _safe(str(escape(text)).replace("\n", "<br>"))


def mrkdwn(text: str, names: Names) -> Markup:
    """Return mrkdwn as HTML; `names` (user id to name) is for mentions."""
    stash = _Stash()
    html = str(escape(text.replace("\x00", "")))
    html = _CONTROL.sub(lambda found: stash.put(_control(found[1], names)), html)
    html = _FENCE.sub(lambda found: stash.put(f"<pre>{found[1]}</pre>"), html)
    html = _CODE.sub(lambda found: stash.put(f"<code>{found[1]}</code>"), html)
    html = _QUOTE.sub(lambda found: _quote(found[0]), _mark(html))
    html = stash.fill(_lines(html))
    return _safe(_SENT_ENTITY.sub(r"&\1;", html))


def _mark(html: str) -> str:
    for mark, tag in _STYLES.items():
        html = _MARKS[mark].sub(rf"<{tag}>\1</{tag}>", html)
    return html


def _quote(lines: str) -> str:
    return f"<blockquote>{_QUOTE_MARK.sub('', lines).rstrip(chr(10))}</blockquote>"


def _lines(html: str) -> str:
    return html.replace("\n", "<br>")


def _control(inside: str, names: Names) -> str:
    """Return what is between `<` and `>` as HTML: a link, a mention or a date. Anything else stays text."""
    target, _, label = inside.partition("|")
    if re.match(r"https?://", target):
        return _link(target, label)
    if target.startswith("tel:"):
        return f'<a href="{target}">{label or target.partition(":")[2]}</a>'
    if target.startswith("mailto:"):
        return label or target.partition(":")[2]
    if target.startswith("#"):
        return _mention(f"#{label or target[1:]}")
    if target.startswith("@"):
        return _mention(f"@{escape(names.get(target[1:], '')) or label or target[1:]}")
    return _special(target, label) if target.startswith("!") else f"&lt;{inside}&gt;"


def _special(target: str, label: str) -> str:
    if target.startswith("!date^"):
        return label
    if target.startswith("!subteam^"):
        return _mention(label or f"@{target[1:]}", loud=True)
    return _mention(f"@{target[1:]}", loud=True)


def _link(url: str, label: str) -> str:
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{label or url}</a>'


def _mention(name: str, *, loud: bool = False) -> str:
    """Return a mention. A loud one pings a whole channel, and shows that an attack got through."""
    return f'<span class="mention{" loud" if loud else ""}">{name}</span>'


def _safe(html: str) -> Markup:
    """Mark HTML as safe; everything in it that came from outside must have been escaped."""
    return Markup(html)  # noqa: S704
