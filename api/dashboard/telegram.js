// The page behind the master bot's button. The token stands behind the #, so that it reaches no log; a person presses,
// because programs that preview links would use it up.
const WORDS = {
  ru: {
    enter: "Войти",
    ready: "Вход через Telegram. Нажимайте, только если сами попросили эту ссылку у бота.",
    done: (name) => `Вы вошли как ${name}. Если это не вы, выйдите. Эту страницу можно закрыть.`,
    expired: "Эта ссылка уже использована или устарела. Пришлите боту /start ещё раз.",
    failed: "Не получилось. Попробуйте ещё раз.",
  },
  en: {
    enter: "Sign in",
    ready: "Signing in with Telegram. Press only if you asked the bot for this link yourself.",
    done: (name) => `You are signed in as ${name}. If this is not you, sign out. You can close this page.`,
    expired: "This link was used or is too old. Send /start to the bot again.",
    failed: "That did not work. Try again.",
  },
};
const words = navigator.language.startsWith("ru") ? WORDS.ru : WORDS.en;
const token = location.hash.slice(1);
const status = document.getElementById("status");
const enter = document.getElementById("enter");

document.documentElement.lang = words === WORDS.ru ? "ru" : "en";
history.replaceState(null, "", location.pathname);
enter.textContent = words.enter;
status.textContent = token ? words.ready : words.expired;
enter.hidden = !token;

// Whoever sends somebody a link of their own would have them work in a foreign desk: so it is said whose it is.
async function whose() {
  const me = await (await fetch("/api/v1/auth/me")).json();
  return me.email || me.name || me.id;
}

enter.addEventListener("click", async () => {
  enter.disabled = true;
  try {
    const answer = await fetch("/api/v1/auth/master/exchange", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, cookies: true }),
    });
    enter.hidden = answer.ok || answer.status === 422;
    status.textContent = answer.ok ? words.done(await whose()) : answer.status === 422 ? words.expired : words.failed;
  } catch {
    status.textContent = words.failed;
  } finally {
    enter.disabled = false;
  }
});
