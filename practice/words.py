"""What the workspace itself says to a person, in Dutch: Slack's remarks on a field, and why something failed."""

from __future__ import annotations

import re

TROUBLE = "We hadden moeite met verbinden. Probeer het opnieuw."
GONE = "Dit is intussen veranderd. Kijk wat er nu staat en probeer het opnieuw."
_FAILURES = {
    "account_inactive": "Deze persoon is geen lid meer van de werkplek.",
    "messages_tab_disabled": "Aan deze app kun je geen gewone berichten sturen. Kies een opdracht.",
    "not_enabled": "Deze app heeft geen tabblad Start.",
    "not_found": GONE,
    "unknown_command": "Deze opdracht bestaat niet.",
}
_FIELD_REMARKS = (
    (re.compile(r"Please complete this required field\."), r"Vul dit veld in."),
    (re.compile(r"This entry must have at least (\d+) characters\."), r"Gebruik hier ten minste \1 tekens."),
    (re.compile(r"This entry must have at most (\d+) characters\."), r"Gebruik hier ten hoogste \1 tekens."),
    (re.compile(r"Please enter a valid email address\."), r"Dit is geen e-mailadres. Schrijf het als naam@school.nl."),
    (re.compile(r"Please enter a valid URL\."), r"Dit is geen webadres. Laat het beginnen met https://."),
    (re.compile(r"Please enter a valid number\."), r"Vul hier een getal in."),
    (re.compile(r"This number must be from (\S+) to (\S+)\."), r"Kies een getal van \1 tot en met \2."),
    (re.compile(r"You can select at most (\d+) items\."), r"Kies er hier ten hoogste \1."),
)


def failure(code: str, what: str = "") -> str:
    """Why something failed; with the code that Slack gives when the app did not answer well."""
    if not code:
        return ""
    said = _FAILURES.get(code) or f"{TROUBLE} ({code})"
    return f"{what} is niet gelukt. {said}" if what else said


def field_errors(errors: dict[str, str]) -> dict[str, str]:
    """The errors of a view's fields: Slack's own remarks in Dutch, the app's as the app wrote them."""
    return {block_id: _remark(text) for block_id, text in errors.items()}


def _remark(text: str) -> str:
    for pattern, dutch in _FIELD_REMARKS:
        if found := pattern.fullmatch(text):
            return found.expand(dutch)
    return text
