from __future__ import annotations

import pytest

from meldcode.hints import Found, hedges, mark, third_persons

SEM = ("Sem", "de Vries")


def shown(text: str, *known: str, pupil: tuple[str, str] = SEM) -> str:
    return mark(text, third_persons(text, pupil=pupil, known_names=known))


@pytest.mark.rule("S1.4")
@pytest.mark.parametrize(
    "text",
    [
        "«Volgens mij» sliep hij.",
        "«ik denk» dat hij moe was",
        "Hij was moe, «denk ik».",
        "Dat is «waarschijnlijk» van de val.",
        "De «vermoedelijke» oorzaak is een val.",
        "MISSCHIEN".join("«»"),
        "Het «lijkt» erop dat hij bang is, gister «leek» hij blij.",
        "«Ik vermoed» dat hij honger heeft.",
        "«Ik heb het gevoel» dat hij liegt.",
        "Hij is «mogelijk» ziek.",
        "«Wellicht» was hij moe, «vermoed ik».",
        "Hij zei 's ochtends niets, «misschien» was hij moe, zo'n dag.",
    ],
)
def test_hedged_wording_is_found(text: str) -> None:
    plain = text.replace("«", "").replace("»", "")
    assert mark(plain, hedges(plain)) == text


@pytest.mark.rule("S1.4")
@pytest.mark.parametrize(
    "text",
    [
        'Hij zei: "Misschien slaat papa mij."',
        "Hij zei “ik denk dat papa boos is” en huilde.",
        "Hij zei ‘volgens mij is opa's huis weg’ en huilde.",
        "Zij zei „het lijkt wel oorlog”.",
        "Zij zei «misschien morgen».",
        "Zij zei 'misschien zo'n dag' en liep weg.",
        "Zij zei ''misschien'' en liep weg.",
        'Hij zei "misschien wel',
        "Hij zei: ik denk dat papa boos is",
        "Hij lijkt op zijn vader.",
        "Moeder denkt dat hij ziek is, onwaarschijnlijk is het niet.",
        "Ik denk aan een afspraak.",
        "We bellen zo snel mogelijk, hulp is mogelijk.",
    ],
)
def test_quotations_and_plain_wording_are_facts(text: str) -> None:
    assert hedges(text) == []


@pytest.mark.rule("S1.4")
def test_a_quotation_ends_where_it_is_closed() -> None:
    text = '"Misschien", zei hij. «Misschien» was hij moe. "Ik denk het."'
    plain = text.replace("«", "").replace("»", "")
    assert mark(plain, hedges(plain)) == text


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize(
    "text",
    [
        "De moeder van «yara» en juf «marieke de boer» belden.",
        "Sem speelde met «Jan-Willem van der Berg» en «Fatima El Amrani».",
        "Hij heet «Şeyma Yılmaz», zij «Zoë».",
        "«J. de Wit» en mw. «A.B. Bakker» kwamen.",
        "«Roos» zei niets. Roos lag op tafel, maar ik zag «Roos».",
        "gister zei «mohammed» dat hij niet kwam",
        "Daar is «Emma»'s jas en «Daan»s tas.",
        "In mei ging hij met groep 5 naar Utrecht, IB belde Veilig Thuis.",
        "Hij woont aan de Jan van Galenstraat en zit op De Linde.",
    ],
)
def test_names_of_others_are_found(text: str) -> None:
    assert shown(text.replace("«", "").replace("»", "")) == text


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize(
    "own", ["Sem", "sem", "Sems", "Sem's", "Sem’s", "Sem de Vries", "De Vries", "mevrouw de Vries"]
)
def test_the_pupils_own_name_is_exempt(own: str) -> None:
    assert third_persons(f"Gisteren was {own} er.", pupil=SEM) == []


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize(
    ("pupil", "text"),
    [
        (("Thomas", "Klein"), "Thomas' jas en Thomas zijn tas."),
        (("Thomas", "Klein"), "«Thom» en «Tomas» kwamen."),
        (("Han", "Vos"), "Han zag «Hans»."),
        (("Sem", "de Vries"), "Sem zag «Sam» en «Semih» en «Sem Jansen»."),
        (("Anna Maria", "Jansen-de Boer"), "Anna zag «Maria», Anna Maria Jansen-de Boer niet."),
    ],
)
def test_the_exemption_is_exact(pupil: tuple[str, str], text: str) -> None:
    assert shown(text.replace("«", "").replace("»", ""), pupil=pupil) == text


@pytest.mark.rule("S1.5")
def test_names_of_the_school_need_no_list() -> None:
    known = ("Xylia Qwertstra", "Door Smit")
    text = "«xylia» en «Qwertstra» zijn er, door «Door», ook «xylia qwertstra»."
    assert shown(text.replace("«", "").replace("»", ""), *known) == text


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("bel 06-12345678 even", "phone"),
        ("bel 0612345678 even", "phone"),
        ("bel +31 6 12345678 even", "phone"),
        ("bel 020 624 11 11 even", "phone"),
        ("mail j.jansen@example.nl even", "email"),
        ("bsn 123456782", "citizen_number"),
        ("nummer 123.456.782", "citizen_number"),
        ("bsn van hem: 10000008", "citizen_number"),
    ],
)
def test_numbers_and_addresses_are_found(text: str, kind: str) -> None:
    assert [spot.kind for spot in third_persons(text, pupil=SEM)] == [kind]


@pytest.mark.rule("S1.5")
@pytest.mark.parametrize("text", ["123456789", "op 12-03-2025 om 10.15 uur", "groep 5/6, 20 x 30 cm", "000000000"])
def test_other_numbers_are_left_alone(text: str) -> None:
    assert third_persons(text, pupil=SEM) == []


@pytest.mark.rule("S1.5")
def test_a_spot_tells_nothing_of_the_text() -> None:
    assert "Daan" not in repr(third_persons("Ik zag Daan.", pupil=SEM))


def test_marks_can_be_chosen() -> None:
    assert mark("een twee", [Found("name", 4, 8)], before="*", after="*") == "een *twee*"
