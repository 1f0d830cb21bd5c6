/**
 * "Still here": the leading tab's heartbeats, over a WebSocket, or by HTTP where sockets are blocked; and what
 * follows when either fails.
 */

const BEAT = '{"type":"heartbeat"}';
const HIDDEN_BEAT = '{"type":"heartbeat","visible":false}';
const LEAVE = '{"type":"leave"}';

const ACK_PATIENCE = 10 * SECOND;

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
