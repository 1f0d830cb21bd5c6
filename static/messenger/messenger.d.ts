/**
 * How the messenger hangs together, and the shapes behind it. The script itself is kept short: every page loads it.
 *
 * It is written in parts, the files beside this one, and loaded as one: app/messenger/script.py joins them within one
 * function, so that they share their names, and the page does not. It also says in which order.
 *
 *   person.js       boot() and update() gather what the site says about the person; shutdown() says good-bye, unless
 *                   other tabs go on, and forgets who it was. settings.js reads what they are given, visitor.js keeps
 *                   the browser's id, events.js what trackEvent() is told
 *   pings.js        ping() tells the server (HTTP) and brings back a ticket; accept() takes the answer
 *   tabs.js         join() makes this tab part of the one stream that this browser keeps for that person. One tab leads,
 *                   the others follow. A Web Lock says who leads, and who is next, even after a crash. Pages by plain
 *                   http have no locks: there the tabs agree over a BroadcastChannel, by which followers also tell the
 *                   leader whether they are visible. Without a channel each tab has a stream of its own
 *   heartbeats.js   beat(): the leader says "still here", over a WebSocket, or by HTTP where sockets are blocked.
 *                   connect() opens the socket, lost() decides by its close code what follows
 *   visibility.js   wake(), goAway(): what the browser tells: looked at, hidden, frozen, left, back online
 *   page.js         the way into the host page. state.js and timers.js are what all of them stand on
 *
 * It never throws into the host page, writes nothing to its console, and adds one global beside `Intercom`:
 * `Porchlight`, the same function. `Porchlight.silence` says why nothing is sent: each reason has its sentence there.
 * Timers bear names; what is still to come is told by whether its timer runs.
 */

declare namespace Embed {
  /** The person whom this page speaks for, from boot to shutdown. */
  interface Person {
    appId: string;
    /** Where the server is: scheme, host and path prefix. */
    base: string;
    /** The id of this browser: in a cookie of the widest domain that holds one, in localStorage, or in memory. */
    visitorId: string;
    /** All that boot and update were told. */
    given: Record<string, any>;
    /** Booted from window.intercomSettings: a bare update reads them again. */
    fromPage: boolean;
    /** The source of the ping that waits to be sent, or "". */
    wanted: string;
    /** What the last ping said. */
    told: string;
    /** A ping is under way. */
    pinging: boolean;
    pingFailures: number;
    /** "" until the first ping is answered. */
    contactId: string;
    ticket: string;
    socketUrl: string;
    /** Milliseconds from heartbeat to heartbeat. */
    beatEvery: number;
    /** When the session began, by this machine's clock; 0: unknown. */
    sessionSince: number;
    /** When a new session was last asked for. */
    renewedAt: number;
    /** 0 while the page is visible. */
    hiddenSince: number;
    /** Why this contact's stream must not come back by itself, or "". */
    banished: string;
    /** Name, metadata, time: what trackEvent keeps until it can be sent. */
    events: string[][];
    sendingEvent: boolean;
  }

  /** This tab's part in the browser's one stream for a contact. */
  interface Stream {
    me: Person;
    /** This tab. */
    id: string;
    name: string;
    channel: BroadcastChannel | null;
    /** The other tabs, as last heard. */
    tabs: Map<string, { visible: boolean; at: number }>;
    leading: boolean;
    /** When the leader was last heard. */
    leaderAt: number;
    tickedAt: number;
    /** The request for the lock that counts. */
    turn: object | null;
    /** Gives the lock back, or stops asking for it. */
    yieldTurn: () => void;
    /** What the last heartbeat said. */
    saidVisible: boolean;
    /** News waits until a second has passed since the last heartbeat. */
    owing: boolean;
    /** Sockets seem blocked. */
    byHttp: boolean;
    /** An HTTP heartbeat is under way. */
    beating: boolean;
    everAcked: boolean;
    /** Sockets in a row that were not acknowledged. */
    unheard: number;
    /** Sockets in a row that came to nothing. */
    failures: number;
    /** HTTP heartbeats in a row that no server answered. */
    unanswered: number;
    needsTicket: boolean;
    /** New tickets asked for since one last worked. */
    renewals: number;
  }

  /** What one tab tells the others. */
  interface Word {
    /** hello: who is there? wake: looked at, beat now. bye: closed or frozen. out: signed out. */
    word: "hello" | "here" | "wake" | "bye" | "out";
    id: string;
    leading: boolean;
    visible: boolean;
  }
}

interface Messenger {
  (method: string, ...args: unknown[]): unknown;
  readonly booted?: boolean;
  /** Why nothing is sent; "" while the messenger beats. */
  readonly silence?: string;
  /** Calls that a loader's stand-in keeps until the messenger is there. */
  q?: unknown[];
}

interface Window {
  Intercom?: Messenger;
  Porchlight?: Messenger;
  intercomSettings?: Record<string, unknown>;
}

interface Document {
  readonly prerendering?: boolean;
}
