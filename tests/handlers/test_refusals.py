"""Each refusal in Dutch: what cannot be done, and what to do next."""

from __future__ import annotations

import pytest

from handlers.i18n import texts
from meldcode.domain.errors import Problem, Refused

SENTENCES: list[tuple[str, dict[str, str], str]] = [
    (
        "destroyed",
        {},
        "Dit dossier is vernietigd, omdat de bewaartermijn voorbij is. Wat erin stond, is niet terug te "
        "halen. Zie of hoor je iets nieuws? Geef het door met /signaal: dan begint een nieuw dossier.",
    ),
    (
        "done_meanwhile",
        {},
        "Een collega heeft dit net vastgelegd. Jouw tekst staat hier nog. Kopieer wat je wilt bewaren, "
        "sluit dit venster en open het dossier opnieuw.",
    ),
    (
        "draft_gone",
        {},
        "Wat je had ingevuld, is er niet meer: het is opgeslagen, weggegooid of ouder dan een dag. "
        "Open het formulier opnieuw.",
    ),
    ("held_already", {"day": "02-03-2028"}, "Het dossier blijft al bewaard tot 02-03-2028. Kies een latere dag."),
    (
        "held_too_long",
        {"day": "01-02-2030"},
        "Kies een dag tot en met 01-02-2030. Is het dossier dan nog nodig? Dan kan het opnieuw.",
    ),
    ("in_the_future", {}, "Deze dag moet nog komen. Kies vandaag of een eerdere dag."),
    ("time_in_the_future", {}, "Deze tijd moet nog komen. Kies een eerdere tijd, of een eerdere dag."),
    (
        "last_school_leader",
        {},
        "Een school heeft altijd iemand nodig die schoolleider is. Geef eerst iemand anders die rol. "
        "Daarna kan deze rol eraf.",
    ),
    ("names_pupil", {}, "De leerling wordt anoniem besproken. Haal de naam weg en schrijf bijvoorbeeld: de leerling."),
    (
        "needs_another",
        {},
        "Een besluit neem je met z'n tweeën. Vraag je collega met de andere rol om het te bevestigen. "
        "Is er niemand anders? Kies in het dossier Rol overnemen.",
    ),
    ("no_such_case", {}, "Dit dossier is er niet, of jij kunt het niet lezen. Controleer de code."),
    ("no_teacher", {}, "Kies een leerkracht van deze school, iemand anders dan nu."),
    (
        "not_same_pupil",
        {},
        "Deze dossiers gaan niet over dezelfde leerling. Open het dossier opnieuw.",
    ),
    ("not_now", {}, "Dit hoort niet bij de stap waar het dossier nu staat. Open het dossier om te zien wat nodig is."),
    ("not_of_this_school", {}, "Kies alleen collega's met een rol op deze school. Je schoolleider kan rollen geven."),
    (
        "not_the_readers",
        {"roles": "care_coordinator school_leader"},
        "Wie een dossier las, ziet alleen de IB-er/zorgcoördinator of schoolleider. Vraag het daar.",
    ),
    ("not_your_roles", {}, "Op deze school geeft iemand anders de rollen: de schoolleider of de clusterdirecteur."),
    (
        "own_roles",
        {},
        "Jezelf een rol geven kan niet. Met een rol stoppen wel. Wil je er een bij? Vraag een andere "
        "schoolleider of de clusterdirecteur.",
    ),
    ("required", {}, "Vul dit nog in."),
    (
        "role_may_not",
        {"roles": "care_coordinator confidant"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: IB-er/zorgcoördinator of "
        "vertrouwenspersoon. Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "care_coordinator school_leader"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: IB-er/zorgcoördinator of "
        "schoolleider. Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "school_leader"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: schoolleider. Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "teacher care_coordinator"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: leerkracht of IB-er/zorgcoördinator. "
        "Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "teacher care_coordinator confidant"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: leerkracht, IB-er/zorgcoördinator of "
        "vertrouwenspersoon. Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "teacher care_coordinator confidant school_leader"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: leerkracht, IB-er/zorgcoördinator, "
        "vertrouwenspersoon of schoolleider. Vraag het aan hen.",
    ),
    (
        "role_may_not",
        {"roles": "teacher care_coordinator school_leader"},
        "Dit hoort volgens jullie stappenplan bij een andere rol: leerkracht, IB-er/zorgcoördinator of "
        "schoolleider. Vraag het aan hen.",
    ),
    (
        "roles_changed_meanwhile",
        {},
        "Iemand anders heeft deze rollen net veranderd. Sluit dit venster en open het opnieuw met /meldcode rollen.",
    ),
    ("too_long", {"limit": "80"}, "Dit is te lang. Maak het korter dan 80 tekens, of schrijf het in twee keer op."),
    ("unknown_action", {}, "Deze knop werkt niet meer. Open het dossier opnieuw met /meldcode dossiers."),
    ("unknown_choice", {}, "Kies een van de mogelijkheden."),
    ("unknown_entry", {}, "Dit staat niet meer zo in het logboek. Open het dossier opnieuw."),
    (
        "unknown_person",
        {},
        "Je hebt nog geen rol op een school die Meldwijzer kent. Vraag je schoolleider om je een rol te "
        "geven. Wil je nu een signaal doorgeven? Ga dan direct naar je IB-er of vertrouwenspersoon.",
    ),
    ("unreadable", {}, "Hier staat een teken dat niet bewaard kan worden. Typ deze tekst opnieuw."),
    ("wrong_groups", {}, "Noem hoogstens 12 groepen, met komma's ertussen. Bijvoorbeeld: 5, 6"),
    ("wrong_period", {}, "De laatste dag is op of na de eerste dag, niet in het verleden en binnen twaalf weken."),
]


@pytest.mark.parametrize(("code", "words", "sentence"), SENTENCES)
def test_a_refusal_says_what_to_do(code: str, words: dict[str, str], sentence: str) -> None:
    roles = tuple(words.get("roles", "").split())
    said = {name: value for name, value in words.items() if name != "roles"}
    assert texts.refusal(Refused(code, roles=roles, named={}, **said)) == sentence
    if "roles" not in words:
        assert texts.problem(Problem("field", code, words=words)) == sentence
