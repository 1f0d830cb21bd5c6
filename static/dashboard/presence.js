/**
 * The green dots. State is plain and pure: `watching` and `applyDiff` take a state and return the
 * next one. `PresenceSocket` brings the frames, `paint` puts the state on the page; neither knows
 * the other.
 *
 * The server answers each watch with a snapshot of all watched contacts, and then sends changes.
 * What arrives between a watch and its snapshot belongs to an earlier watch, and is older than the
 * snapshot: it is left out.
 */

/** @typedef {{online: boolean, last_seen_at: number | null}} Presence */
/** @typedef {{type: "presence", contacts: Record<string, Presence>}} PresenceFrame */
/**
 * @typedef {object} State
 * @property {ReadonlySet<string>} watched
 * @property {boolean} awaitsSnapshot
 * @property {ReadonlyMap<string, Presence>} known
 */

/** @type {State} */
export const NOBODY = { watched: new Set(), awaitsSnapshot: false, known: new Map() };

/**
 * The state of a page that has just asked to watch `ids`.
 *
 * @param {State} state
 * @param {Iterable<string>} ids
 * @returns {State}
 */
export function watching(state, ids) {
  const watched = new Set(ids);
  const known = new Map([...state.known].filter(([id]) => watched.has(id)));
  return { watched, awaitsSnapshot: watched.size > 0, known };
}

/**
 * The state after `frame`, and the ids of those whose presence is another than before.
 *
 * @param {State} state
 * @param {PresenceFrame} frame
 * @returns {{state: State, changed: string[]}}
 */
export function applyDiff(state, frame) {
  const isSnapshot = [...state.watched].every((id) => id in frame.contacts);
  if (state.awaitsSnapshot && !isSnapshot) return { state, changed: [] };
  const known = new Map(state.known);
  /** @type {string[]} */
  const changed = [];
  for (const [id, presence] of Object.entries(frame.contacts)) {
    if (!state.watched.has(id) || isSame(known.get(id), presence)) continue;
    known.set(id, presence);
    changed.push(id);
  }
  return { state: { watched: state.watched, awaitsSnapshot: false, known }, changed };
}

/**
 * @param {Presence | undefined} one
 * @param {Presence} other
 */
function isSame(one, other) {
  return one !== undefined && one.online === other.online && one.last_seen_at === other.last_seen_at;
}

/**
 * Whether what came is a frame that this page understands.
 *
 * @param {unknown} frame
 * @returns {frame is PresenceFrame}
 */
export function isPresenceFrame(frame) {
  if (typeof frame !== "object" || frame === null) return false;
  const { type, contacts } = /** @type {Record<string, unknown>} */ (frame);
  return type === "presence" && typeof contacts === "object" && contacts !== null;
}

/**
 * Put one contact's presence on every dot of it under `root`, and tell whether any had to turn. Nothing else on the
 * page changes, and a dot that shows it already is not touched.
 *
 * @param {ParentNode} root
 * @param {string} id
 * @param {Presence} presence
 * @param {(element: HTMLTimeElement, presence: Presence) => void} paintLastSeen
 */
export function paint(root, id, presence, paintLastSeen) {
  const name = presence.online ? "Online" : "Offline";
  let hasTurned = false;
  for (const owner of root.querySelectorAll(`[data-contact-id="${CSS.escape(id)}"]`)) {
    for (const dot of owner.querySelectorAll("[data-online]")) {
      if (dot.getAttribute("data-online") === String(presence.online)) continue;
      dot.setAttribute("data-online", String(presence.online));
      dot.setAttribute("aria-label", name);
      dot.setAttribute("title", name);
      hasTurned = true;
    }
    for (const element of owner.querySelectorAll("time[data-last-seen]")) {
      paintLastSeen(/** @type {HTMLTimeElement} */ (element), presence);
    }
  }
  return hasTurned;
}

/** What browsers call the end of a socket that was never closed. */
const BROKEN = 1006;
/** Codes after which coming back helps nobody: a frame of ours was wrong, or we may not look any more. */
const BAD_FRAME = 4400;
const SIGNED_OUT = 4401;
const REFUSED = 4403;

const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 3500;
const ASK_EVERY_MS = 20_000;
const ANSWER_MS = 10_000;

/**
 * The dashboard's socket: keeps itself open, comes back within 5 s of a break, and watches again.
 *
 * Where nothing changes, nothing comes, so a path that died without a word would look as quiet as a good one.
 * Therefore it watches anew from time to time, which the server answers with a snapshot.
 */
export class PresenceSocket {
  /**
   * @param {string} url
   * @param {object} handlers
   * @param {(frame: PresenceFrame) => void} handlers.onFrame
   * @param {() => void} handlers.onWatch  a watch was sent: a snapshot will follow
   * @param {(isLive: boolean) => void} handlers.onLive  whether changes arrive at the moment
   * @param {() => void} handlers.onSignedOut
   * @param {() => void} handlers.onTurnedAway  it did not even open: no server, or one that refuses
   */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    /** @type {string[]} */
    this.ids = [];
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.pause = undefined;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.answer = undefined;
    this.isDone = false;
    setInterval(() => this.#ask(), ASK_EVERY_MS);
    addEventListener("online", () => this.#reopen());
    addEventListener("pageshow", (event) => event.persisted && this.open());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) return;
      this.#ask();
      this.open();
    });
  }

  /**
   * Watch `ids`, and those only, from now on.
   *
   * @param {string[]} ids
   */
  watch(ids) {
    this.ids = ids;
    this.#ask();
    this.open();
  }

  /** Open the socket, if it is not open or about to be. */
  open() {
    if (this.isDone || this.socket) return;
    clearTimeout(this.pause);
    /** @type {WebSocket} */
    let socket;
    try {
      socket = new WebSocket(this.url);
    } catch {
      return this.handlers.onLive(false); // forbidden here; the rest of the page works without
    }
    this.socket = socket;
    this.#awaitFrame(socket);
    let hasOpened = false;
    socket.onopen = () => {
      hasOpened = true;
      this.#sendWatch(socket);
    };
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = (event) => {
      this.#closed(event.code);
      if (!hasOpened) this.handlers.onTurnedAway();
    };
  }

  /** See whether an open socket still answers. */
  #ask() {
    if (this.socket?.readyState === WebSocket.OPEN) this.#sendWatch(this.socket);
  }

  /** What was open is probably dead: another network. */
  #reopen() {
    if (this.socket) this.#drop(this.socket);
    this.open();
  }

  /**
   * Closing politely would wait for the other side.
   *
   * @param {WebSocket} socket
   */
  #drop(socket) {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#closed(BROKEN);
  }

  /** @param {WebSocket} socket */
  #awaitFrame(socket) {
    this.answer ??= setTimeout(() => this.#drop(socket), ANSWER_MS);
  }

  #heard() {
    clearTimeout(this.answer);
    this.answer = undefined;
  }

  /** @param {WebSocket} socket */
  #sendWatch(socket) {
    this.#awaitFrame(socket);
    socket.send(JSON.stringify({ type: "watch", ids: this.ids }));
    this.handlers.onWatch();
    this.handlers.onLive(true);
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#heard();
    const frame = JSON.parse(String(data));
    if (isPresenceFrame(frame)) this.handlers.onFrame(frame);
  }

  /** @param {number} code */
  #closed(code) {
    this.#heard();
    this.socket = null;
    this.handlers.onLive(false);
    if (code === BAD_FRAME || code === SIGNED_OUT || code === REFUSED) this.isDone = true;
    if (code === SIGNED_OUT || code === REFUSED) this.handlers.onSignedOut();
    if (this.isDone) return;
    const milliseconds = SHORTEST_PAUSE_MS + Math.random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS);
    this.pause = setTimeout(() => this.open(), milliseconds);
  }
}
