/**
 * The id by which this browser is known for as long as nobody signs in, and where it is kept.
 */

/** @param {string} appId */
function idName(appId) {
  return "porchlight-id-" + encodeURIComponent(appId);
}

/**
 * The id of this browser, made if there is none, kept in a cookie and localStorage.
 * @param {string} appId
 */
function visitorIdOf(appId) {
  const name = idName(appId);
  const id =
    sound(() => (document.cookie.match(`(?:^|; )${name}=([^;]*)`) || [])[1]) ||
    sound(() => localStorage.getItem(name)) ||
    randomId();
  bakeCookie(name, id, 270 * 24 * 60 * 60);
  safely(() => localStorage.setItem(name, id))();
  return id;
}

/** @param {() => string | null} read */
function sound(read) {
  try {
    const id = read() || "";
    return /^[\w-]{8,64}$/.test(id) ? id : "";
  } catch (error) {
    return ""; // storage is blocked
  }
}

/** @param {string} appId */
function forgetVisitor(appId) {
  bakeCookie(idName(appId), "", 0);
  safely(() => localStorage.removeItem(idName(appId)))();
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number} seconds 0 removes it
 */
function bakeCookie(name, value, seconds) {
  const secure = location.protocol === "https:" ? "; secure" : "";
  const crumbs = `; path=/; max-age=${seconds}; samesite=lax${secure}`;
  safely(() => (document.cookie = `${name}=${value}${crumbs}${widestDomain()}`))();
}

/** The widest domain that holds a cookie: example.com of shop.example.com. */
function widestDomain() {
  const labels = location.hostname.split(".");
  for (let first = labels.length - 2; first >= 0; first--) {
    const domain = "; path=/; domain=" + labels.slice(first).join(".");
    document.cookie = "porchlight-probe=1" + domain;
    if (document.cookie.indexOf("porchlight-probe=1") >= 0) {
      document.cookie = "porchlight-probe=; max-age=0" + domain;
      return domain;
    }
  }
  return "";
}

function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => (byte + 256).toString(16).slice(1)).join("");
}
