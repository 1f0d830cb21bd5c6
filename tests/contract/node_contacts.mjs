// `intercom-client` with contacts, against the server that the environment names.
import assert from "node:assert/strict";
import { test } from "node:test";
import { IntercomError } from "intercom-client";
import { client, raw } from "./recording.mjs";

async function refusal(asked) {
  try {
    await asked;
  } catch (error) {
    assert(error instanceof IntercomError, String(error));
    assert.equal(error.body.type, "error.list");
    assert.match(raw().request_id, /./);
    return [error.statusCode, error.body.errors[0].code, error.body.errors[0].message];
  }
  return assert.fail("it was not refused");
}

test("a contact is created, found, changed and deleted", async () => {
  const made = await client.contacts.create({ email: "ada@node.example", name: "Ada Lovelace" });
  assert.deepEqual([made.role, made.email], ["user", "ada@node.example"]);
  const changed = await client.contacts.update({ contact_id: made.id, name: "Ada King", external_id: "node/ada 1" });
  assert.equal(changed.name, "Ada King");
  assert.equal((await client.contacts.find({ contact_id: made.id })).external_id, "node/ada 1");
  const { type, avatar, presence, first_name, last_name, session_count } = raw();
  assert.deepEqual([type, avatar, first_name, last_name, session_count], ["contact", null, "Ada", "King", 0]);
  assert.deepEqual(presence, { online: false, since: null, last_seen_at: null });
  assert.equal((await client.contacts.showContactByExternalId({ external_id: "node/ada 1" })).id, made.id);
  assert.equal((await client.contacts.delete({ contact_id: made.id })).deleted, true);
  assert.deepEqual(raw(), { id: made.id, external_id: "node/ada 1", type: "contact", deleted: true });
  const gone = await refusal(client.contacts.find({ contact_id: made.id }));
  assert.deepEqual(gone, [404, "not_found", "User Not Found"]);
});

test("a double is refused and names who stands in the way", async () => {
  const made = await client.contacts.create({ email: "bob@node.example" });
  const message = `A contact matching those details already exists with id=${made.id}`;
  assert.deepEqual(await refusal(client.contacts.create({ email: "bob@node.example" })), [409, "conflict", message]);
  assert.equal((await client.contacts.archive({ contact_id: made.id })).archived, true);
  assert.equal((await client.contacts.unarchive({ contact_id: made.id })).archived, false);
  assert.equal((await client.contacts.blockContact({ contact_id: made.id })).blocked, true);
  assert.equal(raw().type, "contact");
});

test("contacts are listed and searched page by page", async () => {
  const ids = new Set();
  for (let number = 0; number < 5; number += 1) {
    ids.add((await client.contacts.create({ external_id: `page-${number}`, name: "Paged" })).id);
  }
  const query = { field: "name", operator: "=", value: "Paged" };
  const found = new Set();
  for await (const contact of await client.contacts.search({ query, pagination: { per_page: 2 } })) found.add(contact.id);
  assert.deepEqual(found, ids);
  assert.deepEqual([raw().type, raw().total_count, "next" in raw().pages], ["list", 5, false]);
  const listed = new Set();
  for await (const contact of await client.contacts.list({ per_page: 2 })) listed.add(contact.id);
  for (const id of ids) assert(listed.has(id));
});

test("a lead is merged into a user", async () => {
  const lead = await client.contacts.create({ role: "lead", name: "Cleo" });
  const user = await client.contacts.create({ email: "cleo@node.example" });
  const merged = await client.contacts.mergeLeadInUser({ from: lead.id, into: user.id });
  assert.deepEqual([merged.id, merged.name], [user.id, "Cleo"]);
  assert.equal((await refusal(client.contacts.find({ contact_id: lead.id })))[0], 404);
});
