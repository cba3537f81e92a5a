"""Routes of signing in by an OpenID provider: sent there, and back. Both are visited by a browser, not called."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import Cookie

from doorward.access.commands import ref_of
from doorward.access.signing import EnterBySubject, ref_of_subject
from doorward.adapters.signin.openid import Begun, OpenId
from doorward.apps.api.entering import BEGUN, Signing
from doorward.apps.api.live import Live
from doorward.apps.api.problems import Trouble, missing
from doorward.apps.api.who import Door
from doorward.core.errors import Declined, PortError
from doorward.ports.clock import wall_s
from doorward.runtime.live.service_file import secret_of

PATH = "/api/v1/session/oidc"
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


class Providers:
    """Those of the service settings, in one API process."""

    def __init__(self, signing: Signing) -> None:
        service = signing.service
        self._known = {
            each.name: OpenId(
                each.issuer, each.client_id, secret_of(each),
                f"{service.public_url}{PATH}/{each.name}/back", wall_s,
            )
            for each in service.oidc
        }  # fmt: skip

    def of(self, name: str) -> OpenId:
        """Trouble 404 for one that is not configured."""
        if name not in self._known:
            raise missing(f"provider {name!r}")
        return self._known[name]


@get("/session/oidc/{provider:str}", opt={"scope": ""}, status_code=303, summary="Sign in by a provider")
async def begin_oidc(
    provider: str, live: Live, door: Door, signing: Signing, providers: Providers,
    request: Request[Any, Any, Any], here: bool = False,
) -> Response[None]:  # fmt: skip
    """Sends the browser to the provider; it comes back to /back within five minutes, or begins again. here: set by
    ourselves, after a browser was sent to the public address first, where its cookie will be."""
    openid = providers.of(provider)
    door.signs_in(request)
    public = signing.service.public_url
    if not here and request.headers.get("host") != urlsplit(public).netloc:
        return _to(f"{public}{PATH}/{provider}?here=true")
    try:
        url, begun = await openid.begin()
    except PortError as error:
        live.log.warning("provider is away", provider=provider, why=str(error))
        return _to("/?sign_in=away")
    token = secrets.token_urlsafe(32)
    signing.begun.begin(f"oidc {provider}", token, msgspec.json.encode(begun))
    return _to(url, signing.begun_cookie(token, back_from_elsewhere=True))


@get("/session/oidc/{provider:str}/back", opt={"scope": ""}, status_code=303, summary="Back from a provider")
async def finish_oidc(
    provider: str, live: Live, signing: Signing, providers: Providers, request: Request[Any, Any, Any]
) -> Response[None]:
    """Signs in who the provider vouches for and who was invited; the console says why where it does not."""
    openid, gone = providers.of(provider), signing.begun_cookie("", back_from_elsewhere=True)
    kept = signing.begun.take(f"oidc {provider}", request.cookies.get(BEGUN, ""))
    if kept is None:
        return _to("/?sign_in=stale", gone)
    why, said = "away", ""
    try:
        person = await openid.finish(request.query_params, msgspec.json.decode(kept, type=Begun))
        _, cookies = await signing.enter(
            request, "access.enter_by_subject", EnterBySubject,
            issuer=ref_of(openid.issuer), subject=ref_of_subject(openid.issuer, person.subject),
            email=ref_of(person.email) if person.email else "",
        )  # fmt: skip
        return _to("/", *cookies, gone)
    except Declined as error:
        why, said = "unproven", str(error)
    except PortError as error:
        said = str(error)
    except Trouble as error:
        if error.problem.status != 401:
            raise
        why, said = "uninvited", error.problem.detail
    live.log.warning("provider's sign-in refused", provider=provider, why=said)
    return _to(f"/?sign_in={why}", gone)


def _to(where: str, *cookies: Cookie) -> Response[None]:
    return Response(None, status_code=303, headers={**NO_STORE, "Location": where}, cookies=list(cookies))


ROUTES = [begin_oidc, finish_oidc]
