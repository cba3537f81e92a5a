"""Serials that GS1's rules accept, labels that a printer would read."""

from __future__ import annotations

import re

import numpy as np
import pytest
from biip import ParseError
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput
from doorward.fulfillment.label.reading import BAD_CHECK, ELSEWHERE, NO_SSCC, labelled, serials
from doorward.fulfillment.label.sscc import check_digit, sscc18
from doorward.fulfillment.label.zpl import BAR_DOTS, WIDTH_DOTS, Label, label_zpl
from doorward.tables.packages import Labels

LABEL = Label(
    sscc="306141410000000170", building="FC-1", station="ST-4", zone="Z-081", route="SC-1 ST-4", way="OWN",
    due="TUE 18:00", weight_g=1_234, package=17,
)  # fmt: skip


def test_the_check_digit_of_the_gs1_manual() -> None:
    assert check_digit("37610425002123456") == 9


@given(st.integers(0, 10**12), st.integers(0, 9), st.sampled_from(["0614141", "9521321", "950110153"]))
def test_biip_reads_our_serials(serial: int, extension: int, prefix: str) -> None:
    sscc = sscc18(serial, extension=extension, prefix=prefix)
    assert len(sscc) == 18
    read = Sscc.parse(sscc)
    assert read.extension_digit == extension
    assert read.payload == sscc[1:17] or read.payload == sscc[:17]


def test_serials_of_packages_differ() -> None:
    assert len({sscc18(k, extension=3, prefix="0614141") for k in range(5_000)}) == 5_000


@pytest.mark.parametrize("prefix", ["", "12a4567", "1" * 13])
def test_a_wrong_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(BadInput, match="4 to 12 digits"):
        sscc18(1, extension=3, prefix=prefix)


SPELLINGS = ("{}", "00{}", "(00){}", "(00) {}", "]C100{}", "]C1\x1d00{}", " {}\x1d")


@given(st.lists(st.tuples(st.integers(0, 10**9 - 1), st.sampled_from(SPELLINGS)), max_size=20))
def test_serials_are_read_back_however_scanners_send_them(given_: list[tuple[int, str]]) -> None:
    texts = [spelling.format(sscc18(k, extension=3, prefix="0614141")) for k, spelling in given_]
    assert serials(texts, extension=3, prefix="0614141").tolist() == [k for k, _ in given_]


@given(
    st.lists(
        st.one_of(st.text(max_size=22), st.from_regex(r"3?0614141[0-9]{9,11}", fullmatch=True)), max_size=20
    )
)
def test_what_is_no_sscc_of_ours_is_told_apart(texts: list[str]) -> None:
    for text, code in zip(texts, serials(texts, extension=3, prefix="0614141").tolist(), strict=True):
        digits = text.strip()
        if len(digits) != 18 or not digits.isascii() or not digits.isdigit():
            continue  # other spellings are tried above
        try:
            Sscc.parse(digits)
        except ParseError:
            assert code == BAD_CHECK
        else:
            assert code == (int(digits[8:17]) if digits.startswith("30614141") else ELSEWHERE)


def test_codes_of_what_is_no_label() -> None:
    other = sscc18(5, extension=3, prefix="9521321")
    texts = ["", "12", "3" * 18 + "x", "\u0663" * 18, other[:-1] + str((int(other[-1]) + 1) % 10), other]
    wanted = [NO_SSCC] * 4 + [BAD_CHECK, ELSEWHERE]
    assert serials(texts, extension=3, prefix="0614141").tolist() == wanted


@given(st.lists(st.booleans(), max_size=2_500), st.lists(st.integers(-3, 2_600), max_size=50))
def test_the_newest_label_that_bears_a_serial_is_found(printed: list[bool], asked: list[int]) -> None:
    """With a prefix of twelve digits there are 10,000 serials, with one of thirteen only 1,000: they come round."""
    rows = np.where(np.array(printed, bool), np.arange(len(printed)), -1)
    labels = Labels.fill(len(printed), serial=rows)
    for prefix, room in (("0" * 12, 10**4), ("0" * 13, 10**3)):
        found = labelled(labels, np.array(asked, np.int64), prefix).tolist()
        for k, package in zip(asked, found, strict=True):
            bears = [p for p, is_printed in enumerate(printed) if is_printed and p % room == k]
            assert package == max(bears, default=-1)


def test_the_label_is_complete_zpl() -> None:
    zpl = label_zpl(LABEL)
    assert zpl.startswith("^XA\n") and zpl.endswith("^XZ\n")
    assert "^BCN,264,Y,N,N,D^FD(00)306141410000000170^FS" in zpl
    assert zpl.count("^FD") == zpl.count("^FS") - 3, "each field ends; three lines are drawn"
    assert "^PW812" in zpl and "^LL1218" in zpl
    modules = 11 * (1 + 1 + 10 + 1) + 13
    assert 94 + modules * BAR_DOTS + 10 * BAR_DOTS <= WIDTH_DOTS, "bars and quiet zone fit the paper"


@given(st.text(max_size=40))
def test_no_text_becomes_a_command(words: str) -> None:
    zpl = label_zpl(Label(**{**vars(LABEL), "zone": words, "route": words}))
    assert zpl.count("^FD") == label_zpl(LABEL).count("^FD")
    assert set(re.findall(r"\^([A-Z]{2})", zpl)) <= {
        "XA",
        "CI",
        "PW",
        "LL",
        "LH",
        "FO",
        "FH",
        "FD",
        "FS",
        "GB",
        "BY",
        "BC",
        "XZ",
    }
    assert "~" not in zpl
