/**
 * The chart of the last 24 hours: how many were online, minute by minute.
 */

import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";

/** @typedef {{from: number, until: number, at: number[], online: (number | null)[]}} Counts */

const REDRAW_MS = 60_000;
const HEIGHT = 96;

/**
 * Draw the chart into the figure of `page` that asks for one, and keep it fresh.
 *
 * @param {HTMLElement} page  tells the workspace's time zone
 */
export function drawOnlineChart(page) {
  const figure = /** @type {HTMLElement | null} */ (page.querySelector("figure[data-counts-url]"));
  const place = /** @type {HTMLElement | null} */ (figure?.querySelector("[data-chart]") ?? null);
  const url = figure?.dataset.countsUrl;
  const timeZone = page.dataset.timezone ?? "UTC";
  if (!figure || !place || !url) return;
  const darkness = matchMedia("(prefers-color-scheme: dark)");
  /** @type {Counts | undefined} */
  let counts;
  /** @type {uPlot | undefined} */
  let chart;

  load();
  setInterval(() => document.hidden || load(), REDRAW_MS);
  darkness.addEventListener("change", draw);
  new ResizeObserver(() => chart?.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place);

  async function load() {
    try {
      const response = await fetch(String(url), { headers: { Accept: "application/json" } });
      if (!response.ok) return;
      counts = await response.json();
    } catch {
      return; // the chart of a minute ago does for now
    }
    draw();
  }

  function draw() {
    if (!counts || !place || !figure) return;
    chart?.destroy();
    place.replaceChildren();
    const summary = summaryOf(counts, timeZone);
    const caption = figure.querySelector("[data-chart-summary]");
    if (caption) caption.textContent = summary;
    if (counts.at.length < 2) return;
    chart = new uPlot(optionsOf(counts, place, timeZone), [counts.at, counts.online], place);
    chart.root.setAttribute("aria-hidden", "true"); // the caption says it in words
  }
}

/**
 * The chart in words, for whoever does not see it.
 *
 * @param {Counts} counts
 * @param {string} timeZone
 */
export function summaryOf(counts, timeZone) {
  let peak = -1;
  let peakAt = 0;
  counts.online.forEach((online, index) => {
    if (online !== null && online > peak) [peak, peakAt] = [online, counts.at[index] ?? 0];
  });
  if (peak < 0) return "Nobody was here in the last 24 hours: the first point comes within a minute of the next visitor.";
  return `Peak of the last 24 hours: ${peak.toLocaleString("en-US")} at ${hoursIn(timeZone).format(peakAt * 1000)}`;
}

/**
 * @param {Counts} counts
 * @param {HTMLElement} place
 * @param {string} timeZone
 * @returns {uPlot.Options}
 */
function optionsOf(counts, place, timeZone) {
  const hours = hoursIn(timeZone);
  const style = getComputedStyle(place);
  const [line, fill, ink, grid] = ["--chart-line", "--chart-fill", "--chart-ink", "--chart-grid"].map((name) =>
    style.getPropertyValue(name).trim(),
  );
  const font = `11px ${style.fontFamily}`;
  return {
    width: place.clientWidth,
    height: HEIGHT,
    padding: [8, 18, 0, 0], // the last hour is written to the right of its place too
    legend: { show: false },
    cursor: { show: false },
    // Hours are whole where the workspace is.
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), timeZone),
    scales: {
      x: { time: true, range: [counts.from, counts.until] },
      y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most ?? 0) * 1.15))] },
    },
    axes: [
      {
        stroke: ink,
        font,
        size: 22,
        gap: 4,
        space: 70,
        grid: { show: false },
        ticks: { show: false },
        values: (_, splits) => splits.map((at) => hours.format(at * 1000)),
      },
      {
        stroke: ink,
        font,
        size: 40,
        gap: 6,
        space: 28,
        grid: { stroke: grid, width: 1 },
        ticks: { show: false },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5, 1e6],
        values: (_, splits) => splits.map((value) => compact.format(value)),
      },
    ],
    series: [{}, { stroke: line, fill, width: 1.5, points: { show: false }, spanGaps: false }],
  };
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact" });

/** @param {string} timeZone */
function hoursIn(timeZone) {
  return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
}
