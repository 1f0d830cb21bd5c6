"""Intercom's own npm package and React's best known one, as they behave when a site uses them with our script.

Both leave a stand-in with a queue at ``window.Intercom`` and add the script tag themselves; where they find a function
there already, they say ``reattach_activator`` and ``update``. What they do is written down here anew, step by step,
so that the tests need no registry.
"""

import pytest
from playwright.sync_api import BrowserContext, Page

from support.customer_site import CustomerSite
from support.messenger_server import LEAVE, MessengerServer, contact_of

pytestmark = pytest.mark.browser

# @intercom/messenger-js-sdk 0.0.20: its queue holds `arguments`, its settings name a host of Intercom's.
PACKAGE = """
  function holder() { holder.loaderQueue(arguments); }
  holder.q = [];
  holder.loaderQueue = (args) => { holder.q.push(args); };
  window.packaged = (method, ...args) => window.Intercom ? window.Intercom(method, ...args) : console.warn('not there');
  window.start = ({region = 'us', widgetUrl, ...settings}) => {
    window.intercomSettings = {...settings, api_base: 'https://api-iam.intercom.io'};
    window.intercomSettings.installation_type = 'npm-package';
    if (typeof window.Intercom === 'function') {
      window.Intercom('reattach_activator');
      window.Intercom('update', window.intercomSettings);
      return;
    }
    window.Intercom = holder;
    const script = document.createElement('script');
    script.async = true;
    script.id = '_intercom_npm_loader';
    script.src = widgetUrl;
    const first = document.getElementsByTagName('script')[0];
    first.parentNode.insertBefore(script, first);
  };
"""

# react-use-intercom 5.8: loads only from Intercom's host, so a site puts our script before it.
REACT = """
  const api = (method, ...args) => window.Intercom.apply(null, [method, ...args]);
  let booted = false;
  window.provider = {
    initialize() {
      if (typeof window.Intercom !== 'function') throw new Error('would load from Intercom');
      window.Intercom('reattach_activator');
      window.Intercom('update', window.intercomSettings);
    },
    boot(props) {
      if (booted) return;
      api('onHide', () => {});
      api('onShow', () => {});
      api('onUserEmailSupplied', undefined);
      api('onUnreadCountChange', () => {});
      window.intercomSettings = {app_id: 'uabc1234', api_base: 'https://api-iam.eu.intercom.io', ...props};
      api('boot', window.intercomSettings);
      booted = true;
    },
    update(props) {
      window.intercomSettings = {...window.intercomSettings, ...props};
      api('update', props);
    },
    refresh() { api('update', {last_request_at: Math.floor(new Date().getTime() / 1000)}); },
    shutdown() { api('shutdown'); delete window.intercomSettings; booted = false; },
    hardShutdown() { this.shutdown(); delete window.Intercom; },
    getVisitorId: () => api('getVisitorId'),
  };
"""


def quiet(page: Page) -> list[str]:
    """Errors and warnings that the page shows from now on."""
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    return heard


def test_intercoms_own_package_loads_boots_updates_and_signs_out(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    site.page("shop", f"<!doctype html><link rel=icon href=data:,><script>{PACKAGE}</script>")
    page = context.new_page()
    heard = quiet(page)
    page.goto(site.url("shop"))
    page.evaluate(
        f"""() => {{
          start({{app_id: 'uabc1234', widgetUrl: '{messenger.widget_url}', region: 'eu', user_id: '7', name: 'Ada'}});
          packaged('update', {{plan: 'pro'}});
          packaged('onShow', () => {{}});
          packaged('trackEvent', 'queued', {{price: 3}});
        }}"""
    )
    messenger.wait_for(lambda: messenger.heartbeats and messenger.events)
    (ping,) = messenger.pings
    visitor_id = page.evaluate("packaged('getVisitorId')")
    assert ping.user_data == {"user_id": "7", "name": "Ada", "plan": "pro", "anonymous_id": visitor_id}
    assert (
        page.evaluate("packaged('whoami') === undefined && packaged('showSpace', 'home') === undefined")
        is True
    )
    page.evaluate("packaged('shutdown')")
    messenger.wait_for(lambda: messenger.leaves)
    page.evaluate("packaged('boot', {app_id: 'uabc1234', user_id: '8'})")
    messenger.wait_for(lambda: messenger.sockets[-1].contact_id == contact_of("8"))
    assert heard == []


def test_intercoms_own_package_started_after_the_script_boots_by_update(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    site.page(
        "shop", f"<!doctype html><script src='{messenger.widget_url}'></script><script>{PACKAGE}</script>"
    )
    page = context.new_page()
    page.goto(site.url("shop"))
    page.evaluate("start({app_id: 'uabc1234', user_id: '7'})")
    messenger.wait_for(lambda: messenger.heartbeats)
    assert len(messenger.widgets) == 1
    assert [ping.source for ping in messenger.pings] == ["apiBoot"]


def test_reacts_provider_boots_updates_refreshes_and_signs_out(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    html = (
        f"<link rel=icon href=data:,><script src='{messenger.widget_url}'></script><script>{REACT}</script>"
    )
    site.page("shop", f"<!doctype html>{html}")
    page = context.new_page()
    heard = quiet(page)
    page.goto(site.url("shop"))
    page.evaluate(
        "provider.initialize(); provider.boot({user_id: '7', hide_default_launcher: true, plan: 'pro'})"
    )
    messenger.wait_for(lambda: messenger.heartbeats)
    (ping,) = messenger.pings
    assert ping.user_data == {
        **{"user_id": "7", "plan": "pro"},
        "anonymous_id": page.evaluate("provider.getVisitorId()"),
    }
    page.evaluate("provider.update({name: 'Bea'}); provider.refresh()")
    messenger.wait_for(lambda: len(messenger.pings) == 2)
    assert (messenger.pings[1].source, messenger.pings[1].user_data["name"]) == ("apiUpdate", "Bea")
    page.evaluate("provider.shutdown()")
    messenger.wait_for(lambda: messenger.leaves)
    page.evaluate("provider.boot({user_id: '8'})")
    messenger.wait_for(lambda: messenger.sockets[-1].contact_id == contact_of("8"))
    assert heard == []


def test_after_a_hard_shutdown_the_script_may_be_loaded_again(
    context: BrowserContext, site: CustomerSite, messenger: MessengerServer
) -> None:
    html = f"<script src='{messenger.widget_url}'></script><script>{REACT}{PACKAGE}</script>"
    site.page("shop", f"<!doctype html>{html}")
    page = context.new_page()
    page.goto(site.url("shop"))
    page.evaluate("provider.boot({user_id: '7'})")
    messenger.wait_for(lambda: messenger.heartbeats)
    page.evaluate("provider.hardShutdown()")
    messenger.wait_for(lambda: [frame.text for frame in messenger.frames][-1] == LEAVE)
    assert page.evaluate("typeof window.Intercom") == "undefined"
    page.evaluate(f"start({{app_id: 'uabc1234', widgetUrl: '{messenger.widget_url}', user_id: '8'}})")
    messenger.wait_for(lambda: messenger.sockets[-1].contact_id == contact_of("8"))
    messenger.wait_for(lambda: len(messenger.open_sockets) == 1)
    assert page.evaluate("Intercom === Porchlight") is True
