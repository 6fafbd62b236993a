"""Three whole cases of the step plan, played in the browser by the people of a school, as the plan leads them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.story.colleague import Colleague
from tests.story.demo import now
from tests.story.desk import Desk

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

SANNE, MEHMET, KARIN = "Sanne de Boer", "Mehmet Yılmaz", "Karin Visser"
JORIS, FATIMA, WILLEM = "Joris Hendriks", "Fatima el Amrani", "Willem Postma"

SEEN, WORSE = 'Daan viel drie keer in slaap. Hij zei: "Ik was bang."', "Daan had een blauwe plek op zijn arm."
SIGNAL = {
    "Voornaam": "Daan",
    "Achternaam": "Kuiper",
    "Soort": ["Signalen van mishandeling of verwaarlozing"],
    "Wat zag of hoorde je?": SEEN,
    "Hoe weet je dit?": "Zelf gezien of gehoord",
}
PRESENT, SAID, WHY = "Wie van school waren erbij?", "Wat is er gezegd?", "Waarom?"
AS_WEIGHED = "Nee, het is zoals bij de weging"
SLEEP = "Samen kijken hoe het slapen gaat."
JUDGED_BY = "Wie hebben dit ingeschat?"
TEACHER_STAYS_OUT = "Praat zonder de leerkracht."
DANGER = "Gevaar door een gesprek?"
SAFE = {
    "Kan een gesprek gevaar opleveren voor de leerling?": "Nee, een gesprek kan",
    "Waarom denken jullie dat?": "De ouders zijn rustig.",
}
ABLE = "Kan de leerling dit gesprek aan, en met wie?"
PARENTS_KNOW = "Weten de ouders van de zorgen?"
NO_NAME = "Nee, we bespreken de leerling anoniem"
GONE, GOES_ON = "Is het vermoeden door het gesprek weggenomen?", "Nee, het vermoeden blijft"
STILL_SUSPECTED = {"Is er na het wegen nog een vermoeden?": "Ja, we gaan door naar het besluit"}
LEADER_THERE = "Hebben jullie dit al met de schoolleider besproken?"
AT_THE_PARENTS_TALK = {
    "Welke ouder of verzorger was erbij?": ("Een ouder met gezag",),
    "Was er een tolk bij?": "Nee",
    "Kwam iets niet aan bod? Waarom niet?": "De ouders moesten eerder weg.",
}
AT_THE_ZAT = {
    PRESENT: (SANNE, KARIN),
    "Met wie was het overleg?": "De medewerker van het ZAT",
    "Wat was het advies?": "Praat eerst met de leerling en de ouders.",
}
NO_REPORT = {
    "Wat stel je voor?": "Niet melden",
    "Laten de ouders hulpverlening toe?": "Ja",
    "Mag de school contact houden met de hulpverlening?": "Ja",
    "Is er sinds de weging iets veranderd aan het gevaar?": AS_WEIGHED,
    WHY: "De huisarts helpt het gezin.",
}
REPORT = {
    "Wat stel je voor?": "Melden bij Veilig Thuis",
    "Is er sinds de weging iets veranderd aan het gevaar?": AS_WEIGHED,
    WHY: "Het gaat niet beter.",
}
AGREED = {"Ben je het eens met het voorstel?": "Ja, dit is ons besluit"}


@pytest.mark.rule("S2.2")
@pytest.mark.rule("S3.5")
@pytest.mark.rule("S3.6")
@pytest.mark.rule("S3.7")
async def test_the_talk_takes_the_suspicion_away(desk: Desk) -> None:
    sanne, mehmet, karin, fatima = people(desk, SANNE, MEHMET, KARIN, FATIMA)
    code = await sanne.reports(SIGNAL)
    await karin.is_told(code, "Stap 1 van 4: Signalen vastleggen")
    await karin.begins(code, "Signaal oppakken", "Opgeslagen")
    await the_child_is_discussed_without_its_name(karin, code)
    await they_find_a_talk_safe(karin, code)
    await sanne.is_told(code, "Stap 3 van 4: Praten met leerling en ouders")
    await sanne_and_karin_talk_with_the_pupil(sanne, code)
    await fatima_and_karin_talk_with_the_parents(fatima, code)
    await both_find_that_the_suspicion_is_gone(fatima, karin, code)
    await sanne.is_told(code, "Dit dossier is gesloten")
    await sanne_is_worried_again(sanne, code)
    await karin.is_told(code, "Stap 1 van 4: Signalen vastleggen")
    await karin.opens(code, "Stap 1 van 4", "Nog nodig in deze stap: Signaal oppakken")
    await mehmet.is_told_nothing()


async def sanne_is_worried_again(sanne: Colleague, code: str) -> None:
    await sanne.comes()
    await sanne.desk.type("/signaal")
    await sanne.desk.fill("Signaal", {**SIGNAL, "Wat zag of hoorde je?": WORSE})
    await sanne.desk.sees_title("Dezelfde leerling?")
    await sanne.desk.sees(f"dossier {code}, gesloten. Je signaal opent het weer.")
    await sanne.saves("Dezelfde leerling?", {"Is dit dezelfde leerling?": "Ja: Daan Kuiper"})
    await sanne.desk.sees(f"dossier {code}")


async def the_child_is_discussed_without_its_name(karin: Colleague, code: str) -> None:
    desk, form, summary = karin.desk, "Overleg voorbereiden", "Anonieme samenvatting"
    await karin.must_next(code, "Overleg vastleggen")
    await desk.picture("zaak1-1-overleggen")
    await karin.begins(code, form, form)
    await expect(desk.question(summary)).to_have_count(0)
    await desk.answer(PARENTS_KNOW, NO_NAME)
    await desk.sees("Je krijgt daarvoor een concept", "lees alles na")
    await expect(desk.question(summary)).to_have_value(draft := SEEN.replace("Daan", "De leerling"))
    await desk.fill(form, {summary: f"{draft} Daan is acht."})
    await desk.is_refused_at(summary, "De leerling wordt anoniem besproken")
    await desk.picture("zaak1-2-anonieme-samenvatting")
    await karin.saves(form, {summary: draft})
    await karin.must_next(code, "Overleg vastleggen")
    advice = "Wat was het advies?"
    await karin.begins(code, "Overleg vastleggen", "Overleg vastleggen")
    await desk.fill("Overleg vastleggen", {PARENTS_KNOW: NO_NAME, **AT_THE_ZAT, advice: "Praat met Daan."})
    await desk.is_refused_at(advice, "De leerling wordt anoniem besproken")
    await karin.saves("Overleg vastleggen", {advice: AT_THE_ZAT[advice]})


async def they_find_a_talk_safe(karin: Colleague, code: str) -> None:
    await karin.must_next(code, DANGER)
    await karin.begins(code, DANGER, DANGER)
    await karin.desk.sees("Kies je “Ja, we slaan stap 3 over”, dan gaat het dossier naar: stap 4, Wegen")
    able = {ABLE: "Ja, met de leerkracht en de IB\N{NON-BREAKING HYPHEN}er"}
    await karin.desk.fill(DANGER, SAFE | able | {JUDGED_BY: (KARIN,)})
    await karin.desk.is_refused_at(JUDGED_BY, "Schat dit met z'n tweeën in")
    await karin.desk.fill(DANGER, {JUDGED_BY: (KARIN, FATIMA)})
    await karin.desk.is_refused_at(JUDGED_BY, "schatten samen in of de leerling het gesprek aankan")
    await karin.saves(DANGER, {JUDGED_BY: (SANNE, KARIN)})


async def sanne_and_karin_talk_with_the_pupil(sanne: Colleague, code: str) -> None:
    await sanne.begins(code, "Gesprek met de leerling", "Gesprek met de leerling")
    await sanne.desk.sees("Praat niet over de vermoedens")
    none = {"Vertelde de leerling zelf dat het thuis niet veilig is?": "Nee"}
    talk = {
        "Begon de leerling er zelf duidelijk over?": "Nee",
        **none,
        SAID: 'Hij zei: "Ik had een nare droom."',
    }
    await sanne.saves("Gesprek met de leerling", {PRESENT: (SANNE, KARIN), **talk})


async def fatima_and_karin_talk_with_the_parents(fatima: Colleague, code: str) -> None:
    desk, said = fatima.desk, "Ze vertellen dat hij nare dromen heeft. Ze gaan naar de huisarts."
    await fatima.is_told(code, "Stap 3 van 4: Praten met leerling en ouders")
    await fatima.must_next(code, "Gesprek met de ouders")
    await fatima.begins(code, "Gesprek met de ouders", "Gesprek met de ouders")
    follow_up = {
        "Welke punten kwamen aan bod?": ("Het doel van het gesprek", "De vervolgafspraken"),
        "Afspraak 1: wat spreken jullie af?": SLEEP,
        "Afspraak 1: op welke dag?": in_days(14),
        "Afspraak 1: wie van school let erop?": FATIMA,
    }
    gone = {GONE: "Ja, het dossier kan dicht", "Waar zien jullie dat aan?": "Hij slaapt weer goed."}
    talk = {PRESENT: (SANNE, KARIN, FATIMA), SAID: said, **AT_THE_PARENTS_TALK, **follow_up, **gone}
    await desk.fill("Gesprek met de ouders", talk)
    await desk.is_refused_at(PRESENT, TEACHER_STAYS_OUT)
    await expect(desk.question(SAID)).to_have_value(said)
    await desk.picture("zaak1-3-leerkracht-niet-bij-ouders")
    await fatima.saves("Gesprek met de ouders", {PRESENT: (KARIN, FATIMA)})


async def both_find_that_the_suspicion_is_gone(fatima: Colleague, karin: Colleague, code: str) -> None:
    gone, form, remark = "Ja, het dossier kan dicht", "Vermoeden weggenomen?", "Toelichting"
    day = f"{now() + timedelta(14):%d-%m-%Y}"
    still_open = f"Deze afspraak is nog open: {SLEEP} ({day}). Hoe is het afgelopen?"
    line = f"Schrijf erbij hoe het ging, of waarom het vervalt: {SLEEP}"
    ended = {still_open: "Vervalt", line: "De huisarts volgt het slapen."}
    await fatima.opens(code, "Jij deed het voorstel")
    await expect(fatima.desk.dialog.get_by_role("button", name=form, exact=True)).to_have_count(0)
    await karin.is_told(code, "Het vermoeden is misschien weg. Wie bij het gesprek was, bevestigt het.")
    await karin.must_next(code, form)
    await karin.begins(code, form, form)
    await karin.desk.sees(f"Kies je “{gone}”, dan sluit het dossier: Het vermoeden is weggenomen")
    await karin.desk.sees("Hij slaapt weer goed.", f"door {FATIMA} (schoolleider)")
    await karin.desk.fill(form, {GONE: gone, remark: "Hij lacht weer."})
    await karin.desk.is_refused_at(still_open, "Zolang deze afspraak open is, kan het dossier niet dicht.")
    await expect(karin.desk.question(remark)).to_have_value("Hij lacht weer.")
    await karin.desk.picture("zaak1-5-afspraak-nog-open")
    await karin.saves(form, ended)
    await karin.opens(code, "Dit dossier is gesloten: Het vermoeden is weggenomen", "Niet besproken")
    await karin.desk.sees("Afspraak vervalt", SLEEP, "De huisarts volgt het slapen.")
    await karin.desk.picture("zaak1-4-gesloten")


@pytest.mark.rule("S4.1")
@pytest.mark.rule("S4.3")
@pytest.mark.rule("S4.5")
@pytest.mark.rule("S4.6")
@pytest.mark.rule("S4.7")
@pytest.mark.rule("S4.8")
async def test_help_under_watch_then_worse_and_a_report(desk: Desk) -> None:
    sanne, mehmet, karin, fatima, willem = people(desk, SANNE, MEHMET, KARIN, FATIMA, WILLEM)
    code = await sanne.reports(SIGNAL)
    await karin_discusses_it_openly(karin, code)
    await only_the_parents_can_have_a_talk(karin, code)
    await the_suspicion_remains(fatima, code)
    await karin.is_told(code, "Stap 4 van 4: Wegen")
    await sanne_and_karin_weigh(karin, code, "Nee")
    await fatima_proposes_help_and_watching(fatima, code)
    await karin_confirms(karin, code, NO_REPORT)
    await willem.is_told_nothing()
    await sanne_sees_it_get_worse(sanne, code)
    for colleague in (karin, fatima):
        await colleague.is_told(code, "Er is iets veranderd. Jullie wegen en besluiten opnieuw.", "Stap 4 van 4: Wegen")
    await sanne_and_karin_weigh_again(karin, code)
    await fatima.is_told(code, "Stap 4 van 4: Besluiten")
    await fatima.records(code, "Besluit voorstellen", "Besluit voorstellen", REPORT)
    await karin_confirms(karin, code, REPORT)
    await willem_is_told_and_cannot_read(willem, code)
    await karin_reports_by_name(karin, code)
    await fatima_tells_the_parent(fatima, code)
    await veilig_thuis_answers_and_two_end_it(karin, fatima, code)
    await sanne.is_told(code, "Dit dossier is gesloten")
    await mehmet.is_told_nothing()


async def karin_discusses_it_openly(karin: Colleague, code: str) -> None:
    await karin.is_told(code, "Stap 1 van 4")
    await karin.begins(code, "Signaal oppakken", "Opgeslagen")
    await karin.records(code, "Overleg vastleggen", "Overleg vastleggen", {PARENTS_KNOW: "Ja", **AT_THE_ZAT})


async def only_the_parents_can_have_a_talk(karin: Colleague, code: str) -> None:
    cannot = {ABLE: "Nee, het gesprek met de leerling vervalt", JUDGED_BY: (SANNE, KARIN)}
    await karin.begins(code, DANGER, DANGER)
    await karin.desk.fill(DANGER, SAFE | cannot)
    await karin.desk.is_refused_at(WHY, "Vul dit veld in.")
    await karin.saves(DANGER, {WHY: "Hij durft nu niet."})
    await karin.opens(code)
    await expect(karin.desk.dialog.get_by_role("button", name="Gesprek met de leerling")).to_have_count(0)


async def the_suspicion_remains(fatima: Colleague, code: str) -> None:
    await fatima.is_told(code, "Stap 3 van 4")
    talk = {PRESENT: (KARIN, FATIMA), SAID: "Ze zeggen dat het thuis druk is.", GONE: GOES_ON}
    await fatima.records(code, "Gesprek met de ouders", "Gesprek met de ouders", AT_THE_PARENTS_TALK | talk)


async def sanne_and_karin_weigh(karin: Colleague, code: str, unsafe: str) -> None:
    desk, who = karin.desk, "Wie hebben gewogen?"
    await karin.must_next(code, "Weging vastleggen")
    await karin.begins(code, "Weging vastleggen", "Weging")
    shown = await desk.dialog.inner_text()
    assert "Uitspraken die" not in shown, "only what a talk should bring up can be left out"
    assert 0 < shown.index(SEEN) < shown.index("Praat eerst met de leerling") < shown.index(who)
    weighed = {"Hoe groot is het risico volgens jullie?": "We zien veel signalen.", **STILL_SUSPECTED}
    not_yet = {LEADER_THERE: "Nee, dat doen we nog"}
    await desk.fill("Weging", {who: (KARIN,), "Is er acuut of structureel gevaar?": unsafe, **weighed, **not_yet})
    await desk.is_refused_at(who, "De leerkracht en de IB-er of zorgcoördinator wegen samen.")
    await karin.saves("Weging", {who: (SANNE, KARIN)})
    all_three = {"Wie waren erbij?": (SANNE, KARIN, FATIMA)}
    await karin.records(code, "Overleg met schoolleider", "Overleg met schoolleider", all_three)


async def sanne_and_karin_weigh_again(karin: Colleague, code: str) -> None:
    who, risk = "Wie hebben gewogen?", {"Hoe groot is het risico volgens jullie?": WORSE, **STILL_SUSPECTED}
    again = {who: (SANNE, KARIN), "Is er acuut of structureel gevaar?": "Nee", **risk, LEADER_THERE: "Ja"}
    await karin.opens(code, "Dit kan niet wachten: doe het vandaag.")
    await karin.begins(code, "Weging vastleggen", "Weging")
    await karin.desk.fill("Weging", again)
    await karin.desk.is_refused_at(who, "Kies ook de schoolleider met wie jullie dit bespraken.")
    await karin.saves("Weging", {who: (SANNE, KARIN, FATIMA)})


async def fatima_proposes_help_and_watching(fatima: Colleague, code: str) -> None:
    desk, contact = fatima.desk, "Mag de school contact houden met de hulpverlening?"
    await fatima.is_told(code, "Stap 4 van 4: Besluiten")
    await fatima.must_next(code, "Besluit voorstellen")
    await fatima.begins(code, "Besluit voorstellen", "Besluit voorstellen")
    await desk.fill("Besluit voorstellen", {**NO_REPORT, contact: "Nee"})
    await desk.is_refused_at(contact, "alleen als de school contact met de hulpverlening mag houden")
    await desk.picture("zaak2-1-niet-melden-geweigerd")
    await fatima.saves("Besluit voorstellen", {contact: "Ja"})
    await fatima.opens(code, "Jij deed het voorstel")
    await desk.picture("zaak2-2-voorstel-wacht-op-collega")
    await expect(desk.dialog.get_by_role("button", name="Besluit bevestigen", exact=True)).to_have_count(0)


async def karin_confirms(karin: Colleague, code: str, proposed: dict[str, str]) -> None:
    await karin.is_told(code, "Er is een besluit voorgesteld")
    await karin.must_next(code, "Besluit bevestigen")
    await karin.begins(code, "Besluit bevestigen", "Besluit bevestigen")
    await karin.desk.sees(proposed["Wat stel je voor?"], proposed[WHY], f"door {FATIMA} (schoolleider)")
    await karin.saves("Besluit bevestigen", AGREED)


async def sanne_sees_it_get_worse(sanne: Colleague, code: str) -> None:
    await sanne.is_told(code, "Stap 4 van 4: Volgen")
    await sanne.begins(code, "Hoe gaat het nu?", "Hoe gaat het nu?")
    await sanne.desk.sees("Kies je “Het gaat slechter”, “De ouders laten de hulp niet meer toe” of")
    await sanne.desk.picture("zaak2-3-hoe-gaat-het-nu")
    worse = {"Hoe gaat het nu?": "Het gaat slechter", "Wat zag of hoorde je?": WORSE}
    await sanne.saves("Hoe gaat het nu?", worse)


async def willem_is_told_and_cannot_read(willem: Colleague, code: str) -> None:
    await willem.is_told(
        code, "De Linde", "Er komt een melding bij Veilig Thuis.", f"Bel vandaag {FATIMA} (schoolleider)"
    )
    await expect(willem.desk.last_message.get_by_role("button", name="Dossier openen")).to_have_count(0)
    await willem.desk.type(f"/meldcode dossier {code}")
    await expect(willem.desk.last_message).to_contain_text("Dit dossier is er niet, of jij kunt het niet lezen.")


async def karin_reports_by_name(karin: Colleague, code: str) -> None:
    desk, form = karin.desk, "Melding vastleggen"
    await karin.is_told(code)
    await karin.must_next(code, "Melding vastleggen")
    await karin.begins(code, "Melding vastleggen", form)
    await desk.fill(form, {"Mogen de ouders weten wie er meldt?": "Ja", "In welke functie?": "IB-er"})
    await desk.is_refused_at("Wie meldt?", "De school meldt nooit anoniem. Vul dit veld in.")
    await desk.picture("zaak2-4-nooit-anoniem")
    await karin.saves(form, {"Wie meldt?": KARIN})


async def fatima_tells_the_parent(fatima: Colleague, code: str) -> None:
    form, by = "Gesprek over de melding", "Wie voerden het gesprek of schatten dit in?"
    await fatima.is_told(code)
    await fatima.must_next(code, form)
    await fatima.begins(code, form, form)
    told = {"Wat is er gezegd, of waarom is het niet veilig?": "Dat de school gemeld heeft, en waarom."}
    informed = {"Is de melding in een persoonlijk gesprek aan de ouder verteld?": "Ja"}
    await fatima.desk.fill(form, {by: (FATIMA,), **informed, **told})
    await fatima.desk.is_refused_at(by, "doen dit samen")
    await fatima.saves(form, {by: (KARIN, FATIMA)})
    await fatima.opens(code, "Antwoord van Veilig Thuis")


async def veilig_thuis_answers_and_two_end_it(karin: Colleague, fatima: Colleague, code: str) -> None:
    answer = {"Wat doet Veilig Thuis?": "Veilig Thuis onderzoekt het", SAID: "Zij praten met het gezin."}
    await fatima.records(code, "Antwoord vastleggen", "Antwoord vastleggen", answer)
    why = {"Waarom kan het dossier dicht?": "Veilig Thuis volgt het gezin."}
    await fatima.records(code, "Stoppen voorstellen", "Stoppen voorstellen", why)
    await karin.is_told(code, "Er is voorgesteld om te stoppen.")
    agreed = {"Ben je het eens met het voorstel?": "Ja, het dossier kan dicht"}
    await karin.records(code, "Stoppen bevestigen", "Stoppen bevestigen", agreed)
    await karin.opens(code, "Dit dossier is gesloten: Er is gemeld bij Veilig Thuis")


@pytest.mark.rule("S3.1")
@pytest.mark.rule("S4.9")
@pytest.mark.rule("G4")
@pytest.mark.rule("G5")
async def test_danger_skips_the_talk(desk: Desk) -> None:
    sanne, mehmet, karin, fatima, joris = people(desk, SANNE, MEHMET, KARIN, FATIMA, JORIS)
    code = await sanne.reports(SIGNAL)
    await karin_discusses_it_openly(karin, code)
    await karin_skips_step_3(karin, code)
    await sanne_raises_the_alarm(sanne, code)
    for colleague in (karin, fatima):
        await colleague.is_told(code, "ACUUT GEVAAR.")
    await desk.picture("zaak3-2-alarm-bij-schoolleider")
    await karin_goes_there(karin, fatima)
    await sanne_and_karin_weigh(karin, code, "We twijfelen")
    await karin_may_not_leave_it_at_help(karin, code)
    await fatima_will_be_away(fatima)
    await joris_confirms_for_fatima(joris, code)
    await mehmet.is_told_nothing()
    await karin_hands_it_over(karin, code)
    await mehmet.is_told(code, "Dit dossier is nu van jou")
    await mehmet.opens(code, "Aan welke leerkracht draag je het dossier over?", "Sanne gaat met verlof.")
    await desk.press("Eerdere regels")
    await desk.sees(SEEN)
    await sanne_cannot_read_it_any_more(sanne)


async def karin_skips_step_3(karin: Colleague, code: str) -> None:
    skipped = {"Kan een gesprek gevaar opleveren voor de leerling?": "Ja, we slaan stap 3 over"}
    why = {"Waarom denken jullie dat?": "Hij mag thuis niets vertellen.", JUDGED_BY: (SANNE, KARIN)}
    await karin.records(code, DANGER, DANGER, skipped | why)
    await karin.desk.sees("Wat gebeurt er nu: stap 4 van 4, Wegen")
    await karin.opens(code, "Stap 4 van 4: Wegen", "Hij mag thuis niets vertellen.", f"door {KARIN}")


async def sanne_raises_the_alarm(sanne: Colleague, code: str) -> None:
    await sanne.is_told(code, "Stap 4 van 4: Wegen")
    await sanne.opens(code)
    await sanne.desk.press("Acuut gevaar")
    await sanne.desk.sees_title("Acuut gevaar")
    await sanne.desk.sees("Bel 112", "0800-2000", f"Nu gewaarschuwd: {FATIMA}, Grace Osei en {KARIN}")
    await sanne.desk.picture("zaak3-1-acuut-gevaar")


async def karin_goes_there(karin: Colleague, fatima: Colleague) -> None:
    await karin.comes()
    await karin.desk.press("Ik ga erheen")
    for colleague in (karin, fatima):
        await colleague.comes()
        await expect(colleague.desk.last_message).to_contain_text(f"{KARIN} gaat erheen")


async def karin_may_not_leave_it_at_help(karin: Colleague, code: str) -> None:
    decision = "Wat stel je voor?"
    await karin.begins(code, "Besluit voorstellen", "Besluit voorstellen")
    await karin.desk.fill("Besluit voorstellen", NO_REPORT)
    await karin.desk.is_refused_at(
        decision, "Bij gevaar of twijfel kan niet melden alleen als Veilig Thuis dat adviseerde"
    )
    await karin.desk.picture("zaak3-3-twijfel-eerst-veilig-thuis")
    await karin.saves("Besluit voorstellen", REPORT)


async def fatima_will_be_away(fatima: Colleague) -> None:
    await fatima.comes()
    await fatima.desk.go_to("Start")
    await fatima.desk.press("Vervanging regelen")
    week = {"Eerste dag": in_days(0), "Laatste dag": in_days(7)}
    await fatima.desk.fill("Vervanging regelen", {"Wie vervangt?": JORIS, **week})
    await fatima.desk.sees(f"{JORIS} vervangt {FATIMA}")


async def joris_confirms_for_fatima(joris: Colleague, code: str) -> None:
    await joris.comes()
    await joris.desk.go_to("Start")
    await expect(joris.desk.page.get_by_text(f"{JORIS} vervangt {FATIMA}")).to_be_visible()
    await joris.desk.picture("zaak3-4-start-vervanger")
    await joris.opens(code)
    await joris.must_next(code, "Besluit bevestigen")
    await joris.records(code, "Besluit bevestigen", "Besluit bevestigen", AGREED)
    await joris.opens(code, "Stap 4 van 4: Melden", f"door {JORIS} (schoolleider)")


async def karin_hands_it_over(karin: Colleague, code: str) -> None:
    await karin.is_told(code, "Stap 4 van 4: Melden")
    await karin.opens(code)
    await karin.desk.choose_from_menu("Overdragen")
    why = {"Waarom?": "Sanne gaat met verlof."}
    await karin.saves("Dossier overdragen", {"Aan welke leerkracht draag je het dossier over?": MEHMET, **why})


async def sanne_cannot_read_it_any_more(sanne: Colleague) -> None:
    await sanne.comes()
    await expect(sanne.desk.last_message).to_contain_text("jij bent niet langer de leerkracht van dit dossier")
    await sanne.desk.press("Dossier openen")
    await sanne.desk.sees("Dit dossier is er niet, of jij kunt het niet lezen.")
    await sanne.desk.put_away()
    await sanne.desk.go_to("Start")
    await expect(sanne.desk.page.get_by_text("Je hebt geen open dossiers")).to_be_visible()


def people(desk: Desk, *names: str) -> list[Colleague]:
    return [Colleague(desk, name) for name in names]


def in_days(days: int) -> str:
    """A day on the calendar of the demo."""
    return (now() + timedelta(days)).date().isoformat()
