// The page: everything that is shown. Texts of people are inserted as text only.

import { language, word } from "./words.js";

export const find = (id) => document.getElementById(id);
const lines = new Map();

function element(name, className, ...content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

// Words of our own, and the owner's colour with a readable one on it.
export function dress(chat) {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  for (const [id, name] of [["text", "text"], ["attach", "attach"], ["close", "close"], ["scroll", "log"]])
    find(id).setAttribute("aria-label", word(name));
  find("text").placeholder = word("text");
  document.title = find("title").textContent = chat?.title || word("title");
  if (!chat) return;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(chat.accent.slice(at, at + 2), 16));
  const isLight = red * 0.299 + green * 0.587 + blue * 0.114 > 150;
  document.documentElement.style.setProperty("--accent", chat.accent);
  document.documentElement.style.setProperty("--on-accent", isLight ? "#111" : "#fff");
}

export function problem(text) {
  find("problem").textContent = text ?? "";
  find("problem").hidden = !text;
}

export function turn(text) { if (find("turn").textContent !== text) find("turn").textContent = text; }

// Addresses become links; all else stays text.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/).map((part, index) => {
    if (index % 2 === 0) return part;
    const link = element("a", "", part);
    Object.assign(link, { href: part, target: "_blank", rel: "noopener noreferrer nofollow" });
    return link;
  });
}

function who(message) {
  if (message.sender === "visitor") return word("you");
  return message.author_name || word(message.author === "auto_responder" ? "robot" : "shop");
}

function line(message) {
  const time = element("time", "", new Date(message.at).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = message.at;
  const text = element("p", "text", ...linked(message.text));
  text.hidden = !message.text;
  return element("li", message.sender, text, element("small", "", `${who(message)}, `, time));
}

function file(message, of, open) {
  const button = element("button", "file", of.name || word("file"));
  button.type = "button";
  button.addEventListener("click", async () => {
    const link = element("a");
    Object.assign(link, { href: URL.createObjectURL(await open(message.id, of.index)), download: of.name || word("file") });
    link.click();
  });
  if (of.kind === "image") picture(button, message, of, open);
  return button;
}

async function picture(button, message, of, open) {
  const image = element("img");
  image.alt = of.name || word("file");
  image.src = URL.createObjectURL(await open(message.id, of.index));
  button.replaceChildren(image);
}

// Adds a message, or what has become of one that waits. Answers whether it is new here.
export function put(message, { open, isOlder = false } = {}) {
  if (lines.has(message.id)) return false;
  const made = line(message);
  made.querySelector("p").after(...message.files.map((of) => file(message, of, open)));
  const waiting = lines.get(message.client_id);
  if (waiting) waiting.replaceWith(made);
  else if (isOlder) find("messages").prepend(made);
  else find("messages").append(made);
  lines.set(message.id, made);
  if (message.client_id) lines.set(message.client_id, made);
  if (!isOlder) toEnd();
  return !waiting;
}

// A message on its way.
export function wait(id, text) {
  if (lines.has(id)) return;
  const made = line({ sender: "visitor", text, at: new Date().toISOString() });
  made.classList.add("pending");
  lines.set(id, made);
  find("messages").append(made);
  toEnd();
}

// It did not get through: say so, and offer to try again.
export function fail(id, again) {
  const button = element("button", "again", word("again"));
  button.type = "button";
  const note = element("span", "failed", word("failed"), " ", button);
  button.addEventListener("click", () => { note.remove(); again(); });
  lines.get(id).append(note);
}

export function quick(questions, ask) {
  find("quick").replaceChildren(...questions.map((question) => {
    const button = element("button", "", question);
    button.type = "button";
    button.addEventListener("click", () => ask(question));
    return button;
  }));
}

export function greet(text) {
  if (text) find("messages").append(element("li", "shop", element("p", "text", ...linked(text))));
}

let isAtEnd = true;

function toEnd() { find("scroll").scrollTop = find("scroll").scrollHeight; }

// Whoever reads the newest words keeps seeing them when the room for them changes.
export function keepEnd() {
  const scroll = find("scroll");
  scroll.addEventListener("scroll", () => { isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40; });
  new ResizeObserver(() => { if (isAtEnd) toEnd(); }).observe(scroll);
}
