"""Which labels a ticket's text has, in several languages and however it is written."""

# ruff: noqa: RUF001 -- letters of other scripts are what is tested

import pytest

from syncworker.metrics.ticket_matcher import Matcher, phrase_words
from syncworker.metrics.ticket_phrases import PHRASES
from syncworker.metrics.ticket_rules import RISK_LABELS, RiskLabel, TicketRules

BUILT_IN = Matcher(TicketRules())


def matched(phrase: str, text: str) -> bool:
    rules = TicketRules(competitor=(phrase,), replace=RISK_LABELS)
    return "competitor" in Matcher(rules).found(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could we get a discount for 50 seats?", {"discount": "discount"}),
        ("Any DISCOUNTS or coupon codes?", {"discount": "DISCOUNTS"}),
        ("Do you offer non\u2011profit pricing?", {"discount": "non\u2011profit pricing"}),
        ("How do I cancel?", {"cancellation": "cancel"}),
        ("We won\u2019t renew in May.", {"cancellation": "won\u2019t renew"}),
        ("Please close\nour account", {"cancellation": "close our account"}),
        ("It's too\u00a0expensive for us", {"value": "too\u00a0expensive".replace("\u00a0", " ")}),
        ("Is it “worth it”?", {"value": "worth it"}),
        ("We can't afford it", {"value": "can't afford"}),
        ("What's the ROI?", {"value": "ROI"}),
        ("We are switching to another tool", {"competitor": "switching to another"}),
        ("Your competitors have it", {"competitor": "competitors"}),
        (
            "Too expensive. A discount, or I cancel and take an alternative to you.",
            {
                "discount": "discount",
                "cancellation": "cancel",
                "value": "Too expensive",
                "competitor": "alternative to",
            },
        ),
        ("Gibt es Rabatt?", {"discount": "Rabatt"}),
        ("Gibt es einen Mengenrabatt?", {"discount": "Mengenrabatt"}),
        ("Rabattaktionen?", {"discount": "Rabattaktionen"}),
        ("Ermäßigung ERMÄSSIGUNG", {"discount": "Ermäßigung"}),
        ("ERMAESSIGUNG bitte", {"discount": "ERMAESSIGUNG"}),
        ("Ich möchte kündigen", {"cancellation": "kündigen"}),
        ("Ich moechte kuendigen", {"cancellation": "kuendigen"}),
        ("Ich mochte kundigen", {"cancellation": "kundigen"}),
        ("Unsere Ku\u0308ndigungsfrist?", {"cancellation": "Ku\u0308ndigungsfrist"}),
        ("Vertragskündigung zum 1.1.", {"cancellation": "Vertragskündigung"}),
        ("Das ist uns zu teuer.", {"value": "zu teuer"}),
        ("Das Preis-Leistungs-Verhältnis stimmt nicht", {"value": "Preis-Leistungs"}),
        ("Preis-/Leistungsverhältnis", {"value": "Preis-/Leistungsverhältnis"}),
        ("Wo ist der Mehrwert?", {"value": "Mehrwert"}),
        ("Die Mehrwertsteuer fehlt", {}),
        ("Wir gehen zur Konkurrenz", {"competitor": "Konkurrenz"}),
        ("Wir prüfen andere Anbieter", {"competitor": "andere Anbieter"}),
        ("Je souhaite résilier mon contrat", {"cancellation": "résilier"}),
        ("JE SOUHAITE RESILIER", {"cancellation": "RESILIER"}),
        ("demande d\u2019annulation", {"cancellation": "annulation"}),
        ("C'est trop cher", {"value": "trop cher"}),
        ("le rapport qualité-prix", {"value": "qualité-prix"}),
        ("Avez-vous un code promo ?", {"discount": "code promo"}),
        ("Pouvez-vous faire une remise ?", {"discount": "une remise"}),
        ("La remise en service du compte", {}),
        ("Vos concurrents sont moins lents", {"competitor": "Vos concurrents"}),
        ("Too many concurrent users", {}),
        ("Quiero darme de baja", {"cancellation": "darme de baja"}),
        ("la cancelacion de mi plan", {"cancellation": "cancelacion"}),
        ("¿Hay algún descuento?", {"discount": "descuento"}),
        ("Es demasiado caro", {"value": "demasiado caro"}),
        ("un cupon", {"discount": "cupon"}),
        ("Nos pasamos a la competencia", {"competitor": "la competencia"}),
        ("The report does not load", {}),
        ("Wie lege ich einen Nutzer an?", {}),
        ("Comment ajouter un utilisateur ?", {}),
        ("¿Cómo añado un usuario?", {}),
        ("", {}),
        ("???", {}),
        ("12345", {}),
        ("https://x.example/cancel", {}),
        ("> cancel\nIt is slow", {}),
    ],
)
def test_the_built_in_phrases_are_found_as_written(
    text: str, expected: dict[RiskLabel, str]
) -> None:
    found = BUILT_IN.found(text)
    assert found == expected
    assert list(found) == [label for label in RISK_LABELS if label in found]


FOUND = [
    # Case
    ("zoho", "ZOHO"),
    ("STRASSE", "straße"),
    ("straße", "STRASSE"),
    ("gross", "groß"),
    # Word boundaries
    ("zoho", "(zoho)"),
    ("zoho", "zoho's"),
    ("zoho", "zoho\u2019s"),
    ("zoho", "non-zoho"),
    ("zoho", "«zoho»"),
    ("zoho", "a/zoho/b"),
    ("zoho", "x_zoho_y"),
    ("zoho", "💬zoho💬"),
    ("monday.com", "we use Monday.com now"),
    ("monday.com", "monday.com."),
    ("Yahoo!", "yahoo is better"),
    ("AT&T", "at&t"),
    ("3cx", "3CX"),
    # White space, quotes, what nobody sees
    ("move to zoho", "move\nto\r\n  zoho"),
    ("move to zoho", "move\u00a0to\u202fzoho"),
    ("move to zoho", "move to “Zoho”"),
    ("move to zoho", "move to ‚Zoho‘"),
    ("can't afford", "can\u2019t afford"),
    ("can\u2019t afford", "can`t afford"),
    ("opt-out", "opt out"),
    ("opt out", "opt\u2010out"),
    ("zoho", "zo\u00adho"),
    ("zoho", "z\u200bo\u200ch\u200do\u2060"),
    ("zoho", "\ufeffzoho"),
    ("zo\u00adho", "zoho"),
    # Accents, composed and not
    ("résilier", "resilier"),
    ("resilier", "résilier"),
    ("re\u0301silier", "r\u00e9silier"),
    ("r\u00e9silier", "re\u0301silier"),
    ("cœur", "COEUR"),
    ("garcon", "garçon"),
    ("lodz", "Łódź"),
    ("ação", "acao"),
    # Umlauts three ways
    ("kündigen", "kündigen"),
    ("kündigen", "kuendigen"),
    ("kündigen", "kundigen"),
    ("kuendigen", "kündigen"),
    ("kuendigen", "kuendigen"),
    ("kuendigen", "kundigen"),
    ("kundigen", "kündigen"),
    ("ku\u0308ndigen", "KUENDIGEN"),
    ("Müller & Söhne", "Mueller & Söhne"),
    ("kündig*", "Kuendigungsfrist"),
    ("kuendig*", "Kündigungsfrist"),
    ("für", "fuer"),
    # Star
    ("rabatt*", "Rabatt"),
    ("rabatt*", "Rabattcode"),
    ("rabatt*", "rabatte!"),
    ("cancel* subscription*", "cancelling my... cancelling subscriptions"),
    ("opt-out*", "opt-outs"),
    ("resili*", "Résiliation"),
    ("zoho**", "zohos"),
    # Turkish
    ("iptal", "İPTAL"),
    ("iptal", "IPTAL"),
    ("İptal", "iptal"),
    ("ıslah", "ISLAH"),
    ("üyelik iptali", "ÜYELİK İPTALİ"),
    ("abonelik*", "Aboneliğimi iptal... ABONELİKLERİ"),
    ("indirim*", "İndiriminiz var mı?"),
    ("Salesforce", "Salesforce'a geçiyoruz"),
    # Greek
    ("ακύρωση", "ΑΚΥΡΩΣΗ"),
    ("ακύρωσης", "ΑΚΥΡΩΣΗΣ"),
    ("ΕΚΠΤΩΣΕΙΣ", "εκπτώσεις"),
    ("έκπτωση*", "Έκπτωσης"),
    # Cyrillic, Arabic, Hebrew, Hindi, Korean, Thai
    ("отмена", "ОТМЕНА подписки"),
    ("дёшево", "дешево"),
    ("إلغاء", "أريد الغاء الاشتراك"),
    ("ביטול", "בִּטּוּל ביטול"),
    ("रद्द", "सदस्यता रद्द करें"),
    ("할인*", "할인을 받을 수 있나요"),
    ("ยกเลิก", "ต้องการยกเลิกบริการ"),
    # Japanese, Chinese
    ("解約", "契約を解約したいです"),
    ("割引", "割引はありますか"),
    ("キャンセル", "キャンセルしたい"),
    ("キャンセル", "\uff77\uff6c\uff9d\uff7e\uff99したい"),
    ("ガイド", "カ\u3099イト\u3099を"),
    ("Zoho", "Zohoに移行します"),
    ("Zoho", "\uff3a\uff4f\uff48\uff4fに"),
    ("高すぎ", "料金が高すぎる"),
    ("折扣", "请问有折扣吗"),
    ("取消订阅", "我想取消\n订阅"),
]
NOT_FOUND = [
    ("art", "start artist smart"),
    ("zoho", "zohos"),
    ("zoho", "azoho"),
    ("kündigen", "sachkundigen"),
    ("rabatt", "Rabattcode"),
    ("rabatt*", "Sonderrabatt"),
    ("move to zoho", "move to. Zoho is slow"),
    ("move to zoho", "move to! Zoho"),
    ("move to zoho", "move zoho"),
    ("move to zoho", "zoho to move"),
    ("move to zoho", "move to"),
    ("Noe", "no"),
    ("queue", "quue"),
    ("Boe*", "bottle"),
    ("teuer", "teur"),
    ("ライン", "オンライン"),
    ("カ", "ガ"),
    ("キャンセル", "キャンセルポリシー"),
    ("解約", "解決 約束"),
    ("割引", "割り引き"),
    ("ακύρωση", "ακύρωσης"),
    ("할인", "할인을"),
    ("zoho", "support@zoho.example"),
    ("zoho", "https://zoho.example/zoho"),
    ("zoho", "> zoho\n"),
    ("...", "..."),
    ("", "anything"),
    ("*", "anything"),
    ("💔", "💔"),
]


@pytest.mark.parametrize(("phrase", "text"), FOUND)
def test_a_phrase_is_found_however_it_is_written(phrase: str, text: str) -> None:
    assert matched(phrase, text)
    assert matched(phrase, f"Hello, {text}, and so on")


@pytest.mark.parametrize(("phrase", "text"), NOT_FOUND)
def test_a_phrase_is_not_found_in_other_words(phrase: str, text: str) -> None:
    assert not matched(phrase, text)


def test_of_several_the_first_in_the_text_is_told_and_of_two_there_the_longer() -> None:
    rules = TicketRules(value=("gold", "gold plan", "gold plan price*", "silver"))
    found = Matcher(rules).found
    assert found("silver or gold plan prices")["value"] == "silver"
    assert found("gold plan prices, silver")["value"] == "gold plan prices"
    assert found("gold plans")["value"] == "gold"


def test_a_phrase_may_belong_to_two_labels() -> None:
    rules = TicketRules(value=("budget",), discount=("budget",))
    assert Matcher(rules).found("our budget") == {"discount": "budget", "value": "budget"}


def test_a_mapping_adds_to_the_built_in_phrases_or_replaces_them_label_by_label() -> None:
    added = Matcher(TicketRules(discount=("nice price",)))
    replaced = Matcher(TicketRules(discount=("nice price",), replace=("discount",)))
    text = "a coupon, a nice price, or I cancel"
    assert added.found(text) == {"discount": "coupon", "cancellation": "cancel"}
    assert replaced.found(text) == {"discount": "nice price", "cancellation": "cancel"}


def test_a_phrase_with_much_between_its_words_is_cut() -> None:
    shown = BUILT_IN.found("too " + "-" * 200 + " expensive")["value"]
    assert (len(shown), shown[:6], shown[-1]) == (80, "too --", "…")


def test_every_built_in_phrase_finds_itself_and_stands_once() -> None:
    for label, phrases in PHRASES.items():
        assert len(phrases) == len(set(phrases))
        for phrase in phrases:
            assert label in BUILT_IN.found(phrase.replace("*", "")), phrase


def test_full_stops_around_a_phrase_do_not_count() -> None:
    assert phrase_words("...cancel!") == phrase_words("cancel")
    assert phrase_words("?!") == ()


def test_more_words_than_are_remembered_are_matched_all_the_same() -> None:
    text = " ".join(f"w{number}" for number in range(100_001))
    assert BUILT_IN.found(text + " cancel") == {"cancellation": "cancel"}
    assert BUILT_IN.found("brandnew cancel rabattfrage") == {
        "discount": "rabattfrage",
        "cancellation": "cancel",
    }
