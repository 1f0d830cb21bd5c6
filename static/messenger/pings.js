/**
 * Ping: tell the server what the site says about the person, by HTTP. accept() takes the answer, and with it the
 * ticket without which nothing else is sent.
 */

const ANSWER_PATIENCE = 20 * SECOND;

/** Sources of a ping; of several that wait, the last in this list names the ping. */
const SOURCES = ["", "page", "apiUpdate", "apiBoot"];

/** Who somebody is: goes alone where all together is more than a ping may carry. */
const IDENTITY = ["user_id", "email", "user_hash", "intercom_user_jwt"];

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
  // Too much at once costs what is too much, not the dot.
  if (status === 413 && lighten(me)) want(me, source);
  if (status === 410) banish(me, SILENCE[4410]);
  return undefined;
}

/**
 * Forget what is said of somebody beside who it is; returns whether anything was.
 * @param {Person} me
 */
function lighten(me) {
  const rest = Object.keys(me.given).filter((name) => IDENTITY.concat(SETTINGS).indexOf(name) < 0);
  rest.forEach((name) => delete me.given[name]);
  return rest.length > 0;
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
    if (!speaksFor(me)) leaveByHttp(me, answer.ticket);
    return;
  }
  me.pingFailures = 0;
  me.banished = "";
  me.ticket = String(answer.ticket);
  me.socketUrl = String(answer.socket_url || "");
  const beatEvery = Number(answer.heartbeat_seconds) * SECOND;
  me.beatEvery = beatEvery >= 100 && beatEvery <= 60 * MINUTE ? beatEvery : 30 * SECOND;
  noteSession(me, user, answer.now);
  silence = stream && !stream.leading ? SILENCE.following : "";
  if (me.contactId !== String(user.id)) {
    part("bye");
    me.contactId = String(user.id);
  }
  join();
  if (stream && stream.leading && stream.needsTicket) connect();
  sendEvents(me);
}
