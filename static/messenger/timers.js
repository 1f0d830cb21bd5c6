/**
 * Units of time, and what is done later. Timers bear names: one that runs says what is still to come.
 * Nothing here, and nothing that the browser calls, may throw into the host page: see safely().
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Browsers let a hidden tab's timers run once a minute. */
const THROTTLE = 61 * SECOND;

/** @type {Record<string, number>} */
const timers = {};

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
