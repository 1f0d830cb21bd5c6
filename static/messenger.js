/**
 * Porchlight's messenger. boot() and update() gather facts, ping() tells them, join() makes the browser's tabs one
 * stream, beat() says "still here". messenger.d.ts explains more, to keep this light: pages load it.
 */
(function () {
  "use strict";

  /** Every reason to send nothing. */
  const SILENCE = {
    unbooted: "not booted",
    homeless: "app_id or server unknown: load the script from /widget/<app_id>",
    prerendered: "prerendered: nobody looks at the page yet",
    unnamed: "an event needs a name",
    refused: "the server refused the ping: ",
    unreachable: "server out of reach: trying again by and by",
    following: "another tab beats for this one",
    away: "the page is frozen, or was left",
    4400: "not understood by the server (4400)",
    4403: "turned away by the server (4403)",
    4410: "the contact was deleted (4410)",
  };

  /** Settings of the messenger: no attributes of the person, never sent. */
  const SETTINGS = (
    "app_id appId api_base region installation_type anonymous_id " +
    "hide_default_launcher hide_notifications last_request_at alignment vertical_padding horizontal_padding " +
    "custom_launcher_selector action_color background_color link_color session_duration language_override " +
    "z_index theme_mode messenger_style_id auth_tokens page_title"
  ).split(" ");

  const BEAT = '{"type":"heartbeat"}';
  const HIDDEN_BEAT = '{"type":"heartbeat","visible":false}';
  const LEAVE = '{"type":"leave"}';

  const SECOND = 1000;
  const MINUTE = 60 * SECOND;
  const DAY = 24 * 60 * MINUTE;
  const ACK_PATIENCE = 10 * SECOND;
  const ANSWER_PATIENCE = 20 * SECOND;
  const LONG_HIDDEN = 30 * MINUTE;
  /** Browsers let a hidden tab's timers run once a minute. */
  const THROTTLE = 61 * SECOND;
  const EVENTS_KEPT = 100;

  /** Sources of a ping; of several that wait, the last in this list names the ping. */
  const SOURCES = ["", "page", "apiUpdate", "apiBoot"];

  /** @typedef {Embed.Person} Person */
  /** @typedef {Embed.Stream} Stream */

  /** @type {Person | null} */
  let person = null;
  /** @type {Stream | null} */
  let stream = null;
  /** @type {WebSocket | null} */
  let socket = null;
  let silence = SILENCE.unbooted;
  let away = false;
  let listening = false;
  /** @type {Record<string, number>} */
  const timers = {};

  // --- small things

  /**
   * The same deed, unable to throw into the host page.
   * @template {unknown[]} A
   * @param {(...args: A) => unknown} deed
   * @returns {(...args: A) => void}
   */
  function safely(deed) {
    return function (...args) {
      try {
        deed(...args);
      } catch (error) {
        // Never into the host page.
      }
    };
  }

  /**
   * Do a deed later; a timer of the same name is replaced.
   * @param {string} name
   * @param {number} milliseconds
   * @param {() => unknown} deed
   */
  function after(name, milliseconds, deed) {
    cancel(name);
    timers[name] = window.setTimeout(function () {
      delete timers[name];
      safely(deed)();
    }, milliseconds);
  }

  /** @param {string[]} names */
  function cancel(...names) {
    names.forEach(function (name) {
      window.clearTimeout(timers[name]);
      delete timers[name];
    });
  }

  /**
   * A random wait, up to 20 s at first: a server comes back to a drizzle, not a flood.
   * @param {number} failures
   */
  function backoff(failures) {
    return Math.random() * Math.min(2 * MINUTE, 20 * SECOND * Math.pow(2, failures - 1));
  }

  function randomId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
  }

  /**
   * What JSON can carry of a value, dates as Unix seconds; undefined: nothing.
   * @param {any} value
   * @param {unknown[]} [within] the objects around it
   * @returns {any}
   */
  function carried(value, within = []) {
    if (typeof value === "string") return value.replace(/[\0\ud800-\udfff]/gu, "\ufffd"); // lone surrogates
    if (value === null || typeof value === "boolean") return value;
    if (typeof value === "number") return isFinite(value) ? value : undefined;
    if (typeof value !== "object" || within.length > 5 || within.indexOf(value) >= 0) return undefined;
    try {
      if (value instanceof Date) return carried(Math.floor(value.getTime() / 1000));
      const inside = within.concat([value]);
      if (typeof value.toJSON === "function") return carried(value.toJSON(), inside);
      if (Array.isArray(value)) {
        return value.map((item) => carried(item, inside)).filter((item) => item !== undefined);
      }
      if (Object.prototype.toString.call(value) !== "[object Object]") return undefined;
      /** @type {Record<string, unknown>} */
      const copy = {};
      Object.keys(value).forEach(
        safely(function (/** @type {string} */ key) {
          const item = carried(value[key], inside);
          if (item !== undefined) copy[key] = item;
        }),
      );
      return copy;
    } catch (error) {
      return undefined; // a proxy or getter that throws
    }
  }

  /**
   * @param {unknown} value
   * @returns {Record<string, any>}
   */
  function settingsFrom(value) {
    const settings = carried(value);
    return settings && typeof settings === "object" && !Array.isArray(settings) ? settings : {};
  }

  /**
   * A value as text; "" where it means unknown.
   * @param {unknown} value
   */
  function known(value) {
    const text = value === null || value === undefined ? "" : String(value);
    return text === "null" || text === "undefined" ? "" : text;
  }

  /** @param {Record<string, any>} settings */
  function appIdIn(settings) {
    return known(settings.app_id) || known(settings.appId);
  }

  /**
   * Where the settings say the server is. Pages that come from Intercom often still name Intercom's hosts: "".
   * @param {Record<string, any>} settings
   */
  function baseIn(settings) {
    const base = known(settings.api_base);
    const foreign = /^https?:\/\/([^/]*\.)?intercom(cdn)?\.(io|com)(:\d+)?(\/|$)/i.test(base);
    return /^https?:\/\//i.test(base) && !foreign ? base.replace(/\/+$/, "") : "";
  }

  // --- the visitor's id

  /** @param {string} appId */
  function idName(appId) {
    return "porchlight-id-" + encodeURIComponent(appId);
  }

  /**
   * The id of this browser, made if there is none, kept in a cookie and localStorage.
   * @param {string} appId
   */
  function visitorIdOf(appId) {
    const name = idName(appId);
    const id =
      sound(() => (document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1]) ||
      sound(() => localStorage.getItem(name)) ||
      randomId();
    bakeCookie(name, id, 270 * 24 * 60 * 60);
    safely(() => localStorage.setItem(name, id))();
    return id;
  }

  /** @param {() => string | null} read */
  function sound(read) {
    try {
      const id = read() || "";
      return /^[\w-]{8,64}$/.test(id) ? id : "";
    } catch (error) {
      return ""; // storage is blocked
    }
  }

  /** @param {string} appId */
  function forgetVisitor(appId) {
    bakeCookie(idName(appId), "", 0);
    safely(() => localStorage.removeItem(idName(appId)))();
  }

  /**
   * @param {string} name
   * @param {string} value
   * @param {number} seconds 0 removes it
   */
  function bakeCookie(name, value, seconds) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    const crumbs = `; path=/; max-age=${seconds}; samesite=lax${secure}`;
    safely(() => (document.cookie = `${name}=${value}${crumbs}${widestDomain()}`))();
  }

  /** The widest domain that holds a cookie: example.com of shop.example.com. */
  function widestDomain() {
    const labels = location.hostname.split(".");
    for (let first = labels.length - 2; first >= 0; first--) {
      const domain = "; path=/; domain=" + labels.slice(first).join(".");
      document.cookie = "porchlight-probe=1" + domain;
      if (document.cookie.indexOf("porchlight-probe=1") >= 0) {
        document.cookie = "porchlight-probe=; max-age=0" + domain;
        return domain;
      }
    }
    return "";
  }

  // --- ping: facts, by HTTP

  /**
   * POST as a page may to other origins without a preflight; no cookies.
   * @param {Person} me
   * @param {string} path
   * @param {string | URLSearchParams} body text goes as text/plain
   * @returns {Promise<Response>} of status 0 where there is no answer
   */
  function post(me, path, body) {
    const abort = new AbortController();
    const patience = window.setTimeout(() => abort.abort(), ANSWER_PATIENCE);
    /** @type {Promise<Response>} */
    const answer = new Promise(function (resolve) {
      const keepalive = String(body).length < 30000; // browsers cap what may outlive its page
      resolve(fetch(me.base + path, { method: "POST", body, credentials: "omit", keepalive, signal: abort.signal }));
    });
    return answer.catch(() => Response.error()).finally(() => window.clearTimeout(patience));
  }

  /**
   * Ask for a ping. What is asked in one go travels as one; one is under way at most, and four go a second.
   * @param {"page" | "apiUpdate" | "apiBoot"} source
   */
  function ping(source) {
    const me = person;
    if (!me || (me.banished && source === "page")) return;
    want(me, source);
    Promise.resolve().then(safely(() => sendPing(me)));
  }

  /**
   * @param {Person} me
   * @param {string} source
   */
  function want(me, source) {
    if (SOURCES.indexOf(source) > SOURCES.indexOf(me.wanted)) me.wanted = source;
  }

  /** @param {Person} me */
  function sendPing(me) {
    if (me !== person || !me.wanted || me.pinging || timers.ping) return;
    if (document.prerendering) {
      silence = SILENCE.prerendered;
      document.addEventListener("prerenderingchange", safely(() => sendPing(me)), { once: true });
      return;
    }
    const source = me.wanted;
    const form = new URLSearchParams(telling(me));
    const told = String(form);
    me.wanted = "";
    // An update that says what was just said says nothing.
    if (source === "apiUpdate" && timers.same && told === me.told) return;
    form.set("source", source);
    me.told = told;
    me.pinging = true;
    after("ping", SECOND / 4, () => sendPing(me));
    after("same", SECOND, () => undefined);
    post(me, "/messenger/web/ping", form)
      .then((response) => pingAnswered(me, source, response))
      .catch(() => pingFailed(me, source))
      .then(function () {
        me.pinging = false;
        sendPing(me);
      })
      .catch(() => undefined);
  }

  /**
   * @param {Person} me
   * @returns {Record<string, string>}
   */
  function telling(me) {
    const about = Object.assign({}, me.given);
    SETTINGS.forEach((setting) => delete about[setting]);
    about.anonymous_id = me.visitorId;
    return {
      app_id: me.appId,
      user_data: JSON.stringify(about),
      platform: "web",
      referer: location.href.slice(0, 2048),
      referrer: document.referrer.slice(0, 2048),
      page_title: (known(me.given.page_title) || document.title).slice(0, 1024),
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || "",
    };
  }

  /**
   * @param {Person} me
   * @param {string} source
   * @param {Response} response
   */
  function pingAnswered(me, source, response) {
    const { status } = response;
    if (status === 200) return response.json().then((answer) => accept(me, answer));
    if (status === 0 || status === 408 || status === 429 || status >= 500) return pingFailed(me, source);
    if (me !== person) return undefined;
    me.pingFailures = 0;
    silence = SILENCE.refused + status;
    if (status === 410) banish(me, SILENCE[4410]);
    return undefined;
  }

  /**
   * @param {Person} me
   * @param {string} source
   */
  function pingFailed(me, source) {
    if (me !== person) return;
    want(me, source);
    me.pingFailures += 1;
    cancel("same");
    silence = SILENCE.unreachable;
    after("ping", backoff(me.pingFailures), () => sendPing(me));
  }

  /**
   * @param {Person} me
   * @param {any} answer
   */
  function accept(me, answer) {
    const user = answer.user;
    if (me !== person) {
      // Signed out meanwhile: this ping made the contact online, so take that back.
      if (!person) leaveByHttp(me, answer.ticket);
      return;
    }
    me.pingFailures = 0;
    me.banished = "";
    me.ticket = String(answer.ticket);
    me.socketUrl = String(answer.socket_url || "");
    const beatEvery = Number(answer.heartbeat_seconds) * SECOND;
    me.beatEvery = beatEvery >= 100 && beatEvery <= 60 * MINUTE ? beatEvery : 30 * SECOND;
    noteSession(me, user, answer.now);
    silence = "";
    if (me.contactId !== String(user.id)) {
      part("bye");
      me.contactId = String(user.id);
    }
    join();
    if (stream && stream.leading && stream.needsTicket) connect();
    sendEvents(me);
  }

  /**
   * @param {Person} me
   * @param {any} user
   * @param {unknown} serverNow the server's own time: its clock and ours may differ
   */
  function noteSession(me, user, serverNow) {
    const now = Date.now();
    if (typeof user.session_started_at === "number") {
      const age = (typeof serverNow === "number" ? serverNow * SECOND : now) - user.session_started_at * SECOND;
      me.sessionSince = now - age;
    } else if (user.new_session || !me.sessionSince) {
      me.sessionSince = now;
    }
  }

  /** A ping renews a session that turns 24 hours on a visible page (R10); asked for once in ten minutes. */
  function renewSession() {
    const now = Date.now();
    if (!person || !isVisible() || !person.sessionSince) return;
    if (now - person.sessionSince <= DAY + 2 * SECOND || Math.abs(now - person.renewedAt) < 10 * MINUTE) return;
    person.renewedAt = now;
    ping("page");
  }

  // --- one stream for many tabs

  function isVisible() {
    return document.visibilityState !== "hidden";
  }

  /**
   * Whether any tab of the stream is visible.
   * @param {Stream} mine
   */
  function isAnyVisible(mine) {
    const fresh = Date.now() - 2.5 * mine.me.beatEvery;
    return isVisible() || Array.from(mine.tabs.values()).some((tab) => tab.visible && tab.at > fresh);
  }

  /** Become part of the stream: led by who holds the lock; where there are no locks, by agreement over the channel. */
  function join() {
    const me = person;
    if (!me || !me.contactId || me.banished || stream || away) return;
    const now = Date.now();
    const mine = (stream = {
      me,
      id: randomId(),
      name: `porchlight:${me.appId}:${me.contactId}`,
      channel: null,
      tabs: new Map(),
      leading: false,
      leaderAt: now,
      tickedAt: now,
      turn: null,
      yieldTurn: function () {},
      saidVisible: false,
      owing: false,
      byHttp: false,
      beating: false,
      everAcked: false,
      unheard: 0,
      failures: 0,
      unanswered: 0,
      needsTicket: false,
      renewals: 0,
    });
    silence = SILENCE.following;
    after("tick", me.beatEvery, tick);
    try {
      mine.channel = new BroadcastChannel(mine.name);
      mine.channel.onmessage = safely((event) => hear(mine, event.data));
    } catch (error) {
      return lead(mine);
    }
    say("hello");
    if (navigator.locks) standForLock(mine, false);
    else after("elect", 200, () => lead(mine));
  }

  /**
   * @param {Stream} mine
   * @param {boolean} steal from a leader that fell silent
   */
  function standForLock(mine, steal) {
    mine.yieldTurn();
    const turn = (mine.turn = {});
    const abort = new AbortController();
    mine.yieldTurn = () => abort.abort();
    navigator.locks
      .request(mine.name, steal ? { steal } : { signal: abort.signal }, function () {
        if (mine.turn !== turn) return undefined;
        safely(lead)(mine);
        return new Promise((resolve) => (mine.yieldTurn = () => resolve(undefined)));
      })
      .catch(
        safely(function (error) {
          if (stream !== mine || mine.turn !== turn) return;
          if (error.name !== "AbortError") return lead(mine); // no locks here
          follow(mine); // stolen
          standForLock(mine, false);
        }),
      );
  }

  /** @param {Stream} mine */
  function lead(mine) {
    if (stream !== mine || mine.leading) return;
    cancel("elect");
    silence = "";
    mine.leading = true;
    say("here");
    connect();
  }

  /** @param {Stream} mine */
  function follow(mine) {
    hangUp();
    mine.leading = false;
    mine.byHttp = false;
    mine.leaderAt = Date.now();
    silence = SILENCE.following;
  }

  /**
   * Step out of the stream: the next tab leads at once. To the server it is mere silence.
   * @param {string} word
   */
  function part(word) {
    const mine = stream;
    if (!mine) return;
    say(word);
    hangUp();
    cancel("tick", "elect");
    stream = null;
    mine.turn = null;
    mine.yieldTurn();
    const { channel } = mine;
    // Who signs out hears for a moment whether the others do too.
    if (channel && word === "out") window.setTimeout(() => channel.close(), SECOND);
    else if (channel) channel.close();
  }

  /**
   * The stream must not come back by itself.
   * @param {Person} me
   * @param {string} reason
   */
  function banish(me, reason) {
    me.banished = silence = reason;
    part("bye");
  }

  /**
   * Tell the other tabs.
   * @param {string} word
   */
  function say(word) {
    if (!stream || !stream.channel) return;
    const { id, leading, channel } = stream;
    safely(() => channel.postMessage({ word, id, leading, visible: isVisible() }))();
  }

  /**
   * @param {Stream} mine
   * @param {Embed.Word} said
   */
  function hear(mine, said) {
    const gone = said.word === "bye" || said.word === "out";
    if (gone) mine.tabs.delete(said.id);
    else mine.tabs.set(said.id, { visible: said.visible, at: Date.now() });
    if (stream !== mine) {
      // Signed out all at once, each sure that another goes on: who hears the last one go leaves.
      if (said.word === "out" && !person && !mine.tabs.size) leaveByHttp(mine.me, mine.me.ticket);
      return;
    }
    if (gone) {
      if (said.leading && !navigator.locks) after("elect", Math.random() * 300, () => lead(mine));
      return;
    }
    if (said.leading) {
      mine.leaderAt = Date.now();
      cancel("elect");
      // Two that lead without locks: the smaller id stays.
      if (mine.leading && !navigator.locks) {
        if (said.id < mine.id) follow(mine);
        else say("here");
      }
    }
    if (said.word === "hello") say("here");
    if (mine.leading && (said.word === "wake" || isAnyVisible(mine) > mine.saidVisible)) beat();
  }

  /** The regular round of every tab: the leader beats, the followers see whether it still does. */
  function tick() {
    const mine = stream;
    if (!mine) return;
    after("tick", mine.me.beatEvery, tick);
    say("here");
    if (!mine.leading) overtake(mine);
    else if (hasSlept(mine)) reconnect(0);
    else beat();
    renewSession();
    sendEvents(mine.me);
  }

  /**
   * Lead instead of a leader that fell silent: stuck, or throttled while this tab is looked at.
   * @param {Stream} mine
   */
  function overtake(mine) {
    const silent = Date.now() - mine.leaderAt - mine.me.beatEvery;
    if (!navigator.locks && silent > (isVisible() ? 0.4 * mine.me.beatEvery : THROTTLE)) lead(mine);
    else if (navigator.locks && isVisible() && silent > 0.4 * mine.me.beatEvery) standForLock(mine, true);
  }

  /**
   * Whether the machine slept since this was last asked.
   * @param {Stream} mine
   */
  function hasSlept(mine) {
    const passed = Date.now() - mine.tickedAt;
    mine.tickedAt += passed;
    return passed > mine.me.beatEvery + (isVisible() ? mine.me.beatEvery : THROTTLE);
  }

  // --- beat: "still here"

  /** Beat now; within a second of the last heartbeat, when that second is over. */
  function beat() {
    const mine = stream;
    if (!mine || !mine.leading) return;
    if (timers.calm) {
      mine.owing = true;
      return;
    }
    const open = openSocket();
    if (!open && !mine.byHttp) return; // the next socket beats as soon as it is open
    after("calm", SECOND, function () {
      if (mine.owing) beat();
    });
    mine.owing = false;
    mine.saidVisible = isAnyVisible(mine);
    if (!open) return beatByHttp(mine);
    open.send(mine.saidVisible ? BEAT : HIDDEN_BEAT);
    if (!timers.ack) after("ack", ACK_PATIENCE, () => unacknowledged(mine));
  }

  function openSocket() {
    return socket && socket.readyState === 1 ? socket : null;
  }

  /** The leader opens its socket. */
  function connect() {
    const mine = stream;
    if (!mine || !mine.leading) return;
    hangUp();
    mine.needsTicket = false;
    /** @type {WebSocket} */
    let mySocket;
    let opened = false;
    try {
      mySocket = socket = new WebSocket(socketUrl(mine.me));
    } catch (error) {
      return lost(mine, 0, false);
    }
    after("open", ACK_PATIENCE, () => lost(mine, 0, false));
    mySocket.onopen = safely(function () {
      if (socket !== mySocket) return;
      opened = true;
      silence = "";
      cancel("open", "calm");
      beat();
    });
    mySocket.onmessage = safely(function (event) {
      if (socket !== mySocket || JSON.parse(event.data).type !== "ack") return; // conversations come later
      cancel("ack");
      mine.byHttp = false;
      mine.everAcked = true;
      mine.unheard = mine.failures = mine.renewals = 0;
    });
    // A socket that the page's policy forbids ends with an error alone.
    mySocket.onerror = safely(() => socket === mySocket && !opened && lost(mine, 0, false));
    mySocket.onclose = safely((event) => socket === mySocket && lost(mine, event.code, opened));
  }

  /** @param {Person} me */
  function socketUrl(me) {
    const url = new URL(me.socketUrl || "/messenger/socket", me.base + "/");
    const secure = url.protocol === "wss:" || me.base.indexOf("https:") === 0;
    url.protocol = secure ? "wss:" : "ws:";
    url.searchParams.set("ticket", me.ticket);
    return url.href;
  }

  /** Close the socket and wait for nothing more. */
  function hangUp() {
    const old = socket;
    socket = null;
    cancel("socket", "open", "ack", "calm");
    if (old) safely(() => old.close(1000))();
  }

  /** @param {number} milliseconds */
  function reconnect(milliseconds) {
    hangUp();
    after("socket", milliseconds, connect);
  }

  /**
   * No ack: a new socket within a second. Where none ever comes, something on the way swallows frames.
   * @param {Stream} mine
   */
  function unacknowledged(mine) {
    mine.unheard += 1;
    if (mine.unheard > 3) return lost(mine, 0, false);
    reconnect(Math.random() * 0.8 * SECOND);
    mine.byHttp = mine.unheard > 1;
    beat();
  }

  /**
   * What follows the end of a socket.
   * @param {Stream} mine
   * @param {number} code
   * @param {boolean} opened false: it never came to be
   */
  function lost(mine, code, opened) {
    hangUp();
    if (code === 4400 || code === 4403 || code === 4410) return banish(mine.me, SILENCE[code]);
    mine.failures += 1;
    silence = SILENCE.unreachable;
    if (code === 4401) return renewTicket(mine);
    if (opened) return reconnect(backoff(mine.failures));
    // Blocked, a bad ticket, or no server: an HTTP heartbeat finds out; spread out where many may have lost it at once.
    mine.byHttp = true;
    reconnect(mine.everAcked ? backoff(mine.failures) : Math.min(60, 5 * Math.pow(2, mine.failures - 1)) * MINUTE);
    after("tick", Math.random() * (mine.everAcked ? Math.min(20 * SECOND, mine.me.beatEvery / 2) : SECOND / 2), tick);
  }

  /**
   * The ticket is worth nothing any more: a ping brings a new one.
   * @param {Stream} mine
   */
  function renewTicket(mine) {
    mine.byHttp = false;
    mine.needsTicket = true;
    mine.renewals += 1;
    after("socket", backoff(mine.renewals), () => ping("page"));
  }

  /** @param {Stream} mine */
  function beatByHttp(mine) {
    if (mine.beating) return;
    mine.beating = true;
    const body = JSON.stringify({ ticket: mine.me.ticket, visible: mine.saidVisible });
    post(mine.me, "/messenger/heartbeat", body).then(
      safely(function ({ status }) {
        mine.beating = false;
        if (stream === mine && mine.leading && !openSocket()) heardByHttp(mine, status);
      }),
    );
  }

  /**
   * @param {Stream} mine
   * @param {number} status
   */
  function heardByHttp(mine, status) {
    if (status >= 200 && status < 300) {
      mine.unanswered = mine.renewals = 0;
      silence = "";
    } else if (status === 410 || (status === 403 && mine.renewals)) {
      banish(mine.me, status === 410 ? SILENCE[4410] : SILENCE[4403]);
    } else if (status === 401 || status === 403) {
      renewTicket(mine);
    } else {
      // No server: sockets are not to blame.
      silence = SILENCE.unreachable;
      mine.unanswered += 1;
      reconnect(backoff(mine.unanswered));
      after("tick", backoff(mine.unanswered), tick);
    }
  }

  /**
   * @param {Person} me
   * @param {string} ticket
   */
  function leaveByHttp(me, ticket) {
    post(me, "/messenger/heartbeat", JSON.stringify({ ticket, leave: true }));
  }

  // --- what the browser tells

  /** The page is looked at, or was woken. */
  function wake() {
    const mine = stream;
    const me = person;
    if (!me) return;
    if (isVisible()) {
      const hiddenFor = me.hiddenSince ? Date.now() - me.hiddenSince : 0;
      me.hiddenSince = 0;
      if (hiddenFor >= LONG_HIDDEN) ping("page");
      renewSession();
    } else if (!me.hiddenSince) {
      me.hiddenSince = Date.now();
    }
    if (!mine) return join();
    if (!mine.leading) return say(isVisible() ? "wake" : "here");
    if (hasSlept(mine)) return reconnect(0);
    if (isVisible()) beat();
  }

  function goAway() {
    part("bye");
    away = true;
    if (person) silence = SILENCE.away;
  }

  function comeBack() {
    away = false;
    wake();
  }

  /** The network is back: what was open is probably dead. */
  function backOnline() {
    const me = person;
    const soon = Math.random() * 0.5 * SECOND;
    if (me && me.pingFailures) after("ping", soon, () => sendPing(me));
    if (stream && stream.leading && !stream.needsTicket) reconnect(soon);
    else if (stream && stream.leading) after("socket", soon, () => ping("page"));
  }

  function listen() {
    if (listening) return;
    listening = true;
    document.addEventListener("visibilitychange", safely(wake));
    document.addEventListener("freeze", safely(goAway));
    document.addEventListener("resume", safely(comeBack));
    window.addEventListener("focus", safely(wake));
    window.addEventListener("online", safely(backOnline));
    window.addEventListener("pagehide", safely(goAway));
    window.addEventListener("pageshow", safely((event) => event.persisted && comeBack()));
  }

  // --- what the site calls

  /**
   * @param {unknown} given
   */
  function boot(given) {
    const settings = settingsFrom(given || window.intercomSettings);
    if (person) return change(settings, "apiBoot");
    const appId = appIdIn(settings) || own.appId;
    const base = baseIn(settings) || own.base;
    if (!appId || !base) {
      silence = SILENCE.homeless;
      return;
    }
    person = {
      appId,
      base,
      visitorId: visitorIdOf(appId),
      given: settings,
      fromPage: !given || given === window.intercomSettings,
      wanted: "",
      told: "",
      pinging: false,
      pingFailures: 0,
      contactId: "",
      ticket: "",
      socketUrl: "",
      beatEvery: 30 * SECOND,
      sessionSince: 0,
      renewedAt: 0,
      hiddenSince: isVisible() ? 0 : Date.now(),
      banished: "",
      events: [],
      sendingEvent: false,
    };
    listen();
    ping("apiBoot");
  }

  /** @param {unknown} [given] */
  function update(given) {
    // Settings left by someone who signed out must not name the next person.
    if (person) return change(settingsFrom(given || (person.fromPage && window.intercomSettings)), "apiUpdate");
    if (appIdIn(settingsFrom(given))) boot(given);
  }

  /**
   * @param {Record<string, any>} settings
   * @param {"apiUpdate" | "apiBoot"} source
   */
  function change(settings, source) {
    const me = person;
    if (!me) return;
    const appId = appIdIn(settings);
    const was = known(me.given.user_id);
    const is = known(settings.user_id);
    if ((appId && appId !== me.appId) || (was && is && was !== is)) {
      // Another person: nothing of the former may stick to this one.
      shutdown();
      boot(Object.assign({ app_id: me.appId, api_base: me.base }, settings));
      if (person) person.fromPage = me.fromPage;
      return;
    }
    Object.assign(me.given, settings);
    ping(source);
  }

  /** Sign out: leave, unless other tabs go on, and forget who it was. */
  function shutdown() {
    const me = person;
    const mine = stream;
    if (!me) return;
    const long = Date.now() - me.beatEvery - THROTTLE;
    const others = mine && Array.from(mine.tabs.values()).some((tab) => tab.at > long);
    if (me.ticket && !me.banished && !others) {
      const open = openSocket();
      if (open) open.send(LEAVE);
      else leaveByHttp(me, me.ticket);
    }
    part("out");
    person = null;
    silence = SILENCE.unbooted;
    cancel(...Object.keys(timers));
    forgetVisitor(me.appId);
  }

  /**
   * @param {unknown} name
   * @param {unknown} metadata
   */
  function trackEvent(name, metadata) {
    if (!person) return;
    if (!known(name)) {
      silence = SILENCE.unnamed;
      return;
    }
    const now = Math.floor(Date.now() / SECOND);
    person.events.push([known(name), JSON.stringify(settingsFrom(metadata)), String(now)]);
    person.events.splice(0, person.events.length - EVENTS_KEPT);
    sendEvents(person);
  }

  /** @param {Person} me */
  function sendEvents(me) {
    if (me !== person || !me.ticket || me.sendingEvent || !me.events.length) return;
    const event = me.events[0];
    const [event_name, metadata, created_at] = event;
    me.sendingEvent = true;
    const form = new URLSearchParams({ app_id: me.appId, ticket: me.ticket, event_name, metadata, created_at });
    post(me, "/messenger/web/events", form).then(
      safely(function ({ status }) {
        me.sendingEvent = false;
        // Kept for the next round, or for the next ticket.
        if (status === 401) return after("events", backoff(1), () => ping("page"));
        if (status === 0 || status === 429 || status >= 500) return;
        if (me.events[0] === event) me.events.shift();
        sendEvents(me);
      }),
    );
  }

  function getVisitorId() {
    return person ? person.visitorId : undefined;
  }

  // --- into the page

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
})();
