/**
 * What every page with dots shares: the socket, the state, and the "last seen" texts that belong
 * to the dots.
 */

import { ServerClock, ago } from "./moments.js";
import { NOBODY, PresenceSocket, applyDiff, paint, watching } from "./presence.js";

const TICK_MS = 5_000;
const LEAVING_MS = 3_000;
const ASK_EVERY = 10;
/** What the server refuses for good, and a proxy for a moment. */
const REFUSALS = [403, 404];
/** What a proxy answers while the server behind it is away. */
const BEHIND_A_PROXY = [502, 504];

let leftAt = -LEAVING_MS;
document.addEventListener("submit", () => (leftAt = performance.now()));

/**
 * @typedef {object} Live
 * @property {ServerClock} clock
 * @property {() => void} watchPage  watch the contacts that are on the page now
 */

/**
 * Keep the dots under `root` alive. `root` tells the workspace, the time zone and the server's
 * clock by its data attributes.
 *
 * @param {HTMLElement} root
 * @param {() => void} [onTurned]  a dot has turned on or off
 * @returns {Live}
 */
export function keepDotsAlive(root, onTurned) {
  const { appId = "", now = "0", timezone = "UTC" } = root.dataset;
  const clock = new ServerClock(Number(now));
  const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long", timeZone: timezone });
  let state = NOBODY;
  let timesTurnedAway = 0;

  /** @type {import("./presence.js").PresenceSocket} */
  const socket = new PresenceSocket(socketUrl(appId), {
    onWatch: () => {
      timesTurnedAway = 0;
      state = watching(state, socket.ids);
    },
    onFrame: (frame) => {
      const next = applyDiff(state, frame);
      state = next.state;
      let hasTurned = false;
      for (const id of next.changed) {
        const presence = state.known.get(id);
        if (!presence) continue;
        if (paint(root, id, presence, (element, seen) => showLastSeen(element, seen, clock, exact))) hasTurned = true;
      }
      if (hasTurned) onTurned?.();
    },
    onLive: (isLive) => root.toggleAttribute("data-paused", !isLive),
    onSignedOut: signInAgain,
    onTurnedAway: async () => {
      // Every page comes back within seconds, just when the server has enough to do: one that answers is not asked
      // each time.
      if (timesTurnedAway++ % ASK_EVERY) return;
      const isOver = await askWhetherOver(appId, clock);
      if (isOver) signInAgain();
      else if (isOver === undefined) timesTurnedAway = 0;
    },
  });
  setInterval(() => document.hidden || tick(root, clock), TICK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || tick(root, clock));
  return { clock, watchPage: () => socket.watch(contactsOn(root)) };
}

/**
 * The ids of the contacts that `root` shows.
 *
 * @param {ParentNode} root
 * @returns {string[]}
 */
export function contactsOn(root) {
  const owners = [...root.querySelectorAll("[data-contact-id]")];
  return [...new Set(owners.map((owner) => owner.getAttribute("data-contact-id") ?? ""))];
}

/**
 * The session is over: the server leads to the sign-in page, and from there back to this one; or it says that
 * whoever looks is no teammate any more. Where it is this page that just signs out, its own form is left to lead on.
 */
export function signInAgain() {
  const wait = leftAt + LEAVING_MS - performance.now();
  if (wait > 0) setTimeout(signInAgain, wait);
  else location.reload();
}

/**
 * Whether an answer to a page's script says that this page is over: nobody is signed in, or it is not for them any
 * more, or what it shows is gone. A 404 says so where it is the server's own: a proxy gives one too while the server
 * behind it is away. Rejects where that one is no JSON.
 *
 * @param {Response} response
 * @returns {Promise<boolean>}
 */
export async function isFarewell(response) {
  if (!REFUSALS.includes(response.status)) return response.status === 401;
  return (await response.json())?.type === "error.list";
}

/**
 * Whether this page is over; undefined where nobody can be asked now. A browser does not tell a page why a
 * socket was refused, but it does tell what else the server answers.
 *
 * @param {string} appId
 * @param {ServerClock} clock
 * @returns {Promise<boolean | undefined>}
 */
async function askWhetherOver(appId, clock) {
  const url = `/apps/${encodeURIComponent(appId)}/users/new?since=${clock.now()}`;
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return BEHIND_A_PROXY.includes(response.status) ? undefined : await isFarewell(response);
  } catch {
    return undefined;
  }
}

/** @param {string} appId */
function socketUrl(appId) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/apps/${encodeURIComponent(appId)}/socket`;
}

/**
 * @param {HTMLTimeElement} element
 * @param {import("./presence.js").Presence} presence
 * @param {ServerClock} clock
 * @param {Intl.DateTimeFormat} exact
 */
function showLastSeen(element, presence, clock, exact) {
  element.dataset.lastSeen = presence.online ? "now" : String(presence.last_seen_at ?? "");
  if (presence.last_seen_at !== null) {
    const moment = new Date(presence.last_seen_at * 1000);
    element.dateTime = moment.toISOString();
    element.title = exact.format(moment);
  }
  refresh(element, clock);
}

/**
 * Time passes: "2 minutes ago" becomes "3 minutes ago".
 *
 * @param {ParentNode} root
 * @param {ServerClock} clock
 */
function tick(root, clock) {
  for (const element of root.querySelectorAll("time[data-last-seen]")) {
    refresh(/** @type {HTMLTimeElement} */ (element), clock);
  }
}

/**
 * @param {HTMLTimeElement} element
 * @param {ServerClock} clock
 */
function refresh(element, clock) {
  const words = lastSeenWords(element.dataset.lastSeen ?? "", clock.now());
  if (element.textContent !== words) element.textContent = words;
}

/**
 * @param {string} lastSeen  "now" for somebody online, Unix seconds, or nothing for never
 * @param {number} now
 */
export function lastSeenWords(lastSeen, now) {
  if (lastSeen === "now") return "just now";
  return lastSeen === "" ? "never" : ago(now - Number(lastSeen));
}
