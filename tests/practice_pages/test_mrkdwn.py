"""Slack's texts become HTML without any element from the sender."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.web.mrkdwn import mrkdwn, plain, text_html
from tests.practice_pages.sample import ATTACK

NAMES = {"U1": "Sanne <b>de Boer</b>"}
OUR_TAGS = re.compile(
    r"</?(strong|em|s|code|pre|blockquote)>|<br>|</?span( class=\"mention( loud)?\")?>"
    r"|<a href=\"https?://[^\"<>\s]*\" target=\"_blank\" rel=\"noopener noreferrer\">|</a>"
)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*vet* _schuin_ ~door~ `code`", "<strong>vet</strong> <em>schuin</em> <s>door</s> <code>code</code>"),
        ("snake_case_naam 2*3*4 a~b~c", "snake_case_naam 2*3*4 a~b~c"),
        ("*vet _en schuin_*", "<strong>vet <em>en schuin</em></strong>"),
        ("`*niet vet*`", "<code>*niet vet*</code>"),
        ("```\n*a*\nb\n```", "<pre>*a*\nb</pre>"),
        ("> een\n> twee\ndrie", "<blockquote>een<br>twee</blockquote>drie"),
        ("&gt; zo stuurt Slack het zelf", "<blockquote>zo stuurt Slack het zelf</blockquote>"),
        ("een\ntwee", "een<br>twee"),
        ("a &lt;b&gt; &amp; c", "a &lt;b&gt; &amp; c"),
        ("&amp;lt;", "&amp;lt;"),
        ("<@U1>", '<span class="mention">@Sanne &lt;b&gt;de Boer&lt;/b&gt;</span>'),
        ("<@U9>", '<span class="mention">@U9</span>'),
        ("<!channel>", '<span class="mention loud">@channel</span>'),
        ("<!here|hier>", '<span class="mention loud">@here</span>'),
        ("&lt;!channel&gt;", "&lt;!channel&gt;"),
        ("<#C1|algemeen>", '<span class="mention">#algemeen</span>'),
        ("<!date^1^{date}|1 mei>", "1 mei"),
        ("<tel:0800-2000|Veilig Thuis>", '<a href="tel:0800-2000">Veilig Thuis</a>'),
        ("<javascript:alert(1)|klik>", "&lt;javascript:alert(1)|klik&gt;"),
        (
            "<https://a.nl/x_y_z?b=1&amp;c=2|lees *dit*>",
            '<a href="https://a.nl/x_y_z?b=1&amp;c=2" target="_blank" rel="noopener noreferrer">lees *dit*</a>',
        ),
    ],
)
def test_formatting(text: str, html: str) -> None:
    assert mrkdwn(text, NAMES) == html


def test_plain_text_has_no_formatting() -> None:
    assert plain("*a* <@U1> <!channel>\n<b>") == "*a* &lt;@U1&gt; &lt;!channel&gt;<br>&lt;b&gt;"
    assert text_html({"type": "plain_text", "text": "*a*"}, NAMES) == "*a*"
    assert text_html({"type": "mrkdwn", "text": "*a*"}, NAMES) == "<strong>a</strong>"
    assert text_html(None, NAMES) == ""


@pytest.mark.parametrize("around", ["{}", "*{}*", "`{}`", "```{}```", "> {}", "<https://a.nl|{}>", "<@{}>", "<!{}>"])
def test_an_attack_stays_text(around: str) -> None:
    html = mrkdwn(around.format(ATTACK), NAMES)
    assert "<script" not in html
    assert "<img" not in html


@given(st.text(alphabet="<>&\"'*_~`@!#|^:/ \n\x000aU1" + "htps.gl;", max_size=60))
def test_the_html_has_only_our_own_tags(text: str) -> None:
    rest = OUR_TAGS.sub("", mrkdwn(text, NAMES))
    assert "<" not in rest
    assert ">" not in rest
