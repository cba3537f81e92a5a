"""Serials that GS1's rules accept, labels that a printer would read."""

from __future__ import annotations

import re

import pytest
from biip.sscc import Sscc
from hypothesis import given
from hypothesis import strategies as st

from doorward.core.errors import BadInput
from doorward.fulfillment.label.sscc import check_digit, sscc18
from doorward.fulfillment.label.zpl import BAR_DOTS, WIDTH_DOTS, Label, label_zpl

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
