// `intercom-client` with conversations: their records, states, tags and people.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { client, raw } from "./recording.mjs";

let ada = "";
let admin_id = "";

before(async () => {
  ada = (await client.contacts.create({ external_id: "node-ada", email: "ada@talk.example" })).id;
  admin_id = (await client.admins.list()).admins[0].id;
});

async function all(pages) {
  const found = [];
  for await (const one of await pages) found.push(one);
  return found;
}

async function begin(body = "Hello") {
  return (await client.conversations.create({ from: { type: "user", id: ada }, body })).conversation_id;
}

test("a conversation is begun, answered by both sides and read", async () => {
  const conversation_id = await begin();
  assert.deepEqual([raw().type, raw().body], ["user_message", "Hello"]);
  const fromAdmin = { message_type: "comment", type: "admin", admin_id, body: "Hi" };
  await client.conversations.reply({ conversation_id, body: fromAdmin });
  const fromAda = { message_type: "comment", type: "user", intercom_user_id: ada, body: "Thanks" };
  await client.conversations.reply({ conversation_id, body: fromAda });
  const found = await client.conversations.find({ conversation_id });
  assert.deepEqual(found.conversation_parts.conversation_parts.map((part) => part.body), ["<p>Hi</p>", "<p>Thanks</p>"]);
  assert.deepEqual([raw().type, raw().source.body, raw().state], ["conversation", "<p>Hello</p>", "open"]);
  const authors = raw().conversation_parts.conversation_parts.map((part) => part.author.type);
  assert.deepEqual(authors, ["admin", "user"]);
  const changed = await client.conversations.update({ conversation_id, read: true, title: "Greetings" });
  assert.deepEqual([changed.read, raw().title], [true, "Greetings"]);
});

test("a conversation is closed, opened, snoozed and assigned", async () => {
  const conversation_id = await begin();
  const manage = (body) => client.conversations.manage({ conversation_id, body: { type: "admin", admin_id, ...body } });
  assert.equal((await manage({ message_type: "close" })).state, "closed");
  assert.equal((await manage({ message_type: "open" })).state, "open");
  const snoozed = await manage({ message_type: "snoozed", snoozed_until: 4_000_000_000 });
  assert.deepEqual([snoozed.state, raw().snoozed_until], ["snoozed", 4_000_000_000]);
  await manage({ message_type: "assignment", assignee_id: admin_id });
  assert.equal(raw().admin_assignee_id, Number(admin_id));
});

test("a conversation is tagged and untagged", async () => {
  const conversation_id = await begin();
  const tag = await client.tags.create({ name: "Node talk" });
  assert.equal((await client.tags.tagConversation({ conversation_id, id: tag.id, admin_id })).name, "Node talk");
  await client.conversations.find({ conversation_id });
  assert.deepEqual(raw().tags.tags.map((one) => one.id), [tag.id]);
  await client.tags.untagConversation({ conversation_id, tag_id: tag.id, admin_id });
  await client.conversations.find({ conversation_id });
  assert.deepEqual(raw().tags.tags, []);
});

test("a second contact joins and leaves", async () => {
  const conversation_id = await begin();
  const bob = (await client.contacts.create({ role: "lead", name: "Bob" })).id;
  await client.conversations.attachContactAsAdmin({ conversation_id, admin_id, customer: { intercom_user_id: bob } });
  assert.deepEqual(raw().contacts.contacts.map((contact) => contact.id).sort(), [ada, bob].sort());
  await client.conversations.detachContactAsAdmin({ conversation_id, contact_id: bob, admin_id });
  assert.deepEqual(raw().contacts.contacts.map((contact) => contact.id), [ada]);
});

test("words are redacted", async () => {
  const conversation_id = await begin("My word is quince");
  const body = { message_type: "comment", type: "admin", admin_id, body: "quince it is" };
  const { source, conversation_parts } = await client.conversations.reply({ conversation_id, body });
  const conversation_part_id = conversation_parts.conversation_parts[0].id;
  await client.conversations.redactConversationPart({ type: "conversation_part", conversation_id, conversation_part_id });
  await client.conversations.redactConversationPart({ type: "source", conversation_id, source_id: source.id });
  await client.conversations.find({ conversation_id });
  assert.deepEqual([raw().source.redacted, raw().conversation_parts.conversation_parts[0].redacted], [true, true]);
  assert.doesNotMatch(JSON.stringify(raw()), /quince/);
});

test("conversations are listed, searched and deleted", async () => {
  const ids = new Set([await begin("needle one"), await begin("needle two")]);
  const query = { field: "source.body", operator: "=", value: "needle" };
  const found = await all(client.conversations.search({ query, pagination: { per_page: 1 } }));
  assert.deepEqual(new Set(found.map((one) => one.id)), ids);
  assert.equal("next" in raw().pages, false);
  const listed = new Set((await all(client.conversations.list({ per_page: 1 }))).map((one) => one.id));
  assert([...ids].every((id) => listed.has(id)));
  assert.equal(raw().type, "conversation.list");
  const [gone] = ids;
  assert.equal((await client.conversations.deleteConversation({ conversation_id: Number(gone) })).deleted, true);
  assert.deepEqual(raw(), { id: gone, object: "conversation", deleted: true });
});
