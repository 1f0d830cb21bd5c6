/**
 * The browser's tabs make one stream of heartbeats: one tab leads and beats, the others follow. Who leads is told by
 * a Web Lock, or without one by what the tabs say to each other over a BroadcastChannel.
 */

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
  /** @type {Stream} */
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
    if (said.word === "out" && !mine.tabs.size && !speaksFor(mine.me)) leaveByHttp(mine.me, mine.me.ticket);
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
