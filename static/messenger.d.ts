/** The shapes behind messenger.js: its two records, what it adds to a page, and what it asks of newer browsers. */

declare namespace Embed {
  /** The person whom this page speaks for, from boot to shutdown. */
  interface Person {
    appId: string;
    /** Where the server is: scheme, host and path prefix. */
    base: string;
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
    /** Connections in a row that came to nothing. */
    failures: number;
    needsTicket: boolean;
    /** HTTP 403s in a row. */
    forbidden: number;
  }

  /** What one tab tells the others. */
  interface Word {
    /** hello: who is there? wake: this tab is looked at, beat now. */
    word: "hello" | "here" | "wake" | "bye";
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
