// What the chat says by itself, in the visitor's language.

const WORDS = {
  ru: {
    title: "Чат", log: "Переписка", older: "Показать раньше", send: "Отправить", text: "Сообщение",
    attach: "Приложить файл", close: "Закрыть чат", offer: "Оставить контакты", later: "Не сейчас",
    contacts: "Оставьте почту или телефон, и мы ответим, даже если вы закроете страницу.",
    closed: "Чат сейчас закрыт. Оставьте контакты, и мы ответим.",
    name: "Имя", email: "Почта", phone: "Телефон", question: "Вопрос", leave: "Оставить",
    thanks: "Спасибо! Мы свяжемся с вами.", typing: "Печатает…",
    needsHuman: "Ответит человек. Обычно это занимает немного времени.", person: "Вам отвечает человек.",
    failed: "Не отправлено.", again: "Повторить", offline: "Нет связи. Пробуем снова…", missing: "Такого чата нет.",
    you: "Вы", shop: "Магазин", robot: "Автоответчик", file: "Файл",
    too_many_requests: "Слишком часто. Подождите минуту.", chat_paused: "Чат сейчас закрыт.",
    file_refused: "Такие файлы не принимаем: только картинки, звук, видео, PDF и документы.",
    file_too_large: "Файл больше 10 МБ.", file_empty: "Файл пустой.",
    contacts_needed: "Укажите почту или телефон.", email_wrong: "Проверьте адрес почты.", phone_wrong: "Проверьте телефон.",
  },
  en: {
    title: "Chat", log: "Conversation", older: "Show earlier", send: "Send", text: "Message",
    attach: "Attach a file", close: "Close the chat", offer: "Leave contacts", later: "Not now",
    contacts: "Leave an e-mail address or a phone number, and we will answer even if you close the page.",
    closed: "The chat is closed now. Leave your contacts and we will answer.",
    name: "Name", email: "E-mail", phone: "Phone", question: "Question", leave: "Send",
    thanks: "Thank you! We will be in touch.", typing: "Typing…",
    needsHuman: "A person will answer. It usually takes a little while.", person: "A person is answering you.",
    failed: "Not sent.", again: "Try again", offline: "No connection. Trying again…", missing: "There is no such chat.",
    you: "You", shop: "Shop", robot: "Automatic reply", file: "File",
    too_many_requests: "Too often. Wait a minute.", chat_paused: "The chat is closed now.",
    file_refused: "Files of this kind are not taken: pictures, sound, video, PDF and documents only.",
    file_too_large: "The file is larger than 10 MB.", file_empty: "The file is empty.",
    contacts_needed: "Give an e-mail address or a phone number.", email_wrong: "Check the e-mail address.",
    phone_wrong: "Check the phone number.",
  },
};

export const settings = new URLSearchParams(location.hash.slice(1));
export const language = (settings.get("lang") ?? navigator.language).startsWith("ru") ? "ru" : "en";
export const word = (name) => WORDS[language][name];
