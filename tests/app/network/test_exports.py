"""Every kind of export, as its program writes it: all people found, nobody invented, every field as it stands."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.network.dates import month_first, read_date, read_moment
from tests.app.network.exports import (
    CONNECTIONS,
    INVITATIONS,
    ME,
    MESSAGES,
    OUTLOOK,
    archive,
    connection,
    connections,
    message,
    names,
    people,
    profile,
)


def test_linkedin_connections_keep_every_field_and_count_hidden_members():
    found = people(
        connections(
            [connection("Ada Byron", "Founder & CEO", "Müller, Schmidt & Co. KG"), ",,,,,,07 Jun 2026\r\n"]
        )
    )
    assert [each.as_dict() for each in found.persons] == [
        {
            "name": "Ada Byron",
            "company": "Müller, Schmidt & Co. KG",
            "title": "Founder & CEO",
            "connected_on": "2024-03-05",
            "url": "https://www.linkedin.com/in/ada-byron",
            "channels": ["linkedin"],
        }
    ]
    assert (found.read, found.anonymous, found.duplicates) == (2, 1, 0)


@pytest.mark.parametrize(
    "text",
    [
        CONNECTIONS,
        "\ufeff" + CONNECTIONS,
        "Notes :\r\n" + CONNECTIONS,
        'Notes:\r\n"A sentence, with ""quotes"" and\r\na second line."\r\n\r\n\r\n' + CONNECTIONS,
        'Notes:\r\n"A quote that is never closed\r\n\r\n' + CONNECTIONS,
    ],
    ids=["plain", "byte-order mark", "french notes", "long preamble", "open quote"],
)
def test_the_header_is_found_by_what_it_says_and_not_by_its_line(text):
    assert names(people(text + connection("Ada Byron"))) == ["Ada Byron"]


def test_connections_of_old_exports_have_no_profile_address():
    header = "First Name,Last Name,Email Address,Company,Position,Connected On\n"
    found = people(header + 'Ada,Byron,ada@example.org,Acme,Engineer,"05 Mar 2018"\n')
    assert found.persons[0].key == "name:ada byron|acme"
    assert found.persons[0].channels == {"linkedin", "email"}


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am", "03 Mai 2022"),
        ("Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Date de connexion", "03 mai 2022"),
        ("Nombre,Apellidos,URL,Correo electrónico,Empresa,Cargo,Conectado el", "03 may. 2022"),
        ("Nome,Cognome,URL,Indirizzo email,Azienda,Posizione,Data di collegamento", "03 maggio 2022"),
    ],
)
def test_localised_headers_and_months(header, said):
    row = f"Ada,Byron,{profile('ada')},ada@example.org,Acme,CTO,{said}\n"
    (found,) = people(f"{header}\n{row}").persons
    assert (found.company, found.title, found.connected_on) == ("Acme", "CTO", date(2022, 5, 3))
    assert found.channels == {"linkedin", "email"}


def test_semicolons_and_windows_letters_are_read_as_well():
    text = "Vorname;Nachname;URL;E-Mail-Adresse;Unternehmen;Position;Verbunden am\r\nJörg;Müßig;;;Bäckerei;Geschäftsführer;3.5.2022\r\n"
    (found,) = people(text.encode("cp1252")).persons
    assert (found.name, found.company, found.title) == ("Jörg Müßig", "Bäckerei", "Geschäftsführer")
    assert found.connected_on == date(2022, 5, 3)


def test_utf_16_as_spreadsheets_write_it():
    text = CONNECTIONS.replace(",", "\t") + "Ada\tByron\t\t\tAcme\tCTO\t05 Mar 2024\r\n"
    assert names(people(text.encode("utf-16"))) == ["Ada Byron"]


def test_an_archive_is_read_by_content_whatever_its_members_are_called():
    rows = [connection("Ada Byron", slug="ada"), connection("Grace Murray", slug="grace")]
    found = people(
        archive(
            {
                "Basic_LinkedInDataExport/Connections_252701747.csv": connections(rows),
                "Invitations.csv": INVITATIONS
                + f'Me,Who Else,"1/29/26, 2:37 PM",,OUTGOING,{ME},{profile("who-else")}\r\n',
                "messages.csv": MESSAGES
                + message(ME, profile("ada"), "2026-06-01 14:03:22")
                + message(profile("ada"), ME, "2026-06-02 09:00:00")
                + message(ME, profile("grace"), "2026-06-02 09:00:00", folder="SPAM")
                + message(ME, profile("grace"), "2026-06-02 09:00:00", draft="Yes")
                + message("", ME, "2026-06-02 09:00:00"),
                "Company Follows.csv": "Organization,Followed On\r\nAcme,Wed Jun 24 12:43:42 UTC 2026\r\n",
                "Positions.csv": "Company Name,Title,Description,Location,Started On,Finished On\r\nGlobex,Analyst,,,Jan 2020,May 2022\r\n",
                "Education.csv": "School Name,Start Date,End Date,Notes,Degree Name,Activities\r\nA College,,,,BA,\r\n",
                "Profile.csv": "First Name,Last Name,Maiden Name,Address,Birth Date,Headline,Summary,Industry,Zip Code,Geo Location\r\nMe,Myself,,,,Hi,,,,Leeds\r\n",
                "Recommendations_Received.csv": "First Name,Last Name,Company,Job Title,Text,Creation Date,Status\r\nAda,Byron,Old Firm,Boss,Great,,\r\n",
                "Email Addresses.csv": "Email Address,Confirmed,Primary,Updated On\r\nme@example.org,Yes,Yes,\r\n",
                "ImportedContacts.csv": "Name,Emails,Phone\r\nA Plumber,plumber@example.org,1234567\r\n",
            }
        )
    )
    assert names(found) == ["Ada Byron", "Grace Murray"]
    ada, grace = found.persons
    assert (len(ada.exchange.sent), len(ada.exchange.received)) == (1, 1)
    assert grace.exchange.last is None
    assert found.pending_invitations == 1
    assert found.owner.employers == {"globex": "May 2022"}
    assert (found.follows, found.own_city) == (["Acme"], "Leeds")


def test_without_invitations_the_owner_is_who_takes_part_in_every_message():
    text = MESSAGES + message(ME, profile("ada"), "2026-06-01 14:03:22")
    text += message(profile("grace"), ME, "2026-06-02 09:00:00")
    rows = [connection("Ada Byron", slug="ada"), connection("Grace Murray", slug="grace")]
    ada, grace = people(connections(rows), text).persons
    assert (len(ada.exchange.sent), len(grace.exchange.received)) == (1, 1)


def test_a_mailing_says_nothing_about_its_recipients():
    everybody = ",".join(profile(f"p{number}") for number in range(9))
    text = MESSAGES + message(ME, everybody, "2026-06-01 14:03:22")
    found = people(connections([connection("Ada Byron", slug="p1")]), text)
    assert found.persons[0].exchange.last is None


def test_google_contacts_of_both_layouts():
    old = (
        "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,"
        "Phone 1 - Value,Organization 1 - Type,Organization 1 - Name,Organization 1 - Title,Notes\n"
        "Liz Ann Taylor,Liz,Ann,Taylor,* myContacts ::: Rotary,* Home,liz@example.com ::: l@example.org,Mobile,+44 7911 123456,,BBC,Producer,secret\n"
        "Acme Ltd,,,,* myContacts,,,Work,0123 456,,Acme Ltd,,\n"
    )
    new = (
        "First Name,Middle Name,Last Name,Phonetic First Name,Nickname,File As,Organization Name,Organization Title,"
        "Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - City\n"
        "Zoë,,Quill,,,,Globex,Nurse,,,,* myContacts,Work,zoe@example.com,,,Leeds\n"
        ",,,,,,,,,,,* myContacts,,only@example.com,,,\n"
    )
    found = people(old, new)
    assert [(each.name, each.company, each.title, sorted(each.channels)) for each in found.persons] == [
        ("Liz Taylor", "BBC", "Producer", ["email", "phone"]),
        ("Zoë Quill", "Globex", "Nurse", ["email"]),
    ]
    assert found.persons[1].city == "Leeds"
    assert found.sources["google"] == 2


def test_outlook_takes_the_job_title_and_not_the_honorific():
    row = "Dr.,Ada,M.,Byron,,Acme,R&D,Engineer,1 Road,Leeds,UK,,0111,0113 496 0000,,1/1/1980,ada@example.org,SMTP,Ada,,\r\n"
    (found,) = people(OUTLOOK + row).persons
    assert (found.name, found.company, found.title, found.city) == ("Ada Byron", "Acme", "Engineer", "Leeds")
    assert found.channels == {"email", "phone"}


def test_outlook_in_german_french_and_spanish():
    german = (
        '"Anrede","Vorname","Weitere Vornamen","Nachname","Suffix","Firma","Abteilung","Position","Ort geschäftlich",'
        '"Fax geschäftlich","Telefon geschäftlich","E-Mail-Adresse","E-Mail-Typ","E-Mail: Angezeigter Name"\r\n'
        '"Frau","Käthe","","Groß","","Müller AG","","Ingenieurin","Köln","0221 1","","k@example.org","SMTP","Käthe"\r\n'
    ).encode("cp1252")
    french = (
        "Titre;Prénom;Deuxième prénom;Nom;Suffixe;Société;Service;Titre;Ville (bureau);Télécopie (bureau);"
        "Téléphone (bureau);Adresse de messagerie;Type de messagerie\r\n"
        "Mme;Zoé;;Lefèvre;;Société Générale;;Infirmière;Lyon;;04 72 00 00 00;z@example.org;SMTP\r\n"
    ).encode("cp1252")
    spanish = (
        "Título,Nombre,Segundo nombre,Apellidos,Organización,Departamento,Puesto,Ciudad del trabajo,Teléfono del trabajo,"
        "Dirección de correo electrónico\r\nSra.,Inés,,Muñoz,Telefónica,,Abogada,Madrid,910000000,\r\n"
    )
    found = people(german, french, spanish)
    assert [
        (each.name, each.company, each.title, each.city, sorted(each.channels)) for each in found.persons
    ] == [
        ("Käthe Groß", "Müller AG", "Ingenieurin", "Köln", ["email"]),
        ("Zoé Lefèvre", "Société Générale", "Infirmière", "Lyon", ["email", "phone"]),
        ("Inés Muñoz", "Telefónica", "Abogada", "Madrid", ["phone"]),
    ]
    assert found.sources["outlook"] == 3


def test_vcard_of_three_versions():
    old = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg;;;\r\n"
        "FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=B6rg M=\r\n=C3=BCller\r\nORG:Acme;R&D\r\nTITLE:Engineer\r\n"
        "TEL;CELL:+49 170 1234567\r\nPHOTO;ENCODING=BASE64:AAAA\r\n BBBB\r\n\r\nEND:VCARD\r\n"
    )
    three = (
        "BEGIN:VCARD\nVERSION:3.0\nPRODID:-//Apple\nN:Doe;Jane;Q.;Ms.;\nFN:Ms. Jane Q. Doe\nORG:Globex\\, Inc.;Sales\n"
        "TITLE:Head of\n  Sales\nitem1.EMAIL;type=INTERNET;type=pref:jane@example.org\n"
        "item2.URL;type=pref:https\\://www.linkedin.com/in/jane-doe\nADR;TYPE=WORK:;;1 Road;Leeds;;;UK\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:My friends\nN:;;;;\nX-ADDRESSBOOKSERVER-KIND:group\nEND:VCARD\n"
    )
    four = (
        'BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Simon Quay\r\nTEL;VALUE=uri;TYPE="work,voice":tel:+1-418-656-9254;ext=102\r\n'
        "ORG;TYPE=work:Quayside\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:4.0\r\nKIND:org\r\nFN:Quayside\r\nEND:VCARD\r\n"
    )
    found = people(old, three, four)
    assert [(each.name, each.company, each.title, sorted(each.channels)) for each in found.persons] == [
        ("Jörg Müller", "Acme", "Engineer", ["phone"]),
        ("Jane Doe", "Globex, Inc.", "Head of Sales", ["email", "linkedin"]),
        ("Simon Quay", "Quayside", None, ["phone"]),
    ]
    assert found.persons[1].key == "in:jane-doe"


def test_facebook_names_are_repaired_and_others_left_alone():
    document = {
        "friends_v2": [
            {"name": "Jos\u00c3\u00a9 Pe\u00c3\u00b1a", "timestamp": 1577836800},
            {"name": "Zoë Ünal", "timestamp": 1577836800},
            {"name": "王小明", "timestamp": 0},
            {"timestamp": 1},
        ]
    }
    found = people(json.dumps(document))
    assert names(found) == ["José Peña", "Zoë Ünal", "王小明"]
    assert found.persons[0].connected_on == date(2020, 1, 1)
    assert found.anonymous == 1


@pytest.mark.parametrize("path", ["friends/friends.json", "connections/friends/your_friends.json"])
def test_facebook_archives_of_every_year(path):
    other = json.dumps({"removed_friends_v2": [{"name": "Long Gone", "timestamp": 1}]})
    made = archive(
        {
            path: json.dumps({"friends_v2": [{"name": "Ada B", "timestamp": 1}]}),
            "friends/removed_friends.json": other,
        }
    )
    assert names(people(made)) == ["Ada B"]


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("08 Feb 2026", date(2026, 2, 8)),
        ("8-Feb-26", date(2026, 2, 8)),
        ("2026-02-08", date(2026, 2, 8)),
        ("8. Februar 2026", date(2026, 2, 8)),
        ("8 févr. 2026", date(2026, 2, 8)),
        ("8 de febrero de 2026", date(2026, 2, 8)),
        ("2/8/2026", date(2026, 2, 8)),
        ("08.02.2026", date(2026, 2, 8)),
        ("Feb 8, 2026", date(2026, 2, 8)),
        ("31 Feb 2026", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(said, day):
    assert read_date(said) == day


def test_a_file_says_whether_its_months_come_first():
    assert month_first(["03/04/2024", "13/04/2024"]) is False
    assert month_first(["03/04/2024", "03/14/2024"]) is True
    assert month_first(["03/04/2024"]) is None
    found = people(CONNECTIONS + connection("A B", on="03/04/2024") + connection("C D", on="13/04/2024"))
    assert found.persons[0].connected_on == date(2024, 4, 3)
    unsure = people(CONNECTIONS + connection("A B", on="03/04/2024"))
    assert [each["code"] for each in unsure.warnings] == ["date_ambiguous"]


def test_american_clock_times():
    moment = read_moment("1/29/26, 2:37 PM")
    assert moment is not None
    assert moment.isoformat() == "2026-01-29T14:37:00+00:00"
