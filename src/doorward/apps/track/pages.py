"""Routes of the tracking page. The token in the path is the capability: who has it may look and wish, and nothing else.

A form on another site cannot be forged without knowing the token, and knowing it is the permission; so the wish
needs no further proof of origin. No cookie is set or read.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import msgspec
from jinja2 import Environment, PackageLoader, select_autoescape
from litestar import Request, Response, get, post

from doorward.access.commands import SECRET
from doorward.access.rights import holds
from doorward.adapters.secrets import digest
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble
from doorward.apps.api.reading import Looking
from doorward.apps.api.who import Door
from doorward.apps.console.pages import SAFE
from doorward.apps.track.words import Words
from doorward.delivery.commands import WISHES, DayFor, WishFor
from doorward.runtime.look.track import Track, track
from doorward.tables.orders import Orders
from doorward.tables.people import Grants, Principal

HEADERS = {
    **SAFE,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
}
STATIC = Path(__file__).parent / "static"
KINDS = {"track.css": "text/css", "track.js": "text/javascript"}
SAID = {"1": "Thank you: it is noted.", "2": "Thank you: it comes on the day that you chose."}


class Brand(msgspec.Struct, frozen=True):
    """How a shop shows itself. colour: six hexadecimal digits."""

    name: str = "Your delivery"
    colour: str = "0f766e"


class Tracking:
    """Templates and look-ups for one API process."""

    def __init__(self, live: Live) -> None:
        self._live = live
        words = Words(live.replica.network.utc_offset_s)
        self.words = words
        self._pages = Environment(
            loader=PackageLoader("doorward.apps.track"),
            autoescape=select_autoescape(),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._pages.filters.update(
            headline=words.headline, subline=words.subline, short=words.short, long=words.long, window=words.window,
            reached=words.reached, date=words.date, iso=words.iso, drawing=words.drawing,
        )  # fmt: skip

    def link(self, token: str) -> tuple[int, int]:
        """(grant, order) of a link that holds; (-1, -1) of none, one that ended, one that was revoked."""
        replica = self._live.replica
        row = replica.vault.find(SECRET, [digest(token)])[0]
        grants = replica.state.table(Grants)
        if row < 0 or grants.kind[row] != Principal.LINK or not holds(grants, row, replica.now_s()):
            return -1, -1
        return row, int(grants.about[row])

    def brand(self, order: int) -> Brand:
        """The shop's; a plain one where it has none."""
        shop = int(self._live.replica.state.table(Orders).shop[order])
        vault = self._live.replica.vault
        kept = vault.read("brand", shop) if shop >= 0 else None
        if kept is not None:
            return msgspec.json.decode(kept, type=Brand)
        name = vault.read("organisation", shop) if shop > 0 else None
        return Brand(name=name.decode()) if name else Brand()

    def page(self, name: str, **values: Any) -> bytes:
        """A rendered template."""
        return self._pages.get_template(name).render(**values).encode()


def _answer(body: bytes, status: int = 200) -> Response[bytes]:
    return Response(body, status_code=status, media_type="text/html; charset=utf-8", headers=HEADERS)


def _gone(tracking: Tracking) -> Response[bytes]:
    return _answer(tracking.page("gone.html"), 404)


def _slow(door: Door, request: Request[Any, Any, Any]) -> None:
    door.slow_down(f"track {door.address(request)}")


def _page(
    tracking: Tracking, looking: Looking, token: str, grant: int, order: int, live: Live, said: str
) -> bytes:
    view = looking.now()
    found: Track = track(view, order)
    grants = view.state.table(Grants)
    words = live.replica.vault.read("wish", order) or b""
    title = tracking.words.headline(found.parts[0], found.now_s) if found.parts else "Your order"
    return tracking.page(
        "page.html", track=found, token=token, brand=tracking.brand(order), said=said, title=title,
        words=words.decode(), until=tracking.words.long(int(grants.ends_s[grant])),
    )  # fmt: skip


@get("/t/{token:str}", opt={"scope": ""}, include_in_schema=False)
async def tracking_page(
    token: str, tracking: Tracking, looking: Looking, live: Live, door: Door, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """The page."""
    _slow(door, request)
    grant, order = tracking.link(token)
    if grant < 0:
        return _gone(tracking)
    said = SAID.get(request.query_params.get("said", ""), "")
    return _answer(_page(tracking, looking, token, grant, order, live, said))


@get("/t/{token:str}/live", opt={"scope": ""}, include_in_schema=False)
async def tracking_live(
    token: str, tracking: Tracking, looking: Looking, door: Door, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Its middle, for the script that reads it anew."""
    _slow(door, request)
    grant, order = tracking.link(token)
    if grant < 0:
        return _gone(tracking)
    return _answer(tracking.page("live.html", track=track(looking.now(), order)))


@post(
    "/t/{token:str}/wish",
    opt={"scope": ""},
    include_in_schema=False,
    status_code=303,
    request_max_body_size=16 << 10,
)
async def tracking_wish(
    token: str, tracking: Tracking, looking: Looking, live: Live, door: Door, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """A plain form; answered by the page that says so."""
    _slow(door, request)
    grant, order = tracking.link(token)
    if grant < 0:
        return _gone(tracking)
    form = await request.form()
    wish, words = str(form.get("wish", "")), str(form.get("words", ""))[:300]
    if wish not in get_args(WISHES):
        said = "Please choose where we may leave it."
        return _answer(_page(tracking, looking, token, grant, order, live, said), 422)
    try:
        await live.ask("delivery.wish", WishFor(order=order, wish=wish, words=words), asker=grant)  # type: ignore[arg-type]
    except Trouble as error:
        said = f"That is not possible any more: {error.problem.detail}."
        return _answer(_page(tracking, looking, token, grant, order, live, said), error.problem.status)
    return Response(b"", status_code=303, headers={**HEADERS, "Location": f"/t/{token}?said=1"})


@post("/t/{token:str}/day", opt={"scope": ""}, include_in_schema=False, status_code=303)
async def tracking_day(
    token: str, tracking: Tracking, looking: Looking, live: Live, door: Door, request: Request[Any, Any, Any]
) -> Response[bytes]:
    """Another day, by a plain form."""
    _slow(door, request)
    grant, order = tracking.link(token)
    if grant < 0:
        return _gone(tracking)
    day = str((await request.form()).get("day", ""))[:10]
    try:
        await live.ask("delivery.reschedule", DayFor(order=order, day=day), asker=grant)
    except (Trouble, msgspec.ValidationError) as error:
        problem = error.problem if isinstance(error, Trouble) else Trouble(422, f"{day} is no date").problem
        said = f"That day is not possible: {problem.detail}."
        return _answer(_page(tracking, looking, token, grant, order, live, said), problem.status)
    return Response(b"", status_code=303, headers={**HEADERS, "Location": f"/t/{token}?said=2"})


@get("/t/static/{name:str}", opt={"scope": ""}, include_in_schema=False, sync_to_thread=False)
def tracking_static(name: str) -> Response[bytes]:
    """Style and script."""
    if name not in KINDS:
        raise Trouble(404, f"no file {name}")
    headers = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response((STATIC / name).read_bytes(), media_type=KINDS[name], headers=headers)


@get("/t/static/brand/{name:str}", opt={"scope": ""}, include_in_schema=False, sync_to_thread=False)
def tracking_brand(name: str) -> Response[bytes]:
    """A brand's colour as a style, so that the page needs none inside; dark or light letters on it, by contrast."""
    if not re.fullmatch(r"[0-9a-fA-F]{6}\.css", name):
        raise Trouble(404, f"no colour {name}")
    letters = "#000" if luminance(name[:6]) > 0.179 else "#fff"
    css = f":root{{--brand:#{name[:6]};--on-brand:{letters}}}"
    return Response(css.encode(), media_type="text/css", headers={"Cache-Control": "public, max-age=86400"})


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2; above 0.179 black letters have more contrast than white ones."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


ROUTES = [tracking_static, tracking_brand, tracking_page, tracking_live, tracking_wish, tracking_day]
