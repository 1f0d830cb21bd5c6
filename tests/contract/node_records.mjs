// `intercom-client` with companies, tags, notes, attributes, segments, visitors, events, admins and conversations.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { IntercomClient } from "intercom-client";

const { PORCHLIGHT_TESTS_URL: baseUrl, PORCHLIGHT_TESTS_TOKEN: token } = process.env;
const client = new IntercomClient({ token, baseUrl, maxRetries: 0 });
let ada = "";
let admin = "";

before(async () => {
  ada = (await client.contacts.create({ external_id: "node-ada", email: "ada@records.example" })).id;
  admin = (await client.admins.list()).admins[0].id;
});

async function all(pages) {
  const found = [];
  for await (const one of await pages) found.push(one);
  return found;
}

test("companies are made, joined, listed, left and deleted", async () => {
  const made = await client.companies.createOrUpdate({ company_id: "node-1", name: "Acme", plan: "Pro" });
  assert.equal((await client.companies.find({ company_id: made.id })).name, "Acme");
  assert.equal((await client.companies.attachContact({ contact_id: ada, id: made.id })).id, made.id);
  const ofAda = await all(client.contacts.listAttachedCompanies({ contact_id: ada, per_page: 1 }));
  assert.deepEqual(ofAda.map((company) => company.id), [made.id]);
  assert((await all(client.companies.list({ per_page: 1 }))).some((company) => company.id === made.id));
  assert((await all(client.companies.scroll())).some((company) => company.id === made.id));
  const people = await client.companies.listAttachedContacts({ company_id: made.id });
  assert.deepEqual(people.data.map((person) => person.id), [ada]);
  await client.companies.detachContact({ contact_id: ada, company_id: made.id });
  assert.equal((await client.companies.delete({ company_id: made.id })).deleted, true);
});

test("tags are made, put on and taken off", async () => {
  const tag = await client.tags.create({ name: "Node VIP" });
  assert.equal((await client.tags.tagContact({ contact_id: ada, id: tag.id })).name, "Node VIP");
  const worn = await client.contacts.listAttachedTags({ contact_id: ada });
  assert.deepEqual(worn.data.map((one) => one.id), [tag.id]);
  await client.tags.untagContact({ contact_id: ada, tag_id: tag.id });
  await client.tags.delete({ tag_id: tag.id });
});

test("notes are written and read page by page", async () => {
  for (const body of ["one", "two", "three"]) await client.notes.create({ contact_id: ada, body, admin_id: admin });
  const notes = await all(client.notes.list({ contact_id: ada, per_page: 2 }));
  assert.equal(notes.length, 3);
  assert.equal((await client.notes.find({ note_id: Number(notes[0].id) })).id, notes[0].id);
});

test("attributes are made and written", async () => {
  const made = await client.dataAttributes.create({ name: "node_seats", model: "contact", data_type: "integer" });
  assert.equal(made.name, "node_seats");
  const changed = await client.contacts.update({ contact_id: ada, custom_attributes: { node_seats: 7 } });
  assert.equal(changed.custom_attributes.node_seats, 7);
  const listed = await client.dataAttributes.list({ model: "contact" });
  assert(listed.data.some((attribute) => attribute.name === "node_seats"));
});

test("segments, admins, teams and me are told", async () => {
  assert.equal((await client.segments.list()).type, "segment.list");
  assert.equal((await client.admins.identify()).type, "admin");
  assert.equal((await client.admins.find({ admin_id: Number(admin) })).id, admin);
  assert.equal((await client.teams.list()).type, "team.list");
});

test("events are recorded and listed", async () => {
  const now = Math.floor(Date.now() / 1000);
  await client.events.create({ id: ada, event_name: "ordered", created_at: now });
  const listed = await client.events.list({ type: "user", intercom_user_id: ada });
  assert.deepEqual(listed.events.map((event) => event.event_name), ["ordered"]);
});

test("a conversation is begun, answered, closed, tagged and deleted", async () => {
  const begun = await client.conversations.create({ from: { type: "user", id: ada }, body: "Hello" });
  const conversation_id = begun.conversation_id;
  const answer = { message_type: "comment", type: "admin", admin_id: admin, body: "Hi" };
  await client.conversations.reply({ conversation_id, body: answer });
  const found = await client.conversations.find({ conversation_id });
  assert.deepEqual(found.conversation_parts.conversation_parts.map((part) => part.body), ["<p>Hi</p>"]);
  const close = { message_type: "close", type: "admin", admin_id: admin };
  assert.equal((await client.conversations.manage({ conversation_id, body: close })).state, "closed");
  const tag = await client.tags.create({ name: "Node talk" });
  await client.tags.tagConversation({ conversation_id, id: tag.id, admin_id: admin });
  assert.equal((await all(client.conversations.list({ per_page: 1 }))).length, 1);
  const query = { field: "state", operator: "=", value: "closed" };
  assert.equal((await all(client.conversations.search({ query }))).length, 1);
  assert.equal((await client.conversations.deleteConversation({ conversation_id: Number(conversation_id) })).deleted, true);
});
