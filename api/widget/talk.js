// Talks to the public chat API: keeps the visitor's token, sends, and listens.

const PAUSES_MS = [500, 1000, 2000, 5000, 10000, 20000];
const pause = (attempt) =>
  new Promise((done) => setTimeout(done, PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]));

export class Refused extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

// An id of a message: the same again is the same message.
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What a browser remembers; where it may not, the page does.
const memory = new Map();
export const storage = {
  get(key) {
    try { return localStorage.getItem(key) ?? memory.get(key); } catch { return memory.get(key); }
  },
  set(key, value) {
    memory.set(key, value);
    try { localStorage.setItem(key, value); } catch { /* forgotten with the page */ }
  },
};

export class Talk {
  constructor(slug, inbox, about) {
    this.root = `/api/v1/chat/${encodeURIComponent(slug)}`;
    this.inbox = inbox;
    this.about = about;
    this.key = `parley/${slug}/${inbox}`;
    this.lastEvent = "";
  }

  // Comes in, as the visitor of last time where that holds. Answers the chat.
  async begin() {
    const session = await (await this.#fetch("POST", "session")).json();
    storage.set(this.key, session.token);
    return session.chat;
  }

  say(message, id) { return this.#json("messages", { message, client_id: id, ...this.about }); }

  leave(contacts, id) { return this.#json("lead", { ...contacts, client_id: id, ...this.about }); }

  send(file, id) {
    const headers = {
      "content-type": file.type || "application/octet-stream",
      "x-file-name": encodeURIComponent(file.name.slice(0, 80)),
      "idempotency-key": id,
    };
    return this.#call("POST", "files", { body: file, headers });
  }

  async history(cursor) {
    const query = cursor ? { cursor } : {};
    return (await this.#call("GET", "history", { query })).json();
  }

  async file(message, index) {
    return (await this.#call("GET", `messages/${message}/files/${index}`)).blob();
  }

  // Tells every event, for as long as the page is open; `online` says whether we hear anything.
  async listen(tell, online) {
    for (let attempt = 0; ; attempt++) {
      try {
        const headers = this.lastEvent ? { "last-event-id": this.lastEvent } : {};
        const response = await this.#call("GET", "events", { headers });
        online(true);
        attempt = 0;
        await this.#read(response.body.getReader(), tell);
      } catch (error) {
        online(error instanceof Refused);
      }
      await pause(attempt);
    }
  }

  async #read(reader, tell) {
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split("\n\n");
      text = blocks.pop();
      for (const block of blocks) this.#take(block, tell);
    }
  }

  #take(block, tell) {
    const fields = new Map(block.split("\n").map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]));
    if (fields.has("id")) this.lastEvent = fields.get("id");
    if (fields.has("event")) tell(fields.get("event"), JSON.parse(fields.get("data")));
  }

  #json(path, body) {
    return this.#call("POST", path, { body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  }

  // A call as a visitor. Who is no longer known begins anew, once.
  async #call(method, path, options = {}) {
    try {
      return await this.#fetch(method, path, options);
    } catch (error) {
      if (error.status !== 401) throw error;
      await this.begin();
      return this.#fetch(method, path, options);
    }
  }

  async #fetch(method, path, { body, headers = {}, query = {} } = {}) {
    const token = storage.get(this.key);
    const params = new URLSearchParams(this.inbox ? { ...query, inbox: this.inbox } : query);
    const response = await fetch(`${this.root}/${path}?${params}`, {
      method,
      body,
      headers: token ? { ...headers, authorization: `Bearer ${token}` } : headers,
      credentials: "omit",
      cache: "no-store",
    });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Refused(response.status, problem.code ?? "");
  }
}
