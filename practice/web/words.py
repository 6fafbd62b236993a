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
_REASONS = {
    "channel_not_found": "Dit gesprek bestaat niet.",
    "drop_socket": "Jij liet de verbinding wegvallen.",
    "exchanged_trigger_id": "Met één klik mag de app één venster openen, en dat deed hij al.",
    "expired_trigger_id": "De app opende het venster later dan 3 seconden na de klik.",
    "expired_url": "Dit antwoordadres werkt 30 minuten.",
    "hash_conflict": "Het venster was intussen veranderd.",
    "invalid_arguments": "Er staat iets in dat Slack niet aanneemt. Erachter staat wat en waar.",
    "invalid_auth": "Deze sleutel kent Slack niet.",
    "invalid_blocks": "Er staat iets in het bericht dat Slack niet aanneemt. Erachter staat wat en waar.",
    "invalid_trigger_id": "Dit is geen klik die Slack kent.",
    "late_acknowledgement": "De bevestiging kwam, maar na de 3 seconden. De gebruiker zag toen al een fout.",
    "missing_scope": "De app heeft voor dit verzoek geen toestemming in zijn manifest.",
    "operation_timeout": "De app bevestigde niet binnen 3 seconden. De gebruiker ziet dan een fout.",
    "push_limit_reached": "Er liggen al drie vensters op elkaar.",
    "rate_limited": "Slack vond het te veel verzoeken en zei hoe lang te wachten.",
    "server_error": "Slack had een storing.",
    "slow": "Slack antwoordde traag.",
    "taken_then_timeout": "Slack deed het, maar antwoordde niet.",
    "used_url": "Dit antwoordadres was al vijf keer gebruikt.",
    "view_too_large": "Het venster is groter dan 250 kB.",
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


def why(code: str) -> str:
    """Why Slack refused, or what went wrong, for reading in the traffic; empty for a code that explains itself."""
    return _REASONS.get(code, "")


def field_errors(errors: dict[str, str]) -> dict[str, str]:
    """The errors of a view's fields: Slack's own remarks in Dutch, the app's as the app wrote them."""
    return {block_id: _remark(text) for block_id, text in errors.items()}


def _remark(text: str) -> str:
    for pattern, dutch in _FIELD_REMARKS:
        if found := pattern.fullmatch(text):
            return found.expand(dutch)
    return text
