"""A customer's site, as a test double: pages that embed the script, from a port and so an origin of their own."""

import asyncio
from collections.abc import Callable, Iterator, Mapping

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from support.listening import Listener, Record
from support.messenger_server import MessengerServer


class CustomerSite(Record):
    """Pages of a customer, under any host name that ends in ``.test``."""

    def __init__(self) -> None:
        super().__init__()
        self._pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        self._held: dict[str, Callable[[], object]] = {}
        app = Starlette(routes=[Route("/{path:path}", self._page)])
        self._listener = Listener(app)

    def page(self, path: str, html: str, headers: Mapping[str, str] | None = None) -> None:
        self._pages[path] = (html, headers or {})

    def hold(self, path: str, until: Callable[[], object]) -> None:
        """Keep whoever asks for that page waiting until ``until`` has returned."""
        self._held[path] = until

    def url(self, path: str, host: str = "localhost") -> str:
        return f"http://{host}:{self._listener.port}/{path}"

    def stop(self) -> None:
        self._listener.stop()

    async def _page(self, request: Request) -> Response:
        if until := self._held.get(request.path_params["path"]):
            await asyncio.to_thread(until)
        html, headers = self._pages.get(request.path_params["path"], ("", {}))
        status = 200 if html else 404
        kind = "text/javascript" if request.url.path.endswith(".js") else "text/html"
        return Response(html, status, headers=dict(headers), media_type=kind)


def snippet(messenger: MessengerServer, settings: str | None = "{}") -> str:
    """A customer's page with Intercom's usual snippet, of which only the script's URL was changed."""
    lines = [] if settings is None else [f"<script>window.intercomSettings = {settings};</script>"]
    loader = (
        "(function(){var w=window;var ic=w.Intercom;if(typeof ic==='function'){ic('reattach_activator');"
        "ic('update',w.intercomSettings);}else{var d=document;var i=function(){i.c(arguments);};i.q=[];"
        "i.c=function(args){i.q.push(args);};w.Intercom=i;var l=function(){var s=d.createElement('script');"
        f"s.type='text/javascript';s.async=true;s.src='{messenger.widget_url}';"
        "var x=d.getElementsByTagName('script')[0];x.parentNode.insertBefore(s,x);};"
        "if(document.readyState==='complete'){l();}else{w.addEventListener('load',l,false);}}})();"
    )
    return "<!doctype html><title>Shop</title>\n" + "\n".join([*lines, f"<script>{loader}</script>"])


@pytest.fixture
def site() -> Iterator[CustomerSite]:
    site = CustomerSite()
    yield site
    site.stop()
