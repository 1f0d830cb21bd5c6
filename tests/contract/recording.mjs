// The client that all suites for Node use: it notes what it asks for, and keeps the raw JSON of the last answer.
import { appendFileSync } from "node:fs";
import { IntercomClient } from "intercom-client";

const { PORCHLIGHT_TESTS_URL: baseUrl, PORCHLIGHT_TESTS_TOKEN: token, PORCHLIGHT_TESTS_ASKED: asked } = process.env;
let last = "";

export const client = new IntercomClient({ token, baseUrl, maxRetries: 0, fetch: recording });

/** The last answer as it came over the wire. */
export function raw() {
  return JSON.parse(last);
}

/** A request that the client has no call for. */
export async function ask(method, path, body) {
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const answer = await fetch(baseUrl + path, { method, headers, body: body && JSON.stringify(body) });
  return answer.json();
}

async function recording(url, options) {
  appendFileSync(asked, `${options.method} ${new URL(url).pathname}\n`);
  const answer = await fetch(url, options);
  last = await answer.clone().text();
  return answer;
}
