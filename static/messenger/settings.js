/**
 * What a site hands over, which may be anything at all: made harmless, then asked for the app id and the server.
 */

/** Settings of the messenger: no attributes of the person, never sent. */
const SETTINGS = (
  "app_id appId api_base region installation_type anonymous_id " +
  "hide_default_launcher hide_notifications last_request_at alignment vertical_padding horizontal_padding " +
  "custom_launcher_selector action_color background_color link_color session_duration language_override " +
  "z_index theme_mode messenger_style_id auth_tokens page_title"
).split(" ");

/**
 * What JSON can carry of a value, dates as Unix seconds; undefined: nothing.
 * @param {any} value
 * @param {unknown[]} [within] the objects around it
 * @returns {any}
 */
function carried(value, within = []) {
  if (typeof value === "string") return value.replace(/[\0\ud800-\udfff]/gu, "\ufffd"); // lone surrogates
  if (value === null || typeof value === "boolean") return value;
  if (typeof value === "number") return isFinite(value) ? value : undefined;
  if (typeof value !== "object" || within.length > 5 || within.indexOf(value) >= 0) return undefined;
  try {
    if (value instanceof Date) return carried(Math.floor(value.getTime() / 1000));
    const inside = within.concat([value]);
    if (typeof value.toJSON === "function") return carried(value.toJSON(), inside);
    if (Array.isArray(value)) {
      return value.map((item) => carried(item, inside)).filter((item) => item !== undefined);
    }
    if (Object.prototype.toString.call(value) !== "[object Object]") return undefined;
    /** @type {Record<string, unknown>} */
    const copy = {};
    Object.keys(value).forEach(
      safely(function (/** @type {string} */ key) {
        const item = carried(value[key], inside);
        if (item !== undefined) copy[key] = item;
      }),
    );
    return copy;
  } catch (error) {
    return undefined; // a proxy or getter that throws
  }
}

/**
 * @param {unknown} value
 * @returns {Record<string, any>}
 */
function settingsFrom(value) {
  const settings = carried(value);
  return settings && typeof settings === "object" && !Array.isArray(settings) ? settings : {};
}

/**
 * A value as text; "" where it means unknown.
 * @param {unknown} value
 */
function known(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return text === "null" || text === "undefined" ? "" : text;
}

/** @param {Record<string, any>} settings */
function appIdIn(settings) {
  return known(settings.app_id) || known(settings.appId);
}

/**
 * Where the settings say the server is. Pages that come from Intercom often still name Intercom's hosts: "".
 * @param {Record<string, any>} settings
 */
function baseIn(settings) {
  const base = known(settings.api_base);
  const foreign = /^https?:\/\/([^/]*\.)?intercom(cdn)?\.(io|com)(:\d+)?(\/|$)/i.test(base);
  return /^https?:\/\//i.test(base) && !foreign ? base.replace(/\/+$/, "") : "";
}
