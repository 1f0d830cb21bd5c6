// `intercom-client` with companies, tags, notes, attributes, segments, visitors, events, admins and teams.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { ask, client, raw } from "./recording.mjs";

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
  assert.deepEqual([raw().type, raw().company_id, raw().plan.name], ["company", "node-1", "Pro"]);
  const changed = await client.companies.update({ company_id: made.id, body: { name: "Acme Ltd", size: 85 } });
  assert.deepEqual([changed.name, changed.size, raw().plan.name], ["Acme Ltd", 85, "Pro"]);
  assert.equal((await client.companies.attachContact({ contact_id: ada, id: made.id })).id, made.id);
  for (const wanted of [{ name: "Acme Ltd" }, { company_id: "node-1" }]) {
    const found = await client.companies.retrieve(wanted);
    assert.deepEqual([found.type, raw().id, raw().data.map((company) => company.id)], ["list", made.id, [made.id]]);
  }
  const ofAda = await all(client.contacts.listAttachedCompanies({ contact_id: ada, per_page: 1 }));
  assert.deepEqual(ofAda.map((company) => company.id), [made.id]);
  assert((await all(client.companies.list({ per_page: 1 }))).some((company) => company.id === made.id));
  assert((await all(client.companies.scroll())).some((company) => company.id === made.id));
  const people = await client.companies.listAttachedContacts({ company_id: made.id });
  assert.deepEqual(people.data.map((person) => person.id), [ada]);
  assert.deepEqual((await client.companies.listAttachedSegments({ company_id: made.id })).data, []);
  assert.equal(raw().type, "list");
  await client.companies.detachContact({ contact_id: ada, company_id: made.id });
  assert.equal((await client.companies.delete({ company_id: made.id })).deleted, true);
});

test("tags are made, put on and taken off", async () => {
  const tag = await client.tags.create({ name: "Node VIP" });
  assert.equal((await client.tags.tagContact({ contact_id: ada, id: tag.id })).name, "Node VIP");
  const worn = await client.contacts.listAttachedTags({ contact_id: ada });
  assert.deepEqual(worn.data.map((one) => one.id), [tag.id]);
  assert.deepEqual([raw().type, raw().data[0].type], ["list", "tag"]);
  assert.equal((await client.tags.untagContact({ contact_id: ada, tag_id: tag.id })).id, tag.id);
  assert.deepEqual((await client.contacts.listAttachedTags({ contact_id: ada })).data, []);
  assert((await client.tags.list()).data.some((one) => one.id === tag.id));
  assert.equal((await client.tags.find({ tag_id: tag.id })).name, "Node VIP");
  assert.equal((await client.tags.create({ name: "Node beta", users: [{ id: ada }] })).name, "Node beta");
  assert.equal((await client.contacts.listAttachedTags({ contact_id: ada })).data[0].name, "Node beta");
  await client.tags.delete({ tag_id: tag.id });
});

test("companies are tagged and untagged", async () => {
  const company = await client.companies.createOrUpdate({ company_id: "node-2", name: "Globex" });
  const tag = await client.tags.create({ name: "Node key", companies: [{ company_id: "node-2" }] });
  await client.companies.find({ company_id: company.id });
  assert.deepEqual(raw().tags.tags.map((one) => one.id), [tag.id]);
  await client.tags.create({ name: "Node key", companies: [{ id: company.id, untag: true }] });
  await client.companies.find({ company_id: company.id });
  assert.deepEqual(raw().tags.tags, []);
});

test("notes are written and read page by page", async () => {
  for (const body of ["one", "two", "three"]) await client.notes.create({ contact_id: ada, body, admin_id: admin });
  const notes = await all(client.notes.list({ contact_id: ada, per_page: 2 }));
  assert.equal(notes.length, 3);
  assert.equal((await client.notes.find({ note_id: Number(notes[0].id) })).id, notes[0].id);
  assert.deepEqual([raw().type, raw().body, raw().contact.id, raw().author.id], ["note", "<p>three</p>", ada, admin]);
});

test("attributes are made and written", async () => {
  const made = await client.dataAttributes.create({ name: "node_seats", model: "contact", data_type: "integer" });
  assert.equal(made.name, "node_seats");
  const changed = await client.contacts.update({ contact_id: ada, custom_attributes: { node_seats: 7 } });
  assert.equal(changed.custom_attributes.node_seats, 7);
  const listed = await client.dataAttributes.list({ model: "contact" });
  assert(listed.data.some((attribute) => attribute.name === "node_seats"));
  assert.equal(raw().type, "list");
  const body = { archived: true, description: "How many sit there" };
  const archived = await client.dataAttributes.update({ data_attribute_id: made.id, body });
  assert.deepEqual([archived.archived, archived.description], [true, "How many sit there"]);
  assert.deepEqual([raw().type, raw().full_name, raw().id], ["data_attribute", "custom_attributes.node_seats", made.id]);
});

test("segments are listed and found, all and those of a contact", async () => {
  const filter = { field: "role", operator: "is", value: "user" };
  const made = await ask("POST", "/segments", { name: "Node users", filter });
  assert((await client.segments.list({ include_count: true })).segments.some((segment) => segment.id === made.id));
  assert.equal(raw().type, "segment.list");
  assert.equal((await client.segments.find({ segment_id: made.id })).name, "Node users");
  const ofAda = await client.contacts.listAttachedSegments({ contact_id: ada });
  assert(ofAda.data.some((segment) => segment.id === made.id));
});

test("visitors are found, changed and converted", async () => {
  const visitor = { app_id: process.env.PORCHLIGHT_TESTS_APP_ID, user_data: { anonymous_id: "node-browser" } };
  const { user } = await ask("POST", "/messenger/web/ping", { ...visitor, platform: "web", source: "apiBoot" });
  assert.equal((await client.visitors.find({ user_id: "node-browser" })).id, user.id);
  assert.deepEqual([raw().type, raw().user_id, raw().anonymous], ["visitor", "node-browser", true]);
  assert.equal((await client.visitors.update({ user_id: "node-browser", name: "Vi" })).name, "Vi");
  const whom = { user: { user_id: "node-vi", email: "vi@records.example" }, visitor: { user_id: "node-browser" } };
  const converted = await client.visitors.mergeToContact({ type: "user", ...whom });
  assert.deepEqual([converted.role, converted.external_id, raw().type], ["user", "node-vi", "contact"]);
  const gone = await client.visitors.find({ user_id: "node-browser" }).catch((error) => error);
  assert.deepEqual([gone.statusCode, raw().errors[0].message], [404, "Visitor Not Found"]);
});

test("events are recorded, listed and summed up", async () => {
  const now = Math.floor(Date.now() / 1000);
  await client.events.create({ id: ada, event_name: "ordered", created_at: now });
  const listed = await client.events.list({ type: "user", intercom_user_id: ada });
  assert.deepEqual(listed.events.map((event) => event.event_name), ["ordered"]);
  assert.deepEqual([raw().type, raw().intercom_user_id], ["event.list", ada]);
  const event_summaries = { event_name: "ordered", count: 5, first: now - 60, last: now };
  await client.events.summaries({ user_id: "node-ada", event_summaries });
  await client.events.list({ type: "user", intercom_user_id: ada, summary: true });
  assert.deepEqual([raw().type, raw().events[0].name, raw().events[0].count], ["event.summary", "ordered", 6]);
});

test("admins, teams and me are told", async () => {
  assert.equal((await client.admins.identify()).type, "admin");
  assert.equal(raw().app.id_code, process.env.PORCHLIGHT_TESTS_APP_ID);
  const admin_id = Number(admin);
  assert.equal((await client.admins.find({ admin_id })).id, admin);
  const away = await client.admins.away({ admin_id, away_mode_enabled: true, away_mode_reassign: false });
  assert.deepEqual([away.away_mode_enabled, raw().type], [true, "admin"]);
  const [team] = (await client.teams.list()).teams;
  assert.equal((await client.teams.find({ team_id: team.id })).name, "Support");
  assert.deepEqual([raw().type, raw().admin_ids], ["team", [admin_id]]);
  const told = await client.admins.listAllActivityLogs({ created_at_after: "0" });
  assert.deepEqual([told.type, raw().activity_logs], ["activity_log.list", []]);
});
