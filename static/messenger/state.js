/**
 * For whom this page speaks, by which stream and socket, and why nothing is sent, if nothing is.
 * Every other part reads and writes these.
 */

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
