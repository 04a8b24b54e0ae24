"""A small account as a real software company might have it: its customers, typed in by people.

`COMPANIES` is plain data, so that the demo's sources can tell of the same customers. Beside the
tidy ones there is what every real account has: two companies with one domain, a contact with two
e-mail addresses, values only some people filled in, stages a sync must not turn back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from syncworker.sandbox.answers import Json
from syncworker.sandbox.portal import Portal

# Name | industry | city | country | employees, "" where nobody filled it in | lifecycle stage
_COMPANIES = """
Alder & Finch|ACCOUNTING|Dublin|Ireland|34|customer
Amberlight Studio|MARKETING_AND_ADVERTISING|Hamburg|Germany|18|customer
Arcwell Logistics|LOGISTICS_AND_SUPPLY_CHAIN|Rotterdam|Netherlands|410|evangelist
Basalt Build|CONSTRUCTION|Graz|Austria||customer
Birchfield Clinics|HOSPITAL_HEALTH_CARE|Leeds|United Kingdom|220|customer
Bluefjord|INTERNET|Bergen|Norway|27|customer
Brightwell Labs|COMPUTER_SOFTWARE|Berlin|Germany|95|customer
Cobalt Ledger|FINANCIAL_SERVICES|Zurich|Switzerland|140|customer
Copperline|COMPUTER_SOFTWARE|Lyon|France||opportunity
Dovetail Schools|EDUCATION_MANAGEMENT|Bristol|United Kingdom|75|customer
Driftwood Retail|RETAIL|Porto|Portugal|310|customer
Eastgate Media|MARKETING_AND_ADVERTISING|Vienna|Austria|12|lead
Elmhurst Systems|COMPUTER_SOFTWARE|Boston|United States|260|customer
Fernweh Travel|INTERNET|Munich|Germany|48|customer
Fieldstone Farms|RETAIL|Aarhus|Denmark||subscriber
Glasswing|COMPUTER_SOFTWARE|Austin|United States|61|evangelist
Granite Peak|CONSTRUCTION|Denver|United States|540|customer
Harborline|LOGISTICS_AND_SUPPLY_CHAIN|Gothenburg|Sweden|180|customer
Hazelmoor|EDUCATION_MANAGEMENT|Edinburgh|United Kingdom|22|salesqualifiedlead
Inkwell Press|MARKETING_AND_ADVERTISING|Turin|Italy|15|customer
Ironbark|CONSTRUCTION|Melbourne|Australia|130|customer
Juniper Row|RETAIL|Ghent|Belgium||customer
Kestrel Analytics|COMPUTER_SOFTWARE|Helsinki|Finland|52|customer
Kiteworks Energy|INTERNET|Seville|Spain|88|opportunity
Larkspur Health|HOSPITAL_HEALTH_CARE|Chicago|United States|900|customer
Lindenhof|FINANCIAL_SERVICES|Basel|Switzerland|33|lead
Marrow & Pine|RETAIL|Portland|United States|19|customer
Meridian Freight|LOGISTICS_AND_SUPPLY_CHAIN|Gdansk|Poland|275|customer
Moonrake|INTERNET|Prague|Czechia|9|customer
Nettlecombe|EDUCATION_MANAGEMENT|Cardiff|United Kingdom||subscriber
Northbeam|COMPUTER_SOFTWARE|Toronto|Canada|115|customer
Oakhaven|HOSPITAL_HEALTH_CARE|Cork|Ireland|64|opportunity
Palisade Pay|FINANCIAL_SERVICES|London|United Kingdom|190|customer
Quillfeather|MARKETING_AND_ADVERTISING|Paris|France|7|lead
Ridgeback|CONSTRUCTION|Calgary|Canada|370|customer
Saltmarsh|INTERNET|Utrecht|Netherlands|41|customer
Thistledown|RETAIL|Glasgow|United Kingdom||marketingqualifiedlead
Umberfield|ACCOUNTING|Antwerp|Belgium|26|customer
Violet Harbour|INTERNET|Sydney|Australia|58|lead
Wrenfold|COMPUTER_SOFTWARE|Tallinn|Estonia|16|subscriber
"""
_FIRST_NAMES = """
Mara Jonas Elif Tomas Ines Noah Priya Luca Freya Samir Greta Owen Amara Pavel Clara Diego Hana Felix
Nadia Ruben Astrid Kofi Lena Marco Saoirse Anton Mei Oskar Yara Bruno
"""
_LAST_NAMES = """
Lind Okafor Brandt Silva Novak Haddad Keller Moreau Byrne Tanaka Rossi Falk Adeyemi Weber Costa
Nguyen Larsen Petrov Quinn
"""
_JOBS = ("Head of Operations", "Product Manager", "Founder", "Team Lead", "Finance Manager", "")
# Of the people whose company is a customer, most carry its stage; some were left as they were.
_LEFT_AS_LEAD = 7
_THIRD_PERSON = 4
DUPLICATE: Json = {"name": "Brightwell Labs GmbH", "domain": "brightwell-labs.example"}
DEMO_FORM = "5f1c2a70-3d1e-4a53-9b0a-7a1f00c0de01"
_SUBMISSIONS = 60
OWNERS = (("Nina", "Vogt"), ("Aidan", "Clarke"), ("Sofia", "Marin"))


def _companies() -> list[Json]:
    made: list[Json] = []
    first_names, last_names = _FIRST_NAMES.split(), _LAST_NAMES.split()
    number = 0
    for place, line in enumerate(_COMPANIES.strip().splitlines()):
        name, industry, city, country, employees, stage = line.split("|")
        domain = name.lower().replace(" & ", "-").replace(" ", "-") + ".example"
        people = []
        for _ in range(3 if place % _THIRD_PERSON == 1 else 2):
            first = first_names[number % len(first_names)]
            last = last_names[number % len(last_names)]
            people.append(
                {
                    "firstname": first,
                    "lastname": last,
                    "email": f"{first}.{last}@{domain}".lower(),
                    "jobtitle": _JOBS[number % len(_JOBS)],
                    "lifecyclestage": "lead" if number % _LEFT_AS_LEAD == 0 else stage,
                }
            )
            number += 1
        made.append(
            {
                "name": name,
                "domain": domain,
                "industry": industry,
                "city": city,
                "country": country,
                "numberofemployees": employees,
                "phone": f"+49 30 5550 {place:04d}" if place % 3 else "",
                "lifecyclestage": stage,
                "people": people,
            }
        )
    return made


COMPANIES: list[Json] = _companies()
"""The customers: name, domain, industry (HubSpot's option), city, country, numberofemployees,
phone, lifecyclestage, and `people` with firstname, lastname, email, jobtitle, lifecyclestage."""

TWO_EMAILS: Json = COMPANIES[17]["people"][0]
"""A person whose HubSpot contact has a second address, `SECONDARY_EMAIL`, and uses that one."""

SECONDARY_EMAIL = f"{TWO_EMAILS['firstname'].lower()}@{COMPANIES[17]['domain']}"


def seed(portal: Portal) -> None:
    """Fill an empty account with the companies, their people, owners and a form's submissions."""
    _add_owners(portal)
    _add_properties(portal)
    contacts = portal.records("contacts")
    for place, company in enumerate(COMPANIES):
        values = {key: value for key, value in company.items() if key != "people" and value}
        values["hubspot_owner_id"] = str(101 + place % len(OWNERS))
        if place % 5 == 0:
            values["cs_notes"] = "Spoke on the phone, likes the weekly summary."
        if company["numberofemployees"] and place % 2:
            small = int(company["numberofemployees"]) < 100  # noqa: PLR2004 - as their sales say
            values["account_segment"] = "smb" if small else "mid_market"
        made = portal.put("companies", values)
        for person in company["people"]:
            filled = {key: value for key, value in person.items() if value}
            contact = portal.put("contacts", {**filled, "company": company["name"]})
            portal.link(contacts, contact, portal.records("companies"), made)
    portal.put("companies", {**DUPLICATE, "lifecyclestage": "lead"})
    twice = contacts.get(TWO_EMAILS["email"], "email")
    contacts.add_email(twice, SECONDARY_EMAIL, portal.now())
    _add_submissions(portal, portal.clock())


def _add_owners(portal: Portal) -> None:
    now = portal.now()
    portal.owners = [
        {
            "id": str(101 + place),
            "type": "PERSON",
            "email": f"{first}.{last}@vendor.example".lower(),
            "firstName": first,
            "lastName": last,
            "userId": 1001 + place,
            "userIdIncludingInactive": 1001 + place,
            "teams": [],
            "archived": False,
            "createdAt": now,
            "updatedAt": now,
        }
        for place, (first, last) in enumerate(OWNERS)
    ]


def _add_properties(portal: Portal) -> None:
    definitions, now = portal.records("companies").definitions, portal.now()
    definitions.create_group({"name": "customer_success", "label": "Customer success"})
    notes = {"name": "cs_notes", "label": "CS notes", "type": "string", "fieldType": "textarea"}
    definitions.create({**notes, "groupName": "customer_success"}, now)
    segments = (("smb", "SMB"), ("mid_market", "Mid-market"), ("enterprise", "Enterprise"))
    definitions.create(
        {
            "name": "account_segment",
            "label": "Account segment",
            "type": "enumeration",
            "fieldType": "select",
            "groupName": "customer_success",
            "options": [{"value": value, "label": label} for value, label in segments],
        },
        now,
    )


def _add_submissions(portal: Portal, now: datetime) -> None:
    people = [(person, company) for company in COMPANIES for person in company["people"]]
    portal.forms[DEMO_FORM] = [
        {
            "conversionId": f"conversion-{place + 1}",
            "submittedAt": round((now - timedelta(hours=7 + 11 * place)).timestamp() * 1000),
            "pageUrl": "https://vendor.example/demo",
            "values": [
                {"name": "email", "value": person["email"], "objectTypeId": "0-1"},
                {"name": "company", "value": company["name"], "objectTypeId": "0-2"},
            ],
        }
        for place, (person, company) in enumerate(people[:_SUBMISSIONS])
    ]


def seeded(portal: Portal | None = None) -> Portal:
    """An account filled by `seed`; a fresh one unless given."""
    portal = portal or Portal()
    seed(portal)
    return portal
