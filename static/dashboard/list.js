/**
 * The user list comes alive: dots follow presence, the search box answers while one types, and a
 * button tells of new people. Nobody is brought in by itself: only a search, or that button, draws
 * the list anew.
 */

import { uncoverInitials } from "./avatars.js";
import { contactsOn, isFarewell, keepDotsAlive, signInAgain } from "./live.js";

const POLL_MS = 4_000;
const POLL_PAUSE_MS = 2_000;
const TYPING_PAUSE_MS = 180;

/** @typedef {{now: number, online: number, ids: string[], more: boolean}} News */

/**
 * How many of the newcomers are not known to the page.
 *
 * @param {Iterable<string>} known
 * @param {string[]} newcomers
 */
export function countNew(known, newcomers) {
  const old = new Set(known);
  return newcomers.filter((id) => !old.has(id)).length;
}

/**
 * @param {number} count
 * @param {boolean} more  whether there are more than were counted
 */
export function newPeopleWords(count, more) {
  return `${count}${more ? "+" : ""} new ${count === 1 && !more ? "person" : "people"}: refresh`;
}

/**
 * `deed`, but at most once each `milliseconds`: what is asked for meanwhile is done when they are over.
 *
 * @param {number} milliseconds
 * @param {() => void} deed
 */
export function atMostEach(milliseconds, deed) {
  let isResting = false;
  let isOwing = false;
  return function ask() {
    isOwing = isResting;
    if (isResting) return;
    isResting = true;
    setTimeout(() => {
      isResting = false;
      if (isOwing) ask();
    }, milliseconds);
    deed();
  };
}

/** @param {HTMLElement} page */
function start(page) {
  const poll = atMostEach(POLL_PAUSE_MS, askForNews);
  const pollIfSeen = () => document.hidden || poll();
  const live = keepDotsAlive(page, pollIfSeen);
  /** @type {AbortController | undefined} */
  let drawing;

  drawn();
  live.watchPage();
  setInterval(pollIfSeen, POLL_MS);
  document.addEventListener("visibilitychange", pollIfSeen);
  page.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-refresh]")) refresh();
  });
  startSearch();
  // The dots first: the chart brings a library along.
  import("./chart.js").then((chart) => chart.drawOnlineChart(page));

  /** What is new on the page is made ready. */
  function drawn() {
    uncoverInitials(page);
  }

  async function refresh() {
    await draw(location.href);
    // The button that was pressed is gone; the keyboard goes on at the list.
    page.querySelector("#people")?.querySelector("h2")?.focus();
  }

  /**
   * Draw the list that `url` names in place of this one.
   *
   * @param {string} url
   */
  async function draw(url) {
    drawing?.abort();
    const mine = (drawing = new AbortController());
    const people = page.querySelector("#people");
    people?.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { signal: mine.signal, headers: { Accept: "text/html" } });
      if (response.redirected || response.status === 401) return signInAgain();
      if (!response.ok) throw new Error(`the list can't be had: ${response.status}`);
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      if (mine.signal.aborted) return;
      for (const part of ["#tabs", "#filters", "#people"]) {
        const [old, next] = [page.querySelector(part), fresh.querySelector(part)];
        if (old && next) old.replaceWith(document.adoptNode(next));
      }
      const now = fresh.querySelector("#list")?.getAttribute("data-now");
      if (now) live.clock.set(Number(now));
      const online = fresh.querySelector("[data-online-count]")?.getAttribute("data-online-count");
      if (online) showCount(Number(online));
      history.replaceState(null, "", url);
      drawn();
      live.watchPage();
    } catch {
      // A newer drawing took over, or the server is out of reach or in trouble: the list stays as it is.
      if (drawing === mine) people?.removeAttribute("aria-busy");
    }
  }

  function startSearch() {
    const form = /** @type {HTMLFormElement | null} */ (document.querySelector("#search"));
    const box = /** @type {HTMLInputElement | null} */ (form?.querySelector("input[type=search]"));
    if (!form || !box) return;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let pause;
    const search = () => {
      clearTimeout(pause);
      draw(`${form.action}?${queryOf(form)}`);
    };
    box.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(search, TYPING_PAUSE_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      search();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      box.focus();
      box.select();
    });
  }

  async function askForNews() {
    const people = page.querySelector("#people");
    const url = people?.getAttribute("data-news-url");
    if (!people || !url) return;
    /** @type {News} */
    let news;
    try {
      const response = await fetch(url, { headers: { Accept: "application/json" } });
      if (await isFarewell(response)) return signInAgain();
      if (!response.ok) return;
      news = await response.json();
    } catch {
      return; // out of reach for the moment: the next poll asks again
    }
    live.clock.set(news.now);
    showCount(news.online);
    // Meanwhile the list may have been drawn anew, and knows them.
    if (people.isConnected) showNewPeople(people, countNew(knownTo(people), news.ids), news.more);
  }

  /** @param {number} online */
  function showCount(online) {
    for (const element of page.querySelectorAll("[data-online-count]")) {
      const text = online.toLocaleString("en-US");
      if (element.textContent === text) continue;
      element.textContent = text;
      element.setAttribute("data-online-count", String(online));
    }
  }
}

/**
 * @param {Element} people
 * @param {number} count
 * @param {boolean} more
 */
function showNewPeople(people, count, more) {
  const button = /** @type {HTMLButtonElement | null} */ (people.querySelector("[data-refresh]"));
  if (!button) return;
  const words = newPeopleWords(count, more);
  if (count > 0 && button.textContent !== words) button.textContent = words;
  button.hidden = count === 0;
}

/**
 * Those who are on the page, and those who were recorded before it was drawn: nobody of them is new.
 *
 * @param {Element} people
 */
function knownTo(people) {
  const before = (people.getAttribute("data-known-ids") ?? "").split(" ");
  return [...contactsOn(people), ...before];
}

/** @param {HTMLFormElement} form */
function queryOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value !== "") query.set(name, String(value));
  return query.toString();
}

/** @param {EventTarget | null} target */
function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

const page = document.querySelector("#list");
if (page instanceof HTMLElement) start(page);
