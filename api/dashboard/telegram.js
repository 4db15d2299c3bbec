// The page behind the master bot's button. The token stands behind the #, so that it reaches no log; a person presses,
// because programs that preview links would use it up.
const WORDS = {
  ru: {
    enter: "Войти",
    ready: "Вход через Telegram.",
    done: "Вы вошли. Можно закрыть эту страницу.",
    expired: "Эта ссылка уже использована или устарела. Пришлите боту /start ещё раз.",
    failed: "Не получилось. Попробуйте ещё раз.",
  },
  en: {
    enter: "Sign in",
    ready: "Signing in with Telegram.",
    done: "You are signed in. You can close this page.",
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

enter.addEventListener("click", async () => {
  enter.disabled = true;
  try {
    const answer = await fetch("/api/v1/auth/master/exchange", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ token, cookies: true }),
    });
    enter.hidden = answer.ok || answer.status === 422;
    status.textContent = answer.ok ? words.done : answer.status === 422 ? words.expired : words.failed;
  } catch {
    status.textContent = words.failed;
  } finally {
    enter.disabled = false;
  }
});
