/**
 * The demo customer's own script: it knows who is signed in, and tells the messenger, as a
 * customer's site does. "Signed in" is a note in this browser; nobody's password is asked.
 */

const NOTE = "halyard.signed-in";

/** @typedef {{user_id: string, name: string, email: string, plan: string}} Customer */

/** @type {ReadonlyMap<string, Customer>} */
const CUSTOMERS = new Map([
  ["ada", { user_id: "ada", name: "Ada Okonkwo", email: "ada@tidewater.example", plan: "Business" }],
  ["juergen", { user_id: "juergen", name: "Jürgen Groß", email: "juergen@kesselhaus.example", plan: "Team" }],
]);

/**
 * The usual snippet: a queue that keeps what is called before the messenger has come.
 *
 * @param {string} appId
 */
function embed(appId) {
  const page = /** @type {any} */ (window);
  /** @param {...unknown} call */
  const queue = (...call) => queue.q.push(call);
  /** @type {unknown[][]} */
  queue.q = [];
  page.Intercom = page.Intercom ?? queue;
  page.intercomSettings = { app_id: appId, ...settingsOf(signedIn()) };
  const script = document.createElement("script");
  script.src = `/widget/${encodeURIComponent(appId)}`;
  script.async = true;
  document.head.append(script);
}

/** @param {...unknown} call */
function intercom(...call) {
  /** @type {any} */ (window).Intercom(...call);
}

function signedIn() {
  return CUSTOMERS.get(localStorage.getItem(NOTE) ?? "");
}

/** @param {Customer | undefined} person */
function settingsOf(person) {
  return person ?? {};
}

/** @param {string} key */
function signIn(key) {
  // Somebody else was here: their stream ends first.
  if (signedIn()) intercom("shutdown");
  localStorage.setItem(NOTE, key);
  intercom("boot", { app_id: appId, ...settingsOf(signedIn()) });
  show();
}

function signOut() {
  localStorage.removeItem(NOTE);
  intercom("shutdown");
  show("signed out: your dot is off. Walk to another page to be a visitor again");
}

/** @param {string} [note] */
function show(note) {
  const person = signedIn();
  const who = document.querySelector("[data-who]");
  if (who) who.textContent = note ?? person?.name ?? "a visitor who has not signed in";
  for (const button of document.querySelectorAll("button[data-sign-in]")) {
    /** @type {HTMLElement} */ (button).hidden = person === CUSTOMERS.get(button.getAttribute("data-sign-in") ?? "");
  }
  for (const button of document.querySelectorAll("button[data-sign-out]")) {
    /** @type {HTMLElement} */ (button).hidden = !person;
  }
}

/** A link may say who is there (`/demo?as=ada`). It says so once, so that signing out lasts. */
function heedLink() {
  const url = new URL(location.href);
  const key = url.searchParams.get("as") ?? "";
  if (!CUSTOMERS.has(key)) return;
  localStorage.setItem(NOTE, key);
  url.searchParams.delete("as");
  history.replaceState(null, "", url);
}

const appId = document.body.dataset.appId ?? "";
heedLink();
embed(appId);
show();
document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.dataset.signIn) signIn(button.dataset.signIn);
  else if (button?.hasAttribute("data-sign-out")) signOut();
});
