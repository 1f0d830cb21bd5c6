/**
 * The editor of a filter: it offers what fits the chosen field, and says which instants a relative date
 * means. What it sends is a plain form; the server makes the filter of it, and says what is wrong.
 */

import { ServerClock } from "./moments.js";

const DAY = 86_400;
const VALUELESS = ["is_unknown", "has_any_value"];
const RELATIVE = ["more_than", "less_than", "exactly"];
const OFFERED = { role: ["user", "lead", "visitor"], online: ["true", "false"], boolean: ["true", "false"] };

/**
 * Between which instants a date lies that an operator fits, in Unix seconds; null where there is no end to it.
 *
 * @param {string} operator  more_than, less_than or exactly
 * @param {number} days  ago; negative for dates ahead
 * @param {number} now
 * @returns {{after: number | null, before: number | null}}
 */
export function instantsOf(operator, days, now) {
  const at = now - days * DAY;
  if (operator === "more_than") return { after: null, before: at };
  if (operator === "less_than") return { after: at, before: null };
  return { after: now - (days + 1) * DAY, before: at };
}

/**
 * @param {string} operator
 * @param {string} value  as it was typed
 * @param {number} now
 * @param {(at: number) => string} exactly
 */
export function instantWords(operator, value, now, exactly) {
  const days = Number(value);
  if (!RELATIVE.includes(operator) || value.trim() === "" || !Number.isFinite(days) || Math.abs(days) > 1e6) return "";
  const { after, before } = instantsOf(operator, days, now);
  const parts = [];
  if (after !== null) parts.push(`after ${exactly(after)}`);
  if (before !== null) parts.push(`before ${exactly(before)}`);
  return `That is ${parts.join(", ")}`;
}

/** @param {HTMLElement} page */
function start(page) {
  const { now = "0", timezone = "UTC" } = page.dataset;
  const clock = new ServerClock(Number(now));
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long", timeZone: timezone });
  /** @param {number} at */
  const exactly = (at) => format.format(new Date(at * 1000));

  // The list is drawn anew while one types, and the editor with it: so all is heard from above.
  page.addEventListener("click", (event) => {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("[data-add-filter]")) toggle();
    else if (event.target.closest("[data-close-filter]")) close();
  });
  page.addEventListener("keydown", (event) => {
    const editor = form();
    if (event.key === "Escape" && editor?.contains(/** @type {Node} */ (event.target))) close();
  });
  page.addEventListener("change", (event) => {
    if (form()?.contains(/** @type {Node} */ (event.target))) offer();
  });
  page.addEventListener("input", (event) => {
    if (form()?.contains(/** @type {Node} */ (event.target))) tell();
  });

  function form() {
    return /** @type {HTMLFormElement | null} */ (page.querySelector("#filter-editor"));
  }

  function button() {
    return /** @type {HTMLButtonElement | null} */ (page.querySelector("[data-add-filter]"));
  }

  function toggle() {
    const editor = form();
    if (!editor) return;
    if (!editor.hidden) return close();
    editor.hidden = false;
    button()?.setAttribute("aria-expanded", "true");
    offer();
    select("field")?.focus();
  }

  function close() {
    const editor = form();
    if (!editor || editor.hidden) return;
    editor.hidden = true;
    button()?.setAttribute("aria-expanded", "false");
    button()?.focus();
  }

  /** @param {string} name */
  function select(name) {
    return /** @type {HTMLSelectElement | null} */ (form()?.querySelector(`select[name=${name}]`) ?? null);
  }

  /** Only operators that the field takes, and a box for what the operator compares with. */
  function offer() {
    const [field, operator] = [select("field"), select("operator")];
    const box = /** @type {HTMLInputElement | null} */ (form()?.querySelector("input[name=value]") ?? null);
    if (!field || !operator || !box) return;
    const kind = field.selectedOptions[0]?.dataset.kind ?? "text";
    for (const option of operator.options) {
      const fits = (option.dataset.kinds ?? "").split(" ").includes(kind);
      option.hidden = option.disabled = !fits;
    }
    if (operator.selectedOptions[0]?.disabled !== false) {
      operator.value = [...operator.options].find((option) => !option.disabled)?.value ?? "";
    }
    const isDay = kind === "date" && !RELATIVE.includes(operator.value);
    const isNumber = kind === "number" || (kind === "date" && !isDay);
    const type = isDay ? "date" : isNumber ? "number" : "text";
    if (box.type !== type) {
      box.type = type;
      box.value = "";
    }
    if (isNumber) box.step = "any";
    const part = /** @type {HTMLElement | null} */ (box.closest("[data-value]"));
    const needsValue = !VALUELESS.includes(operator.value);
    if (part) part.hidden = !needsValue;
    box.required = needsValue;
    suggest(kind);
    tell();
  }

  /** @param {string} kind */
  function suggest(kind) {
    const list = form()?.querySelector("datalist");
    if (!list) return;
    const known = kind in OFFERED ? OFFERED[/** @type {keyof typeof OFFERED} */ (kind)] : [];
    const segments = kind === "segment" ? [...page.querySelectorAll(".segments a")].map((link) => link.textContent ?? "") : [];
    list.replaceChildren(...[...known, ...segments].map((value) => new Option(value, value)));
  }

  function tell() {
    const editor = form();
    const told = editor?.querySelector("[data-instants]");
    const box = /** @type {HTMLInputElement | null} */ (editor?.querySelector("input[name=value]") ?? null);
    if (told && box) told.textContent = instantWords(select("operator")?.value ?? "", box.value, clock.now(), exactly);
  }
}

const page = document.querySelector("#list");
if (page instanceof HTMLElement) start(page);
