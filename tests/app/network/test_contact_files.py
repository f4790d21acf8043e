"""Contact files of the world: headers in many languages, encodings, and cards that programs wrote carelessly."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.app.network.exports import names, people

# First name, last name, company, job title, e-mail, phone, as address books label them.
_HEADERS = {
    "en": "First Name,Last Name,Organization,Job Title,Primary Email,Work Phone",
    "de": "Vorname,Nachname,Organisation,Arbeitstitel,Primäre E-Mail-Adresse,Tel. dienstlich",
    "fr": "Prénom,Nom de famille,Société,Fonction,Adresse électronique principale,Tél. professionnel",
    "es": "Nombre,Apellidos,Organización,Puesto,Correo electrónico,Teléfono del trabajo",
    "pt": "Primeiro nome,Último nome,Empresa,Cargo,Endereço de E-mail,Fone comercial",
    "it": "Nome,Cognome,Società,Qualifica,Indirizzo posta elettronica,Ufficio telefono",
    "nl": "Voornaam,Achternaam,Bedrijf,Functie,E-mailadres,Telefoon werk",
    "da": "Fornavn,Efternavn,Virksomhed,Stilling,E-mail,Mobiltelefon",
    "nb": "Fornavn,Etternavn,Bedrift,Stillingstittel,E-postadresse,Mobil",
    "sv": "Förnamn,Efternamn,Företag,Befattning,E-postadress,Mobiltelefon",
    "fi": "Etunimi,Sukunimi,Yritys,Tehtävänimike,Sähköposti,Matkapuhelin",
    "pl": "Imię,Nazwisko,Firma,Stanowisko,Adres e-mail,Telefon komórkowy",
    "cs": "Jméno,Příjmení,Společnost,Pracovní pozice,E-mailová adresa,Telefon do práce",
    "sk": "Krstné meno,Priezvisko,Spoločnosť,Pracovná pozícia,E-mail,Mobil",
    "hu": "Keresztnév,Vezetéknév,Cég,Beosztás,E-mail cím,Mobiltelefon",
    "ro": "Prenume,Nume,Companie,Funcție,E-mail,Telefon mobil",
    "hr": "Ime,Prezime,Tvrtka,Radno mjesto,E-pošta,Mobilni telefon",
    "sl": "Ime,Priimek,Podjetje,Delovno mesto,E-pošta,Telefon",
    "ru": "Имя,Фамилия,Организация,Должность,Адрес электронной почты,Рабочий телефон",
    "uk": "Ім'я,Прізвище,Організація,Посада,Адреса електронної пошти,Телефон",
    "bg": "Собствено име,Фамилно име,Организация,Длъжност,Имейл,Телефон",
    "el": "Όνομα,Επώνυμο,Εταιρεία,Θέση εργασίας,Ηλεκτρονικό ταχυδρομείο,Τηλέφωνο",
    "tr": "Adı,Soyadı,Şirket,Görev,E-posta,Cep telefonu",
    "he": "שם פרטי,שם משפחה,חברה,תפקיד,דוא״ל,טלפון",
    "ar": "الاسم الأول,اسم العائلة,الشركة,المسمى الوظيفي,البريد الإلكتروني,الهاتف",
    "ja": "名,姓,会社名,役職,メールアドレス,電話番号",
    "zh-CN": "名,姓,公司,职位,电子邮件,手机",
    "zh-TW": "名字,姓氏,公司,職稱,電子郵件,電話",
    "ko": "이름,성,회사,직책,이메일,휴대전화",
    "vi": "Tên,Họ,Công ty,Chức danh,Thư điện tử,Điện thoại",
    "id": "Nama depan,Nama belakang,Perusahaan,Jabatan,Surel,Telepon",
    "et": "Eesnimi,Perekonnanimi,Ettevõte,Ametinimetus,E-post,Telefon",
    "lv": "Vārds,Uzvārds,Uzņēmums,Amats,E-pasts,Tālrunis",
    "lt": "Vardas,Pavardė,Įmonė,Pareigos,El. paštas,Telefonas",
    "ca": "Nom de pila,Cognoms,Empresa,Càrrec,Correu electrònic,Telèfon",
}
ROW = "Mara,Pell,Acme GmbH,Buyer,mara@example.org,+44 20 7946 0001"


def told(*files):
    (person,) = people(*files).persons
    return person.name, person.company, person.title, sorted(person.channels)


@pytest.mark.parametrize("language", [each for each in _HEADERS if each != "ca"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_columns_are_known_by_the_words_of_their_header(language, delimiter):
    text = f"{_HEADERS[language]}\r\n{ROW}\r\n".replace(",", delimiter)
    assert told(text) == ("Mara Pell", "Acme GmbH", "Buyer", ["email", "phone"])


@pytest.mark.parametrize(
    ("header", "row"),
    [
        # Twenty, HubSpot, EspoCRM, Monica, iCloud and Android lists, each with its own columns around.
        ("Id,Name / First Name,Name / Last Name,Emails / Primary Email,Job Title,Company / Name,Current Company", "1,Mara,Pell,mara@example.org,Buyer,,Acme GmbH"),
        ("Record ID,First Name,Last Name,Email,Phone Number,Contact owner,Job Title,Company Name", "9,Mara,Pell,mara@example.org,,Olaf,Buyer,Acme GmbH"),
        ("Name,Account,Title,Email,Created At", "Mara Pell,Acme GmbH,Buyer,mara@example.org,2024-01-01"),
        ("first_name,last_name,company,job,email", "Mara,Pell,Acme GmbH,Buyer,mara@example.org"),
        ("Full Name,Current Company,Current Position,Email", '"Pell, Mara",Acme GmbH,Buyer,mara@example.org'),
    ],
)  # fmt: skip
def test_exports_of_customer_databases_are_read(header, row):
    assert told(f"{header}\n{row}\n") == ("Mara Pell", "Acme GmbH", "Buyer", ["email"])


def test_columns_without_a_known_header_are_told_by_what_stands_in_them():
    rows = "".join(
        f"{name},{title},{firm},{name.split()[0].lower()}@example.org,+44 20 7946 000{at}\n"
        for at, (name, title, firm) in enumerate(
            [("Mara Pell", "Registered Nurse", "Acme Ltd"), ("Ivo Lark", "Software Engineer", "Globex Inc"),
             ("Nia Vale", "Data Scientist", "Initech GmbH")]
        )
    )  # fmt: skip
    for header in ("qq,ww,ee,rr,tt\n", ""):
        found = people(header + rows)
        assert names(found) == ["Mara Pell", "Ivo Lark", "Nia Vale"]
        first = found.persons[0]
        assert (first.company, first.title) == ("Acme Ltd", "Registered Nurse")
        assert sorted(first.channels) == ["email", "phone"]
        assert found.warnings[0]["code"] == "columns_guessed"


@pytest.mark.parametrize(
    ("encoding", "language", "name"),
    [
        ("utf-16", "ru", "Иван,Петров"),
        ("cp1251", "ru", "Иван,Петров"),
        ("cp932", "ja", "花子,山田"),
        ("big5", "zh-TW", "小明,王"),
        ("gb18030", "zh-CN", "小明,王"),
        ("cp949", "ko", "민수,김"),
        ("cp1250", "pl", "Łucja,Wójcik"),
        ("cp1253", "el", "Νίκος,Παππάς"),
        ("cp1254", "tr", "Işıl,Şahin"),
        ("cp1252", "de", "Käthe,Groß"),
        ("mac-roman", "en", "Mara,Pell"),
    ],
)
def test_files_that_are_not_utf_8_are_read_by_what_comes_out(encoding, language, name):
    text = f"{_HEADERS[language]}\r\n{name},Acme GmbH,Buyer,mara@example.org,+44 20 7946 0001\r\n"
    (person,) = people(text.encode(encoding)).persons
    first, last = name.split(",")
    assert person.name in {f"{first} {last}", f"{last} {first}"}
    assert (person.company, person.title) == ("Acme GmbH", "Buyer")


def card(*lines: bytes) -> bytes:
    return b"\r\n".join((b"BEGIN:VCARD", b"VERSION:2.1", *lines, b"END:VCARD"))


def test_cards_without_an_end_of_line_between_them_are_two():
    first = card(b"N:Gold;Iris", b"TEL:020 7946 0001")
    assert names(people(first + card(b"N:Vos;Bram"))) == ["Iris Gold", "Bram Vos"]


def test_each_line_of_a_card_may_be_in_another_encoding():
    data = b"\r\n".join(
        (
            card(b"N;CHARSET=windows-1251:" + "Петров;Иван".encode("cp1251")),
            card(b"N;CHARSET=SHIFT_JIS:" + "山田;花子".encode("cp932")),
            card("N:Öberg;Åsa".encode()),
            card(b"N;ENCODING=QUOTED-PRINTABLE;CHARSET=BIG5:" + "".join(f"={byte:02X}" for byte in "王;小明".encode("big5")).encode()),
        )
    )  # fmt: skip
    assert names(people(data)) == ["Иван Петров", "花子 山田", "Åsa Öberg", "小明 王"]


def test_a_card_with_a_nickname_alone_is_somebody_and_one_without_any_name_is_told():
    found = people(card(b"NICKNAME:Somi", b"TEL:020 7946 0001") + b"\r\n" + card(b"TEL:1"))
    assert names(found) == ["Somi"]
    assert [(each["code"], each["rows"]) for each in found.warnings] == [("unnamed", 1)]


DATA = os.environ.get("EVALUATION_DATA")


@pytest.mark.skipif(not DATA, reason="EVALUATION_DATA names no folder")
def test_files_from_the_field_are_read_right():
    folder = Path(DATA or ".") / "field" / "contacts"
    cases = json.loads((folder / "expected.json").read_text("utf-8"))
    right = sum(_is_right(folder / case["file"], case["people"]) for case in cases)
    assert right >= 0.95 * len(cases)


def _is_right(path, wanted) -> bool:
    from app.network.records import ExportError

    try:
        found = [each.as_dict() for each in people(path.read_bytes()).persons]
    except ExportError:
        return wanted is None
    return wanted is not None and len(found) == len(wanted) and all(map(_is_same, found, wanted))


def _is_same(person, want) -> bool:
    channels = {each.rstrip("?") for each in want["channels"]}
    needed = {each for each in want["channels"] if not each.endswith("?")}
    return (
        ("*" in want["name"] or person["name"] in want["name"])
        and all(want[key] in {"*", person[key]} for key in ("company", "title"))
        and needed <= set(person["channels"]) <= channels
    )
