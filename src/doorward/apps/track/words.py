"""What the page says, in the local time of the place."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from markupsafe import Markup

from doorward.core.units import DAY_S
from doorward.runtime.look.track import Track, TrackMap, TrackPart

HOUR = "%H:%M"
WIDE, HIGH = 520.0, 260.0


class Words:
    """Filters of the templates. offset_s: local time ahead of UTC."""

    def __init__(self, offset_s: int) -> None:
        self._offset_s = offset_s

    def _local(self, at_s: int) -> datetime:
        return datetime.fromtimestamp(at_s + self._offset_s, UTC)

    def day(self, at_s: int, now_s: int) -> str:
        """today, tomorrow, yesterday, or the date."""
        gap = (at_s + self._offset_s) // DAY_S - (now_s + self._offset_s) // DAY_S
        local = self._local(at_s)
        return {0: "today", 1: "tomorrow", -1: "yesterday"}.get(gap, f"{local:%A}, {local.day} {local:%B}")

    def long(self, at_s: int) -> str:
        """Tue 3 Mar, 14:05"""
        local = self._local(at_s)
        return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"

    def short(self, at_s: int, now_s: int) -> str:
        """14:05, or with the day where it is not today's."""
        return f"{self._local(at_s):%H:%M}" if self.day(at_s, now_s) == "today" else self.long(at_s)

    def date(self, midnight_s: int) -> str:
        """Tuesday 3 March, of a day by its midnight."""
        local = self._local(midnight_s)
        return f"{local:%A} {local.day} {local:%B}"

    def iso(self, midnight_s: int) -> str:
        """2026-03-03"""
        return f"{self._local(midnight_s):%Y-%m-%d}"

    def window(self, track: Track) -> str:
        """Arriving tomorrow 08:00-19:00"""
        return f"Arriving {self._between(track.from_s, track.to_s, track.now_s)}"

    def _between(self, from_s: int, to_s: int, now_s: int) -> str:
        lo, hi = f"{self._local(from_s):%H:%M}", f"{self._local(to_s):%H:%M}"
        if self.day(from_s, now_s) == self.day(to_s, now_s):
            return f"{self.day(to_s, now_s)} {lo}\u2013{hi}"
        return f"{self.day(from_s, now_s)} {lo} to {self.day(to_s, now_s)} {hi}"

    def headline(self, part: TrackPart, now_s: int) -> str:
        """The one thing that a customer wants to know."""
        match part.state:
            case "delivered":
                return f"Delivered {self.day(part.done_s, now_s)} at {self._local(part.done_s):%H:%M}"
            case "locker":
                return f"Ready to collect at {part.place}"
            case "returning":
                return "On its way back to the shop"
            case "returned":
                return "Back at the shop"
            case "lost":
                return "We have lost your parcel"
            case "failed":
                return "We could not deliver it yet"
            case _ if part.to_s < now_s:
                return "Later than promised"
            case _:
                return f"Arriving {self._between(part.from_s, part.to_s, now_s)}"

    def subline(self, part: TrackPart, now_s: int) -> str:
        """How sure that is, or why not."""
        if part.state == "delivered":
            return part.left
        if part.state == "failed":
            again = (
                "we bring it again"
                if part.to_s < now_s
                else f"we bring it again by {self.short(part.to_s, now_s)}"
            )
            return f"{part.why}; {again}" if part.why else again
        if part.state == "lost":
            return "We are sorry. The shop has been told and will replace or refund it."
        if part.state not in ("expected", "out"):
            return ""
        if part.told_s >= 0:
            ago = max(0, (now_s - part.told_s) // 60)
            since = f"{ago} min" if ago < 100 else f"{ago // 60} h"
            when = "updated just now" if ago < 1 else f"updated {since} ago"
            return f"later than promised; {when}" if part.late else when
        if part.to_s < now_s:
            return "We do not know yet when it comes: it is watched, and this page will say so."
        return "as promised"

    @staticmethod
    def reached(part: TrackPart) -> int:
        """Steps up to the newest one: those without a time of their own were passed over."""
        return next((i for i, step in enumerate(part.steps) if step.now), 0)

    @staticmethod
    def drawing(at: TrackMap) -> Markup:
        """Vehicle and door, north up, with a scale; nothing else is on it."""
        east = (at.lon - at.door_lon) * 111_320 * math.cos(math.radians(at.door_lat))
        north = (at.lat - at.door_lat) * 111_320
        metres = max(150.0, math.hypot(east, north))
        scale = 0.38 * HIGH / metres
        x, y = WIDE / 2 + east * scale, HIGH / 2 - north * scale
        away = f"{metres / 1000:.1f} km" if metres >= 1000 else f"{round(metres, -1):.0f} m"
        return Markup(
            '<svg class="map" viewBox="0 0 {w:.0f} {h:.0f}" role="img" '
            'aria-label="The vehicle is {away} from your door">'
            '<circle cx="{cx:.0f}" cy="{cy:.0f}" r="{r:.0f}" fill="none" stroke="var(--line)" stroke-dasharray="4 6"/>'
            '<line x1="{cx:.0f}" y1="{cy:.0f}" x2="{x:.0f}" y2="{y:.0f}" stroke="var(--line)" stroke-width="2"/>'
            '<path d="M{cx:.0f} {top:.0f}l12 11v13h-24v-13z" fill="var(--ink)"/>'
            '<circle cx="{x:.0f}" cy="{y:.0f}" r="11" fill="var(--brand)" stroke="var(--card)" stroke-width="3"/>'
            '<text x="{cx:.0f}" y="{label:.0f}" text-anchor="middle">your door</text>'
            '<text x="12" y="{foot:.0f}">about {away} away as the crow flies</text></svg>'
        ).format(
            w=WIDE, h=HIGH, cx=WIDE / 2, cy=HIGH / 2, r=metres * scale, x=x, y=y, top=HIGH / 2 - 14,
            label=HIGH / 2 + 36, foot=HIGH - 14, away=away,
        )  # fmt: skip
