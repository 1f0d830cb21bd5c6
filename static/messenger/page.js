/**
 * The way into the host page: `window.Intercom` and `window.Porchlight`, one function, which takes the place of the
 * loader's stand-in. The last part: here the script starts.
 */

/** App id and server, as this script's own URL tells them. */
function ownUrl() {
  const running = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const urls = Array.from(document.scripts).map((script) => script.src);
  if (running && running.src) urls.unshift(running.src);
  for (const url of urls) {
    const parts = /^(https?:\/\/[^?#]+)\/widget\/([\w-]+)/.exec(url);
    if (parts && baseIn({ api_base: parts[1] })) return { base: parts[1], appId: parts[2] };
  }
  return { base: "", appId: "" };
}

/** @type {Record<string, (...args: any[]) => unknown>} */
const METHODS = { boot, update, shutdown, trackEvent, getVisitorId };

/**
 * `window.Intercom`. A method that it does not know, or not yet, does nothing.
 * @param {string} method
 * @param {unknown[]} args
 */
function Porchlight(method, ...args) {
  try {
    if (Object.prototype.hasOwnProperty.call(METHODS, method)) return METHODS[method](...args);
  } catch (error) {
    // as above
  }
  return undefined;
}
Object.defineProperties(Porchlight, {
  booted: { get: () => person !== null },
  silence: { get: () => silence },
});

/** Take the place of the loader's stand-in; what it was asked is done, then and later. */
function takeOver() {
  // A second copy of this script leaves the first in charge.
  /** @type {Messenger} */
  const api = typeof window.Porchlight === "function" ? window.Porchlight : Porchlight;
  const standIn = window.Intercom;
  window.Intercom = window.Porchlight = api;
  if (window.intercomSettings && !api.booted) api("boot", window.intercomSettings);
  if (!standIn || standIn === api || !Array.isArray(standIn.q)) return;
  const call = safely((/** @type {any} */ asked) => api.apply(null, asked));
  standIn.q.splice(0).forEach(call);
  standIn.q.push = (/** @type {any[]} */ ...calls) => (calls.forEach(call), 0);
}

const own = ownUrl();
safely(takeOver)();
if (!window.intercomSettings && document.readyState === "loading") {
  // Settings may come further down the page.
  document.addEventListener("DOMContentLoaded", safely(() => window.intercomSettings && !person && takeOver()));
}
