"""All Dutch sentences that are not part of a plan, by a code. Je-form, short, calm, B1 (G7)."""

from __future__ import annotations

from collections.abc import Iterable

from meldcode.errors import Problem, Refusal
from meldcode.plan import Role

ROLES = {
    Role.TEACHER: "leerkracht",
    Role.CARE_COORDINATOR: "IB-er/zorgcoördinator",
    Role.CONFIDANT: "vertrouwenspersoon",
    Role.SCHOOL_LEADER: "schoolleider",
    Role.CLUSTER_DIRECTOR: "clusterdirecteur",
}

TEXTS = {
    # what is wrong with a field
    "required": "Vul dit nog in.",
    "too_long": "Dit is te lang. Maak het korter dan {limit} tekens, of schrijf het in twee notities.",
    "unreadable": "Hier staat een teken dat niet bewaard kan worden. Typ deze tekst opnieuw.",
    "unknown_choice": "Kies een van de mogelijkheden.",
    "no_date": "Kies een datum uit de kalender.",
    "in_the_future": "Deze dag moet nog komen. Kies vandaag of een eerdere dag.",
    "not_of_this_school": "Kies alleen collega's met een rol in deze school. Je schoolleider kan rollen geven.",
    "names_pupil": "Het kind wordt anoniem besproken. Haal de naam weg en schrijf bijvoorbeeld: de leerling.",
    "no_teacher": "Kies een leerkracht van deze school, iemand anders dan nu.",
    "wrong_period": "Kies een laatste dag die na de eerste dag ligt, niet in het verleden en binnen een jaar.",
    "postponed_too_far": "Kies een dag na vandaag, hoogstens vijf schooldagen vooruit.",
    "postponed_enough": (
        "De herinneringen van deze stap zijn al twee keer uitgesteld. Lukt het nog niet? "
        "Vraag een collega om hulp, of draag het dossier over."
    ),
    "too_many_people": "Kies niet meer dan 12 mensen.",
    "held_too_long": "Kies een dag tot en met {day}. Is het dossier dan nog nodig? Dan kan het opnieuw.",
    "held_already": "Het dossier blijft al bewaard tot {day}. Kies een latere dag.",
    # what cannot be done
    "unknown_person": (
        "Je hebt nog geen rol in een school die Meldwijzer kent. Vraag je schoolleider om je een rol te geven. "
        "Wil je nu iets melden? Ga dan direct naar je IB-er of vertrouwenspersoon."
    ),
    "role_may_not": "Dit hoort volgens jullie stappenplan bij een andere rol: {roles}. Vraag het aan hen.",
    "no_such_case": "Dit dossier is er niet, of jij kunt het niet lezen. Controleer de code.",
    "destroyed": (
        "Dit dossier is vernietigd, omdat de bewaartermijn voorbij is. Wat erin stond, is niet terug te halen. "
        "Zie of hoor je iets nieuws? Meld het met /signaal: dan begint een nieuw dossier."
    ),
    "not_yet": "Dit kan nog niet. Open het dossier om te zien wat eerst nodig is.",
    "not_now": "Dit hoort niet bij de stap waar het dossier nu staat. Open het dossier om te zien wat nodig is.",
    "needs_another": "Een besluit neem je met z'n tweeën. Vraag je collega met de andere rol om het te bevestigen.",
    "done_meanwhile": (
        "Een collega heeft dit net vastgelegd. Jouw tekst staat hier nog. "
        "Kopieer wat je wilt bewaren, sluit dit venster en open het dossier opnieuw."
    ),
    "stored_before": (
        "Dit formulier was al opgeslagen in dossier {case}. Je wijziging is nog niet bewaard. "
        "Kopieer je tekst en voeg hem in het dossier toe met Verbeteren."
    ),
    "draft_gone": "Je tekst is te lang blijven staan en daarom weggehaald. Open het formulier opnieuw met /signaal.",
    "not_your_school": "In deze school heb je geen rol. Kies een andere school.",
    "unknown_action": "Deze knop werkt niet meer. Open het dossier opnieuw met /meldcode dossiers.",
    "unknown_entry": "Deze notitie is er niet. Open het dossier opnieuw.",
    "joined_already": "Dit dossier is al bij een ander gevoegd. Open het dossier opnieuw.",
    "trouble_form": (
        "Het opslaan lukte niet. Je tekst staat er nog. Probeer het over een minuut opnieuw. "
        "Lukt het dan niet? Ga naar je IB-er of vertrouwenspersoon en noem code {reference}."
    ),
    "trouble": (
        "Dit lukte niet. Probeer het over een minuut opnieuw. Lukt het dan niet? "
        "Ga naar je IB-er of vertrouwenspersoon en noem code {reference}."
    ),
    "reference": "(code {reference})",
    # names of things
    "product": "Meldwijzer",
    "case": "Dossier {code}",
    "open_case": "Dossier openen",
    "report": "Signaal melden",
    "acute": "Acuut gevaar",
    "save": "Opslaan",
    "close": "Sluiten",
    "cancel": "Annuleren",
    "back": "Terug",
    "adjust": "Aanpassen",
    "do_not_save": "Niet opslaan",
    "save_anyway": "Toch opslaan",
    "school": "School",
    "correct": "Verbeteren",
    "step_of": "Stap {number} van {total}: {title}",
    "step_short": "stap {number} van {total}, {title}",
    "and": " en ",
    "or": " of ",
    # messages
    "told_title": "Dossier {code}: {what}",
    "told_moved": "er is een stap gezet",
    "told_step": "Stap {number} van {total}: {title}. Aan zet: {who}.",
    "told_closed": "Dit dossier is gesloten.",
    "told_gap": (
        "Let op: niemand in jullie school heeft de rol {gap}. Daarom krijg jij dit bericht. "
        "Geef iemand deze rol, dan kan het dossier verder."
    ),
    "told_notification": "Dossier {code}: er is iets voor je in Meldwijzer.",
    "alarm": (
        "*Acuut gevaar: een collega heeft alarm geslagen.*\nKijk wie het is en ga er nu naartoe. "
        "Is het kind in gevaar? Bel 112. Veilig Thuis: 0800-2000."
    ),
    "alarm_notification": "Acuut gevaar: een collega heeft alarm geslagen. Open Meldwijzer nu.",
    "alarm_button": "Wie is het?",
    "alarm_undelivered": (
        "*Je alarm kwam bij een collega niet aan.*\nZoek nu zelf iemand op, of bel. "
        "Is het kind in gevaar? Bel 112. Veilig Thuis: 0800-2000."
    ),
    "alarm_undelivered_notification": "Je alarm kwam bij een collega niet aan. Zoek nu zelf iemand op, of bel.",
    "alarm_who": "*{name}* sloeg alarm om {time}. Zoek {name} nu op of bel.",
    "without_holder": (
        "*Dossier {code} ligt stil: niemand heeft nu deze rol: {gap}.*\n"
        "Is de leerkracht weg? Open het dossier en draag het over. Mist er een andere rol? Geef iemand die rol."
    ),
    "reminder": "Stap {number} van {total}: {title}. Aan zet: {who}. In deze stap sinds {day}.",
    "reminder_needed": "Nu nodig: “{record}”.",
    "reminder_title": "Dossier {code} wacht",
    "reminder_vacation": "Dossier {code} blijft open in de vakantie",
    "reminder_vacation_line": (
        "De vakantie begint op {day}. Wat kan niet wachten? Spreek vandaag af wie er in de vakantie op let."
    ),
    "reminder_follow_up": "Dossier {code}: vervolgafspraak op {day}. Jij zorgt daarvoor",
    "reminder_follow_up_instead": "Dossier {code}: vervolgafspraak op {day}. Wie ervoor zorgt, is er nu niet. Wie wel?",
    "reminder_notification": "Dossier {code} wacht op een volgende stap.",
    "reminders_notification": "{count} dossiers wachten op een volgende stap.",
    "reminders_intro": "*Dit staat vandaag open ({count} dossiers)*",
    "later": "Later",
    "hand_over": "Overdragen",
    "week": "*Deze week in {school}*",
    "week_line": "{title}: {open} open, waarvan {overdue} te laat",
    "week_notification": "Weekoverzicht van de dossiers in {school}.",
    "ending": (
        "*Dossier {code} wordt op {day} vernietigd.*\nHet is gesloten en de bewaartermijn is dan voorbij. "
        "Daarna is niets meer terug te halen. Is het dossier nog nodig? Open het en kijk, of kies Langer bewaren."
    ),
    "ending_notification": "Dossier {code}: de bewaartermijn loopt af.",
    "undelivered": (
        "*Dossier {code}: een bericht aan een collega kwam niet aan.*\nKijk wat er nodig is en wie het doet."
    ),
    "deputy": "Er is een vervanging geregeld waar jij bij hoort. Kijk op het tabblad Start voor wie en wanneer.",
    # the form
    "form_private": "Alleen jij en de {readers} van je school kunnen dit lezen. Wie leest, laat een spoor na.",
    "form_private_case": (
        "Dit kunnen lezen: de leerkracht van dit dossier en de {readers}. Wie leest, laat een spoor na."
    ),
    "form_next": "Na het opslaan gaat er meteen bericht naar: {told}. De ouders en de leerling krijgen geen bericht.",
    "form_next_perhaps": "Bij sommige antwoorden gaat er ook meteen bericht naar: {told}.",
    "form_staff": (
        "Gaat je vermoeden over een medewerker van de school? Dan geldt een andere wet. Gebruik dit formulier niet, "
        "maar ga direct naar het schoolbestuur."
    ),
    "form_acute": "Is het kind nu in gevaar? Bel 112. Veilig Thuis is dag en nacht bereikbaar: 0800-2000 (gratis).",
    "form_case": "Dossier {code}",
    # review of hints
    "review_title": "Even nalezen",
    "review_intro": (
        "Je tekst is nog niet opgeslagen. Hieronder staat tussen « » wat misschien anders kan. "
        "Jij beslist: pas het aan, of sla het op zoals het is."
    ),
    "review_names": (
        "Misschien staat er een naam of nummer van iemand anders. Schrijf liever de rol: een ander kind, een ouder."
    ),
    "review_hedges": "Misschien staat er een vermoeden of mening. Schrijf liever wat je zag of hoorde.",
    "review_silence": "Het programma ziet niet alles. Wat niet gemarkeerd is, is niet gecontroleerd of goedgekeurd.",
    # saved
    "saved_title": "Opgeslagen",
    "saved": "Opgeslagen in dossier *{code}*: “{what}”.",
    "saved_told": "Hebben nu bericht: {people}.",
    "saved_gap": (
        "Let op: niemand in je school heeft de rol {gap}. De schoolleider heeft daarom bericht. Ga ook zelf even langs."
    ),
    "saved_nobody": (
        "Let op: niemand in je school heeft een rol die dit bericht kan krijgen. "
        "Ga nu zelf naar je schoolleider of IB-er."
    ),
    "saved_next": "Wat gebeurt er nu: {step}. Aan zet: {who}.",
    "saved_teacher": "Je krijgt bericht als het gelezen is. Zie of hoor je meer? Meld het weer met /signaal.",
    "saved_closed": "Het dossier is nu gesloten: {outcome}.",
    # the case
    "case_private": (
        "Dit kunnen lezen: de leerkracht van dit dossier en de {readers}. Dat jij dit nu leest, wordt vastgelegd."
    ),
    "case_pupil": "{first} {last}, groep {group}",
    "case_turn": "Aan zet volgens jullie stappenplan: {who}",
    "case_needed": "Nog nodig in deze stap: {records}",
    "case_watch": "In deze stap hoeft nu niets, het logboek blijft open.",
    "case_closed": "Dit dossier is gesloten: {outcome}. Een nieuw signaal opent het weer.",
    "case_kept_until": "Bewaard tot {day}. Dan wordt het vernietigd. De {who} krijgen eerst bericht.",
    "case_joined": "Je signaal is gelezen. De {who} neemt het verder op.",
    "case_log": "Logboek",
    "case_log_part": "Notities {first} tot {last} van {total}, in volgorde van gebeuren",
    "case_older": "Eerdere notities",
    "case_newer": "Latere notities",
    "case_steps": "Alle stappen van het stappenplan",
    "line_head": "{number}{title} · {day}",
    "line_written": "door {author} ({role}), geschreven op {written}",
    "line_other": "notitie {number} uit dossier {code}",
    "line_corrects": "verbetert notitie {number}",
    "left_out": "Niet besproken",
    "somebody_gone": "iemand die niet meer op school werkt",
    "same_pupil": (
        "Er is ook dossier *{code}* over een leerling met deze naam (geopend op {day}). "
        "Gaat het over dezelfde leerling? De leerkrachten weten dit niet van elkaar."
    ),
    "same_button": "Hoort bij elkaar",
    "differs_button": "Andere leerling",
    "same_confirm": (
        "De signalen komen samen in het dossier dat het verst is. De leerkracht van dat dossier leest ze dan allemaal. "
        "Dit kun je niet terugdraaien."
    ),
    "yes_join": "Ja, samenvoegen",
    "case_done": "Gedaan in deze stap: {records}",
    "done_by": "{title} ({author}, {day})",
    "lead_to": "Kies je {choice}, dan gaat het dossier naar: stap {number}, {title}.",
    "lead_close": "Kies je {choice}, dan sluit het dossier: {title}.",
    "lead_to_always": "Na het opslaan gaat het dossier naar: stap {number}, {title}.",
    "lead_close_always": "Na het opslaan sluit het dossier: {title}.",
    "agrees": "Jij deed het voorstel. Je collega met de andere rol bevestigt het, en heeft daar bericht van.",
    "again": "Opnieuw: {what}",
    "log_shortened": "Dit zijn de laatste notities. Lees het hele logboek in het dossier zelf.",
    # home and commands
    "home_deputy": "Vervanging regelen",
    "home_stands_in": "{deputy} vervangt {person} van {first} tot en met {last}.",
    "deputy_title": "Vervanging regelen",
    "deputy_explain": (
        "Wie vervangt, leest en doet alles wat bij de rollen van de afwezige hoort, ook diens dossiers. "
        "Allebei krijgen jullie bericht."
    ),
    "deputy_person": "Wie is er niet?",
    "deputy_person_hint": "Laat leeg als je het zelf bent. Voor een ander kan alleen de schoolleider dit regelen.",
    "deputy_deputy": "Wie vervangt?",
    "deputy_first_day": "Eerste dag",
    "deputy_last_day": "Laatste dag",
    "deputy_saved": "{deputy} vervangt {person} van {first} tot en met {last}. Jullie krijgen allebei bericht.",
    "home_title": "Goedendag {name}",
    "home_waiting": "Dit wacht op jou",
    "home_following": "Ook open",
    "home_empty": (
        "Er zijn geen open dossiers voor jou. Zie of hoor je iets waar je je zorgen over maakt? "
        "Meld het met de knop hierboven of met /signaal. Je hoeft niet zeker te zijn."
    ),
    "home_row": "*Dossier {code}* · {step}",
    "home_row_own": "jouw melding",
    "home_since": "in deze stap sinds {day}",
    "home_more": "Er zijn nog {count} dossiers. Zoek er een met /meldcode dossier CODE.",
    "home_private": "Op dit scherm staan geen namen van leerlingen. Die zie je pas als je een dossier opent.",
    "help": (
        "*/signaal* meld wat je zag of hoorde\n*/meldcode dossiers* je open dossiers\n"
        "*/meldcode dossier CODE* open een dossier\n*/meldcode vervanging* regel wie je vervangt\n"
        "*/meldcode acuut* bij direct gevaar\n*/meldcode help* deze uitleg"
    ),
    "unknown_word": "Dat woord ken ik niet. Dit kun je typen:",
    "acute_title": "Acuut gevaar",
    "acute_alerted": "Nu gewaarschuwd: {people}. Wacht niet op hen.",
    "acute_nobody": "Niemand van school kon worden gewaarschuwd. Haal zelf iemand.",
    "acute_text": (
        "*Is het kind nu in gevaar? Bel 112.*\n"
        "Veilig Thuis: *0800-2000*, gratis, dag en nacht. Ook voor advies, zonder naam te noemen.\n"
        "Wacht niet op een stap van het stappenplan. Haal direct je IB-er of schoolleider erbij."
    ),
}


def text(code: str, /, **words: str) -> str:
    """Return the sentence with this code, its words filled in. Raises KeyError for an unknown code."""
    return TEXTS[code].format(**words)


def roles(names: Iterable[str], *, joined_by: str = "or") -> str:
    """Return the roles in words: "IB-er of zorgcoördinator, vertrouwenspersoon of schoolleider"."""
    return listed([ROLES[Role(name)] for name in names], joined_by=joined_by)


def listed(words: list[str], *, joined_by: str = "and") -> str:
    """Return the words as a list in a sentence."""
    if len(words) < 2:  # noqa: PLR2004 - one word is no list
        return "".join(words)
    return ", ".join(words[:-1]) + TEXTS[joined_by] + words[-1]


def problem(problem: Problem) -> str:
    """Return what is wrong with a field: the plan's reason, or the sentence of the code."""
    return problem.reason or text(problem.code, **problem.words)


def refusal(refused: Refusal) -> str:
    """Return why something cannot be done, and what to do next."""
    words = dict(refused.words)
    if "roles" in words:
        words["roles"] = roles(words["roles"].split()) or "een collega"
    return refused.reason or text(refused.code, **words)
