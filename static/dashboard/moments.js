/**
 * How long ago something was, in words. The server writes the same words when it renders a page
 * (see ``app/dashboard/moments.py``); a test holds the two together.
 */

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONTH = 30 * DAY;
const YEAR = 365 * DAY;

/**
 * @param {number} seconds  since the moment; negative counts as none
 * @returns {string}
 */
export function ago(seconds) {
  if (seconds < MINUTE) return "just now";
  if (seconds < HOUR) return inUnits(seconds, MINUTE, "minute");
  if (seconds < DAY) return inUnits(seconds, HOUR, "hour");
  if (seconds < MONTH) return inUnits(seconds, DAY, "day");
  if (seconds < YEAR) return inUnits(seconds, MONTH, "month");
  return inUnits(seconds, YEAR, "year");
}

/**
 * @param {number} seconds
 * @param {number} unit
 * @param {string} name
 */
function inUnits(seconds, unit, name) {
  const count = Math.floor(seconds / unit);
  return `${count} ${name}${count === 1 ? "" : "s"} ago`;
}

/**
 * The server's clock, as far as this page knows it: its own runs at the same pace from the last
 * moment that the server told.
 */
export class ServerClock {
  /** @param {number} now  the server's time as this page was answered, in Unix seconds */
  constructor(now) {
    const [navigation] = performance.getEntriesByType("navigation");
    const answeredAt = navigation instanceof PerformanceNavigationTiming ? navigation.responseStart : performance.now();
    this.ahead = now - answeredAt / 1000;
  }

  /** @param {number} now */
  set(now) {
    this.ahead = now - performance.now() / 1000;
  }

  now() {
    return performance.now() / 1000 + this.ahead;
  }
}
