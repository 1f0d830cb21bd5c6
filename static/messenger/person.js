/**
 * boot(), update(), shutdown(): for whom this page speaks, from the first word about a person to the good-bye.
 */

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
 * What tells one person from another.
 * @param {Person} someone
 */
function nameOf(someone) {
  return someone.appId + (known(someone.given.user_id) || known(someone.given.email) || someone.visitorId);
}

/**
 * Whether this page still, or again, speaks for whom it did.
 * @param {Person} former
 */
function speaksFor(former) {
  return person !== null && nameOf(person) === nameOf(former);
}

function getVisitorId() {
  return person ? person.visitorId : undefined;
}
