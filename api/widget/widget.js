// Puts the chat on a site: a button in the corner, and the chat's own page in a frame when it is pressed.
//   <script src="https://desk.example/widget.js" data-slug="demo" async></script>
// More, all optional: data-inbox, data-accent="#1857c4", data-position="left", data-lang="ru" or "en".
(() => {
  const script = document.currentScript;
  const { slug, inbox, accent = "#1857c4", position = "right", lang = navigator.language } = script.dataset;
  const desk = new URL(script.src).origin;
  const words = lang.startsWith("ru") ? { open: "Открыть чат", close: "Закрыть чат", title: "Чат" } : { open: "Open the chat", close: "Close the chat", title: "Chat" };
  const colour = /^#[0-9a-f]{6}$/i.test(accent) ? accent : "#1857c4";
  const side = position === "left" ? "left" : "right";

  const style = new CSSStyleSheet();
  style.replaceSync(`
    :host { all: initial; }
    button { position: fixed; bottom: 20px; ${side}: 20px; z-index: 2147483000; width: 60px; height: 60px; border: 0; border-radius: 30px; background: ${colour}; cursor: pointer; box-shadow: 0 2px 12px #0006; }
    button:focus-visible { outline: 3px solid #fff; box-shadow: 0 0 0 6px ${colour}; }
    svg { width: 28px; height: 28px; fill: #fff; stroke: #0003; stroke-width: .5; }
    span { position: absolute; top: -4px; right: -4px; min-width: 22px; border-radius: 11px; background: #b3261e; color: #fff; font: bold 13px/22px system-ui, sans-serif; }
    iframe { position: fixed; bottom: 92px; ${side}: 20px; z-index: 2147483000; width: 390px; height: min(620px, calc(100dvh - 112px)); border: 0; border-radius: 16px; box-shadow: 0 4px 24px #0006; background: #fff; }
    [hidden] { display: none; }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: 100%; border-radius: 0; } button[aria-expanded="true"] { display: none; } }
  `);

  const host = document.createElement("div");
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [style];
  const button = document.createElement("button");
  const badge = document.createElement("span");
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-9l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z");
  icon.append(shape);
  badge.hidden = true;
  button.type = "button";
  button.append(icon, badge);
  root.append(button);
  let frame = null;
  let unread = 0;

  function address() {
    const about = new URLSearchParams({ closes: 1, lang, page: location.origin + location.pathname });
    if (document.referrer) about.set("referrer", document.referrer.split(/[?#]/)[0]);
    const query = inbox ? `?inbox=${encodeURIComponent(inbox)}` : "";
    return `${desk}/${encodeURIComponent(slug)}/chat/embed${query}#${about}`;
  }

  function show(isOpen) {
    if (isOpen && !frame) {
      frame = document.createElement("iframe");
      frame.title = words.title;
      frame.src = address();
      frame.addEventListener("load", () => frame.focus());
      root.append(frame);
    }
    if (frame) frame.hidden = !isOpen;
    button.setAttribute("aria-expanded", String(isOpen));
    button.setAttribute("aria-label", isOpen ? words.close : words.open);
    if (isOpen) count(0);
  }

  function count(number) {
    unread = number;
    badge.textContent = String(number);
    badge.hidden = number === 0;
  }

  button.addEventListener("click", () => {
    show(!frame || frame.hidden);
    if (!frame.hidden) frame.focus();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && frame && !frame.hidden) show(false); });
  window.addEventListener("message", (event) => {
    if (!frame || event.origin !== desk || event.source !== frame.contentWindow) return;
    if (event.data?.parley === "message" && frame.hidden) count(unread + 1);
    if (event.data?.parley !== "close") return;
    show(false);
    button.focus();
  });

  show(false);
  const place = () => document.body.append(host);
  if (document.body) place(); else document.addEventListener("DOMContentLoaded", place);
})();
