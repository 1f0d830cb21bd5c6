/**
 * What the browser tells: the page is looked at, hidden, frozen, left, back online. A page that is looked at keeps
 * its web session going, and asks for the next one when its time is up.
 */

const LONG_HIDDEN = 30 * MINUTE;

let listening = false;

function isVisible() {
  return document.visibilityState !== "hidden";
}

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
