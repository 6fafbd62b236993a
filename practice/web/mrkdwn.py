"""Slack's texts as safe HTML: mrkdwn, plain text and the basics of rich text.

Everything is escaped before anything else happens, so that what is in a text can never become an element. Slack's own
control sequences then stand as `&lt;…&gt;`, and what a sender escaped for Slack (`&lt;`) as `&amp;lt;`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

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
    """Pieces of finished HTML, taken out of the text so that later steps leave them alone."""

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
    """A text object as HTML: `mrkdwn` with its formatting, anything else without any."""
    if not text:
        return Markup("")
    if isinstance(text, str):
        return plain(text)
    return mrkdwn(text["text"], names) if text.get("type") == "mrkdwn" else plain(text["text"])


def plain(text: str) -> Markup:
    """Text without formatting, with its line breaks."""
    return _safe(str(escape(text)).replace("\n", "<br>"))


def mrkdwn(text: str, names: Names) -> Markup:
    """Slack's mrkdwn as HTML; `names` (user id to name) says who is mentioned."""
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
    """What stands between `<` and `>`: a link, a mention, a date; anything else is shown as it is."""
    target, _, label = inside.partition("|")
    if re.match(r"https?://", target):
        return _link(target, label)
    if target.startswith(("mailto:", "tel:")):
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
        return _mention(label or "@groep", loud=True)
    return _mention(f"@{target[1:]}", loud=True)


def _link(url: str, label: str) -> str:
    return f'<a href="{url}" target="_blank" rel="noopener noreferrer">{label or url}</a>'


def _mention(name: str, *, loud: bool = False) -> str:
    """A mention; a loud one would ping a whole channel, which is what an attack looks like."""
    return f'<span class="mention{" loud" if loud else ""}">{name}</span>'


def _safe(html: str) -> Markup:
    """HTML of which everything that came from outside has been escaped."""
    return Markup(html)  # noqa: S704


def is_web_link(url: str) -> bool:
    """True for http and https, the only links that are followed from here."""
    return urlsplit(url).scheme in ("http", "https")


def rich_text_html(block: Json, names: Names) -> Markup:
    """A `rich_text` block as HTML: sections, lists, quotes and preformatted text."""
    return Markup("").join(_rich_part(part, names) for part in block.get("elements", []))


def _rich_part(part: Json, names: Names) -> Markup:
    elements = part.get("elements", [])
    if part.get("type") == "rich_text_list":
        return _rich_list(part, names)
    inside = Markup("").join(_rich_element(element, names) for element in elements)
    tag = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(part.get("type", ""), "p")
    return _wrap(tag, inside)


def _rich_list(part: Json, names: Names) -> Markup:
    items = (_wrap("li", _rich_part(item, names).removeprefix("<p>").removesuffix("</p>")) for item in part["elements"])
    return _wrap("ol" if part.get("style") == "ordered" else "ul", Markup("").join(items))


def _rich_element(element: Json, names: Names) -> Markup:
    html = _RICH.get(element.get("type", ""), _rich_unknown)(element, names)
    for style, tag in {"code": "code", "strike": "s", "italic": "em", "bold": "strong"}.items():
        if element.get("style", {}).get(style):
            html = _wrap(tag, html)
    return html


def _rich_link(element: Json, _names: Names) -> Markup:
    label = plain(element.get("text") or element["url"])
    return _safe(_link(str(escape(element["url"])), label)) if is_web_link(element["url"]) else label


def _rich_user(element: Json, names: Names) -> Markup:
    return _safe(_mention(str(escape("@" + names.get(element["user_id"], element["user_id"])))))


def _rich_broadcast(element: Json, _names: Names) -> Markup:
    return _safe(_mention(str(escape("@" + element["range"])), loud=True))


def _rich_unknown(element: Json, _names: Names) -> Markup:
    return plain(str(element.get("text") or f":{element.get('name', element.get('type', ''))}:"))


_RICH: dict[str, Callable[[Json, Names], Markup]] = {
    "link": _rich_link,
    "user": _rich_user,
    "broadcast": _rich_broadcast,
}


def _wrap(tag: str, inside: str) -> Markup:
    """`inside` is HTML already."""
    return _safe(f"<{tag}>{inside}</{tag}>")
