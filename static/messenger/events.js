/**
 * trackEvent(): each event is kept until the server has taken it.
 */

const EVENTS_KEPT = 100;

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
