"""The report of a small day: every section, well-formed drawings, nothing from outside, figures that add up."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest

from doorward.runtime.build import RULES, load_network, open_ledger, rules_from
from doorward.runtime.report import charts, figures, html
from doorward.runtime.report.page import SECTIONS, page
from doorward.runtime.report.story import Story
from doorward.runtime.rundir import RunDir
from doorward.tables.footprint import Legs
from doorward.tables.journey import ENDED, Event, Status
from doorward.tables.orders import Orders
from doorward.tables.packages import Packages, Scans
from doorward.tables.sites import Sites
from doorward.tables.stock import Stock

VOID = {"meta", "input", "br", "hr", "img", "link"}


@pytest.fixture(scope="module")
def story(small_day: tuple[RunDir, dict[str, Any]]) -> Iterator[Story]:
    where, result = small_day
    ledger, network = open_ledger(where), load_network(where.network)
    rules = rules_from(network, RULES)
    yield Story(ledger.state, rules, where.settings, result, network.name, network.about)
    ledger.close()


@pytest.fixture(scope="module")
def told(small_day: tuple[RunDir, dict[str, Any]]) -> str:
    """The file that the run itself wrote."""
    return (small_day[0].root / "report.html").read_text(encoding="utf-8")


class _Balance(HTMLParser):
    """Every tag that opens closes, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Drawings close their own."""

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag


def test_every_section_is_there_and_in_the_contents(told: str) -> None:
    for section in SECTIONS:
        assert told.count(f'<section id="{section.anchor}">') == 1
        assert '<nav aria-label="Contents">' in told and f'href="#{section.anchor}"' in told
    anchors = set(re.findall(r'href="#([a-z]+)"', told))
    assert anchors <= {section.anchor for section in SECTIONS}
    parser = _Balance()
    parser.feed(told)
    assert parser.open == []


def test_the_run_writes_what_the_page_draws_from_its_tables(story: Story, told: str) -> None:
    names = [re.sub(r"<details>.*?</details>|wall s.*?</tr>|peak mib.*?</tr>", "", text, flags=re.S)
             for text in (page(story), told)]  # fmt: skip
    assert names[0] == names[1]


def test_drawings_are_well_formed(told: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", told, flags=re.S)
    assert len(drawings) >= 4
    for drawing in drawings:
        root = ET.fromstring(drawing)
        assert root.find("title") is not None
        assert not re.search(r"\b(nan|inf)\b", drawing)


def test_the_page_needs_nothing_from_outside_and_says_what_it_is(told: str) -> None:
    assert not re.search(r"(https?:)?//[a-z]|<script|<link|<img|@import|url\(", told)
    assert "Simulated." in told and "generated" in told
    assert len(told) < 1_500_000


def test_every_table_scrolls_in_its_own_box(told: str) -> None:
    assert told.count("<table>") == told.count('<div class="scroll" tabindex="0"><table>') > 8


def test_text_is_escaped_everywhere() -> None:
    bad = '<script>alert("x")</script>&'
    series = np.ones((1, 3), np.int64)
    pieces = (
        html.table((bad,), [(bad,), (bad * 3,)]),
        html.tiles([(bad, bad, bad)]),
        html.bars(bad, [html.Bar(bad, (1.0, 2.0), bad, 1.5)], (bad, bad)),
        html.meter(0.5, bad),
        html.part(bad),
        html.words(bad),
        html.code(bad),
        charts.columns(bad, [1, 2], [bad, bad], ["ok", "bad"]),
        charts.areas(bad, [bad], series, [(0, bad)]),
        charts.heat(bad, [bad], series.astype(float), [(0, bad)]),
    )
    for piece in pieces:
        assert "<script" not in piece and "&lt;script" in piece
        parser = _Balance()
        parser.feed(piece)
        assert parser.open == []


def test_a_site_with_a_wild_name_does_no_harm(story: Story, small_day: tuple[RunDir, dict[str, Any]]) -> None:
    ledger = open_ledger(small_day[0])
    sites = ledger.state.table(Sites)
    wild = np.array([f'<script>{n}"&' for n in sites.name], object)
    ledger.state.put(Sites, np.arange(len(sites)), name=wild)
    drawn = page(Story(ledger.state, story.rules, story.settings, story.result, "<b>", "<script>"))
    ledger.close()
    assert "<script" not in drawn and "<h1>&lt;b&gt;</h1>" in drawn
    for drawing in re.findall(r"<svg.*?</svg>", drawn, flags=re.S):
        ET.fromstring(drawing)


def test_figures_equal_sums_made_another_way(story: Story) -> None:
    state = story.state
    packages, scans, orders = state.table(Packages), state.table(Scans), state.table(Orders)
    steps = dict(figures.funnel(state))
    assert steps["orders placed"] == len(orders) == story.result["orders"]
    came: dict[int, int] = {}
    for package, at_s, event in zip(
        scans.package.tolist(), scans.at_s.tolist(), scans.event.tolist(), strict=True
    ):
        if event in (Event.DELIVERED, Event.STORED):
            came[package] = min(at_s, came.get(package, at_s))
    assert steps["packages delivered"] == len(came) == len(figures.lateness_hours(state))
    assert steps["of them on time"] == sum(at_s <= packages.due_s[p] for p, at_s in came.items())
    assert (figures.lateness_hours(state) <= 0).sum() == steps["of them on time"]
    rows = figures.by_way(state)
    assert sum(r.packages for r in rows) == (packages.status != Status.CANCELLED).sum()
    assert sum(r.delivered for r in rows) == len(came)
    legs = state.table(Legs)
    borne = legs.packages > 0
    assert sum(int(r.co2_mg.sum()) for r in rows) <= int((legs.wtt_mg + legs.ttw_mg)[borne].sum())


def test_the_backlog_ends_with_what_is_open(story: Story) -> None:
    packages = story.state.table(Packages)
    series = figures.backlog(story.state, story.settings.start_s, story.hours + 1)
    for (name, members), last in zip(figures.STAGES, series[:, -1].tolist(), strict=True):
        assert last == np.isin(packages.status, members).sum(), name
    assert series[:, -1].sum() == (~np.isin(packages.status, ENDED)).sum()


def test_stock_and_zones_add_up(story: Story) -> None:
    fcs, stock = figures.stock_by_fc(story.state), story.state.table(Stock)
    assert sum(f.on_hand for f in fcs) == stock.on_hand.sum()
    assert sum(f.shipped for f in fcs) == stock.shipped.sum()
    near, whole = sum(f.near for f in fcs), sum(f.near + f.far for f in fcs)
    assert round(near / whole, 4) == story.result["in_region_share"]
    done, late = figures.late_by_zone(story.state)
    steps = dict(figures.funnel(story.state))
    assert (done.sum(), done.sum() - late.sum()) == (steps["packages delivered"], steps["of them on time"])


@pytest.mark.parametrize(("top", "axis"), [(0, 1), (1, 1), (3, 5), (18_123, 20_000), (25, 25), (0.3, 0.5)])
def test_axes_end_at_round_numbers(top: float, axis: float) -> None:
    assert charts.nice(top) == pytest.approx(axis)
