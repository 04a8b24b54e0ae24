"""What counts as one word, and when two of them are the same."""

# ruff: noqa: RUF001 -- letters of other scripts are what is tested

import pytest

from syncworker.metrics.ticket_words import as_written, words

E_ACUTE, E_COMBINING = "\u00e9", "e\u0301"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \t\r\n\u00a0\u2028", []),
        ("Cancel my Plan", ["cancel", "my", "plan"]),
        ("don't, don\u2019t", ["don", "t", "don", "t"]),
        ("l\u2019abonnement", ["l", "abonnement"]),
        ("opt-out opt\u2011out opt\u2013out", ["opt", "out"] * 3),
        ("snake_case", ["snake", "case"]),
        ("a\u00a0b\u202fc\u3000d", ["a", "b", "c", "d"]),
        ("can\u00adcel", ["cancel"]),
        ("can\u200bcel \ufeffcan\u200dcel \u202ecancel", ["cancel"] * 3),
        (f"r{E_ACUTE}silier r{E_COMBINING}silier", ["resilier", "resilier"]),
        ("Straße STRASSE STRA\u1e9eE", ["strasse"] * 3),
        ("İPTAL iptal ıptal IPTAL", ["iptal"] * 4),
        ("ΑΚΥΡΩΣΗΣ ακύρωσης ακυρωσησ", ["ακυρωσησ"] * 3),
        ("œuvre cœur", ["oeuvre", "coeur"]),
        ("Łódź smørrebrød", ["lodz", "smorrebrod"]),
        ("\ufb01x \uff5a\uff4f\uff48\uff4f", ["fix", "zoho"]),
        ("отмена отмёна", ["отмена", "отмена"]),
        ("إلغاء الغاء", ["الغاء", "الغاء"]),
        ("रद्द", ["रद्द"]),
        ("契約を解約", ["契", "約", "を", "解", "約"]),
        ("解約。したい", ["解", "約", ".", "し", "た", "い"]),
        ("キャンセルしたい", ["キャンセル", "し", "た", "い"]),
        ("\uff77\uff6c\uff9d\uff7e\uff99", ["キャンセル"]),
        ("Zohoキャンセル料", ["zoho", "キャンセル", "料"]),
        ("か\u3099 が", ["か\u3099", "か\u3099"]),
        ("ガ カ\u3099", ["カ\u3099", "カ\u3099"]),
        ("one. two!three?", ["one", ".", "two", ".", "three", "."]),
        ("20 % off", ["20", "off"]),
        ("½", ["1", "2"]),
        ("a\0b", ["a", "b"]),
        ("a\ud800b", ["a", "b"]),
        ("💔cancel💔", ["cancel"]),
        ("\ue000\U0010ffff", []),
    ],
)
def test_words_without_case_accents_and_what_nobody_sees(text: str, expected: list[str]) -> None:
    assert words(text) == [word for each in expected for word in words(each)]
    assert len(words(text)) == len(expected)


@pytest.mark.parametrize(
    ("text", "first", "last", "shown"),
    [
        ("Please CANCEL it", 1, 1, "CANCEL"),
        ("zu \n\t teuer!", 0, 1, "zu teuer"),
        (f"«r{E_COMBINING}silie{E_COMBINING}»", 0, 0, f"r{E_COMBINING}silie{E_COMBINING}"),
        ("\u0301\u0301kündigen\u0301 x", 0, 0, "kündigen\u0301"),
        ("契約を解約したい", 3, 4, "解約"),
        ("½ price", 0, 0, "½"),
        ("½ price", 1, 2, "½ price"),
        ("\ufb01x it", 0, 0, "\ufb01x"),
    ],
)
def test_words_are_shown_as_they_were_written(text: str, first: int, last: int, shown: str) -> None:
    assert list(as_written(text, [(first, last)])) == [shown]


def test_more_characters_than_are_remembered_are_folded_all_the_same() -> None:
    every = "".join(map(chr, range(0xE000, 0x1F000))) + "".join(map(chr, range(0x3400, 0xD000)))
    assert words(every + " ÉTÉ")[-1] == "ete"
