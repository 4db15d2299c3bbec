// The chat's page: /{slug}/chat, and the same in a frame of another site at /{slug}/chat/embed.

import { Refused, Talk, newId, storage } from "./talk.js";
import * as view from "./view.js";
import { settings, word } from "./words.js";

const { find } = view;
const slug = location.pathname.split("/")[1];
const inbox = new URLSearchParams(location.search).get("inbox") ?? "";
const isFramed = window.parent !== window;
const about = {
  page: settings.get("page") ?? location.origin + location.pathname,
  referrer: settings.get("referrer") ?? "",
};
const talk = new Talk(slug, inbox, about);
const open = (message, index) => talk.file(message, index);
const contactsKey = `${talk.key}/contacts`;
let chat = null;
let older = null;

// To the script on the site: nothing in it is anybody's business.
function signal(what) { if (isFramed) window.parent.postMessage({ parley: what }, "*"); }

function explain(error) {
  view.problem(error instanceof Refused ? word(error.code) ?? word("failed") : word("offline"));
}

function showTurn(state) {
  const isWaiting = state.status === "needs_human";
  view.turn(state.is_typing ? word("typing") : isWaiting ? word("needsHuman") : state.has_person ? word("person") : "");
  if (isWaiting && !storage.get(contactsKey) && find("contacts").hidden) find("offer").hidden = false;
}

function take(message, isLive) {
  const isNew = view.put(message, { open });
  view.quick([]);
  if (isLive && isNew && message.sender === "shop") signal("message");
}

async function deliver(id, shown, post) {
  view.wait(id, shown);
  view.problem();
  try {
    await post();
  } catch (error) {
    explain(error);
    view.fail(id, () => deliver(id, shown, post));
  }
}

function say(text) {
  const id = newId();
  view.quick([]);
  return deliver(id, text, () => talk.say(text, id));
}

function attach(file) {
  if (file.size > chat.file_limit) return view.problem(word("file_too_large"));
  const id = newId();
  return deliver(id, file.name, () => talk.send(file, id));
}

function showContacts(isShown) {
  find("contacts").hidden = !isShown;
  find("offer").hidden = true;
  find("compose").hidden = isShown || !chat.is_open;
  if (isShown && chat.is_open) find("contacts").elements.name.focus();
}

async function leave(event) {
  event.preventDefault();
  const contacts = Object.fromEntries(new FormData(find("contacts")));
  if (!contacts.email.trim() && !contacts.phone.trim()) return view.problem(word("contacts_needed"));
  try {
    await talk.leave(contacts, newId());
  } catch (error) {
    return explain(error);
  }
  storage.set(contactsKey, "left");
  view.problem();
  showContacts(false);
  view.turn(word("thanks"));
}

async function showOlder() {
  const page = await talk.history(older);
  for (const message of page.items) view.put(message, { open, isOlder: true });
  older = page.next_cursor;
  find("older").hidden = !older;
}

function compose(event) {
  event.preventDefault();
  const text = find("text").value.trim();
  if (!text) return;
  find("text").value = "";
  grow();
  say(text);
}

function grow() {
  const box = find("text");
  box.rows = Math.min(5, box.value.split("\n").length + Math.floor(box.value.length / 60));
}

function bind() {
  find("compose").addEventListener("submit", compose);
  find("contacts").addEventListener("submit", leave);
  find("offer").addEventListener("click", () => showContacts(true));
  find("later").addEventListener("click", () => showContacts(false));
  find("older").addEventListener("click", () => showOlder().catch(explain));
  find("attach").addEventListener("click", () => find("file").click());
  find("file").addEventListener("change", () => {
    for (const file of find("file").files) attach(file);
    find("file").value = "";
  });
  find("text").addEventListener("input", grow);
  find("text").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    find("compose").requestSubmit();
  });
  find("close").hidden = !isFramed || !settings.has("closes");
  find("close").addEventListener("click", () => signal("close"));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") signal("close"); });
  window.addEventListener("focus", () => { if (!find("compose").hidden) find("text").focus(); });
}

async function start() {
  view.dress();
  chat = await talk.begin();
  view.dress(chat);
  view.keepEnd();
  const page = await talk.history();
  if (!page.next_cursor) view.greet(chat.greeting);
  older = page.next_cursor;
  find("older").hidden = !older;
  if (!page.items.length && chat.is_open) view.quick(chat.quick_replies, say);
  for (const message of page.items.reverse()) take(message, false);
  bind();
  find("compose").hidden = !chat.is_open;
  find("later").hidden = !chat.is_open;
  showTurn(page.state);
  if (!chat.is_open) {
    showContacts(true);
    view.turn(word("closed"));
  }
  talk.lastEvent = page.items.length ? String(Date.parse(page.items.at(-1).at) * 1000) : "";
  talk.listen(
    (kind, data) => (kind === "message" ? take(data, true) : kind === "state" && showTurn(data)),
    (isOnline) => view.problem(isOnline ? "" : word("offline")),
  );
}

start().catch((error) => view.problem(error.status === 404 ? word("missing") : word("offline")));
