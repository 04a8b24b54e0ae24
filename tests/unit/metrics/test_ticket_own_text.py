"""What the author of a ticket wrote, without what came along."""

import pytest

from syncworker.metrics.ticket_own_text import own_text

QUOTED = [
    "On Mon, 4 May 2026 at 10:11, Ann <ann@x.example> wrote:",
    "On Monday, 4 May 2026 at 10:11,\nAnn Long-Name <ann@x.example> wrote:",
    "Am 04.05.2026 um 10:11 schrieb Ann <ann@x.example>:",
    "Le lun. 4 mai 2026 à 10:11, Ann <ann@x.example> a écrit :",
    "Le lun. 4 mai 2026, Ann a e\u0301crit\u00a0:",
    "El lun, 4 may 2026 a las 10:11, Ann (<ann@x.example>) escribió:",
    "-----Original Message-----",
    "-----Ursprüngliche Nachricht-----",
    "-----Message d'origine-----",
    "-----Message d\u2019origine-----",
    "-----Mensaje original-----",
    "________________ Original Message ________________",
    "From: Ann <ann@x.example>\nSent: Monday, 4 May 2026",
    "Von: Ann\nGesendet: Montag, 4. Mai 2026",
    "De : Ann\nEnvoyé : lundi 4 mai 2026",
    "De: Ann\nEnviado el: lunes, 4 de mayo de 2026",
]


@pytest.mark.parametrize("line", QUOTED)
def test_what_stands_behind_an_announced_quotation_does_not_count(line: str) -> None:
    assert own_text(f"Thanks!\n\n{line}\n\nWe offer a discount.\nRegards").strip() == "Thanks!"


@pytest.mark.parametrize("line", QUOTED[:6])
def test_an_answer_below_marked_lines_counts(line: str) -> None:
    text = f"{line}\n\n> We offer a discount.\n>> Cancel?\n  > so\n\nNo, thanks"
    assert own_text(text).strip() == "No, thanks"


@pytest.mark.parametrize(
    "text",
    [
        "one line",
        "two\nlines",
        "a -> b\nc => d",
        "On the one hand we like it\non the other hand it costs",
        "On 3 May it broke.\nPlease look",
        "I told them and she wrote:\ncancel it",
        "From: the beginning\nit was slow",
        "----\ncancel",
        "a\n-- \n" + "line\n" * 8 + "line",
        "- one\n- two",
        "",
        "\n\n",
    ],
)
def test_what_is_not_quoted_stays(text: str) -> None:
    assert own_text(text).split() == text.split()


@pytest.mark.parametrize("mark", ["-- ", "--"])
def test_a_signature_does_not_count(mark: str) -> None:
    text = f"It is slow\n{mark}\nAnn\nHead of Discounts\n\nCancel & Co"
    assert own_text(text) == "It is slow"


def test_of_two_signatures_the_first_begins_what_does_not_count() -> None:
    assert own_text("a\n--\nAnn\n--\nsent from afar") == "a"


def test_a_signature_above_a_quotation_does_not_count() -> None:
    assert own_text("a\n-- \nAnn\n\nOn 3 May 2026 Bob wrote:\n> b\n> c") == "a"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("see https://app.example/cancel?discount=1 please", "see please"),
        ("see HTTP://x.example", "see HTTP://x.example"),
        ("(www.zoho.example/cancel)", "( )"),
        ("write to cancel@zoho.example.", "write to ."),
        ("a@b is no address, nor is @cancel", "a@b is no address, nor is @cancel"),
        ("リンクhttps://x.example/cancel、解約", "リンク 、解約"),
    ],
)
def test_links_and_addresses_are_names_not_words(text: str, kept: str) -> None:
    assert own_text(text).split() == kept.split()
