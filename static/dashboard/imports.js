/** An import's page tells how far it is; when it is finished the page is loaded again, with all that went wrong. */

import { isFarewell } from "./live.js";

const POLL_MS = 1_000;

const section = document.querySelector("#import");
if (section instanceof HTMLElement && section.dataset.progressUrl) follow(section, section.dataset.progressUrl);

/**
 * @param {HTMLElement} section
 * @param {string} url
 */
function follow(section, url) {
  const bar = section.querySelector("progress");
  const words = section.querySelector("[data-words]");
  section.querySelector("[data-refresh]")?.toggleAttribute("hidden", true);
  const timer = setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(url, { headers: { accept: "application/json" } });
      // Signed out, or the import is no more: the page itself says which.
      if (await isFarewell(answer)) return end();
      if (!answer.ok) return;
      const progress = await answer.json();
      if (progress.finished) return end();
      if (bar) [bar.max, bar.value] = [progress.rows_total || 1, progress.rows_done];
      if (words && words.textContent !== progress.words) words.textContent = progress.words;
    } catch {
      // The server is away for a moment: ask again.
    }
  }, POLL_MS);

  function end() {
    clearInterval(timer);
    location.reload();
  }
}
