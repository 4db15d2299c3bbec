// Plays the customer: picks a channel of the demo shop, writes, and shows what that customer sees.

const WORDS = {
  ru: { other: "English", empty: "Пока пусто. Напишите первым.", failed: "Не отправилось. Parley запущен?", shop: "магазин", me: "я" },
  en: { other: "Русский", empty: "Nothing here yet. Write first.", failed: "Not sent. Is Parley running?", shop: "shop", me: "me" },
};
const POLL_MS = 1000;
const find = (id) => document.getElementById(id);

let language = localStorage.getItem("language") ?? (navigator.language.startsWith("ru") ? "ru" : "en");
let account = null;
let shown = "";

function translate() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-ru]")) node.textContent = node.dataset[language];
  find("language").textContent = WORDS[language].other;
  shown = "";
}

function address() {
  const customer = find("customer").value.trim() || "Анна";
  return [account.channel, account.inbox_id, "customers", customer].map(encodeURIComponent).join("/");
}

function line(message) {
  const item = document.createElement("li");
  item.className = message.from;
  const text = document.createElement("p");
  text.textContent = [message.text, ...(message.files ?? []).map((name) => `[${name}]`)].filter(Boolean).join("\n");
  const note = document.createElement("small");
  const author = message.from === "shop" ? WORDS[language].shop : WORDS[language].me;
  note.textContent = `${author}, ${new Date(message.at).toLocaleTimeString(language)}`;
  item.append(text, note);
  return item;
}

function show(messages) {
  const now = JSON.stringify([messages, language]);
  if (now === shown) return;
  shown = now;
  const list = find("messages");
  const empty = document.createElement("li");
  empty.className = "empty";
  empty.textContent = WORDS[language].empty;
  list.replaceChildren(...(messages.length ? messages.map(line) : [empty]));
  list.scrollTop = list.scrollHeight;
}

async function refresh() {
  if (!account) return;
  const asked = address();
  const response = await fetch(asked).catch(() => null);
  if (response?.ok && asked === address()) show((await response.json()).messages);
}

async function send(event) {
  event.preventDefault();
  const box = find("text");
  const text = box.value.trim();
  if (!text || !account) return;
  const response = await fetch(address(), { method: "POST", body: JSON.stringify({ text }) }).catch(() => null);
  const problem = find("problem");
  problem.hidden = Boolean(response?.ok);
  if (response?.ok) box.value = "";
  else problem.textContent = (await response?.json().catch(() => null))?.detail ?? WORDS[language].failed;
  await refresh();
}

function choose(next, button) {
  account = next;
  for (const other of document.querySelectorAll("#accounts button")) other.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  find("title").textContent = next.name;
  shown = "";
  refresh();
}

async function start() {
  translate();
  const { items } = await (await fetch("accounts")).json();
  const buttons = items.map((item) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = item.name;
    button.addEventListener("click", () => choose(item, button));
    const entry = document.createElement("li");
    entry.append(button);
    find("accounts").append(entry);
    return button;
  });
  if (items.length) choose(items[0], buttons[0]);
  setInterval(refresh, POLL_MS);
}

find("language").addEventListener("click", () => {
  language = language === "ru" ? "en" : "ru";
  localStorage.setItem("language", language);
  translate();
  refresh();
});
find("customer").addEventListener("change", refresh);
find("compose").addEventListener("submit", send);
find("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    find("compose").requestSubmit();
  }
});
start();
