"""What the demo shop's assistant knows, in Russian and in English: a small shop for clothes and shoes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuestionAnswer:
    """One piece of knowledge before it has an id."""

    question: str
    answer: str


_RUSSIAN = (
    QuestionAnswer(
        "Здравствуйте, привет, добрый день",
        "Здравствуйте! Чем можем помочь? Спросите о доставке, оплате, размерах или возврате.",
    ),
    QuestionAnswer(
        "Как вы доставляете заказы и сколько стоит доставка?",
        "Доставляем по всей России курьером и в пункты выдачи. Доставка стоит 350 ₽, при заказе от 5000 ₽ она "
        "бесплатная. По городу привезём за 1-2 дня, в регионы за 3-7 дней.",
    ),
    QuestionAnswer(
        "Как можно оплатить заказ?",
        "Оплатить можно банковской картой на сайте, через СБП или при получении: наличными или картой курьеру.",
    ),
    QuestionAnswer(
        "Как вернуть товар и когда придут деньги?",
        "Вернуть товар можно в течение 14 дней, если он не был в носке и сохранились бирки. Деньги вернём на карту "
        "за 3-10 дней.",
    ),
    QuestionAnswer(
        "Можно ли обменять вещь на другой размер или цвет?",
        "Да, обменяем в течение 14 дней: напишите номер заказа и нужный размер или цвет. Обмен бесплатный.",
    ),
    QuestionAnswer(
        "Какая гарантия на товар?",
        "На обувь и сумки гарантия 60 дней, на верхнюю одежду 30 дней. При заводском браке заменим вещь или вернём "
        "деньги.",
    ),
    QuestionAnswer(
        "Часы работы магазина: до скольки вы работаете и открыты ли в выходные?",
        "Мы работаем каждый день с 10:00 до 20:00, в выходные и праздники тоже.",
    ),
    QuestionAnswer(
        "Где находится магазин, какой адрес?",
        "Наш адрес: Москва, улица Лесная, 5, второй этаж. Рядом метро «Белорусская», есть парковка.",
    ),
    QuestionAnswer(
        "Можно ли забрать заказ самовывозом?",
        "Да, самовывоз из магазина бесплатный: заказ готов через два часа и хранится пять дней.",
    ),
    QuestionAnswer(
        "Как подобрать размер, есть ли таблица размеров?",
        "Таблица размеров есть на странице каждой вещи. Если вы между двумя размерами, берите больший: модели "
        "немного маломерят.",
    ),
    QuestionAnswer(
        "Есть ли товар в наличии?",
        "На сайте показано то, что есть в наличии. Если вашего размера нет, нажмите «Сообщить о поступлении»: "
        "обычно пополняем склад за неделю.",
    ),
    QuestionAnswer(
        "Есть ли скидка или промокод?",
        "На первый заказ скидка 10 % по промокоду START10. Постоянным покупателям дарим скидку 5 % на всё.",
    ),
    QuestionAnswer(
        "Где мой заказ, как узнать статус заказа?",
        "Статус заказа виден в личном кабинете, а трек-номер приходит в СМС в день отправки. Обычно посылка выезжает "
        "на следующий день после заказа.",
    ),
)

_ENGLISH = (
    QuestionAnswer(
        "Hello, hi, good morning",
        "Hello! How can we help? Ask us about delivery, payment, sizes or returns.",
    ),
    QuestionAnswer(
        "How do you deliver orders and how much is delivery?",
        "We deliver all over Russia by courier and to pickup points. Delivery costs 350 ₽ and is free for orders over "
        "5000 ₽. It takes 1-2 days in the city and 3-7 days elsewhere.",
    ),
    QuestionAnswer(
        "How can I pay for my order?",
        "You can pay by bank card on the site or in cash or by card when you receive the order.",
    ),
    QuestionAnswer(
        "How do I return an item and get my money back?",
        "You can return an unworn item with its tags within 14 days. The money is back on your card in 3-10 days.",
    ),
    QuestionAnswer(
        "Can I exchange an item for another size or colour?",
        "Yes, within 14 days: send us the order number and the size or colour you need. The exchange is free.",
    ),
    QuestionAnswer(
        "What warranty do you give?",
        "The warranty is 60 days on shoes and bags and 30 days on coats and jackets. For a factory defect we replace "
        "the item or return the money.",
    ),
    QuestionAnswer(
        "What are your opening hours, are you open at weekends?",
        "We are open every day from 10:00 to 20:00, at weekends and on holidays too.",
    ),
    QuestionAnswer(
        "Where is your shop, what is the address?",
        "Our address is 5 Lesnaya Street, Moscow, second floor, next to Belorusskaya metro station. There is parking.",
    ),
    QuestionAnswer(
        "Can I pick up my order at the store?",
        "Yes, pickup at the store is free: the order is ready in two hours and waits for you for five days.",
    ),
    QuestionAnswer(
        "Which size should I choose, is there a size chart?",
        "There is a size chart on the page of each item. Between two sizes take the larger one: our models run a "
        "little small.",
    ),
    QuestionAnswer(
        "Is this item in stock?",
        "What the site shows is in stock. If your size is missing, press 'Tell me when it is back': we usually restock "
        "within a week.",
    ),
    QuestionAnswer(
        "Do you have a discount or a promo code?",
        "There is a 10 % discount on the first order with the code START10. Regular customers get 5 % off everything.",
    ),
    QuestionAnswer(
        "Where is my order, how do I track its status?",
        "You can see the order's status in your account, and the tracking number comes by SMS on the day of dispatch. "
        "Parcels usually leave on the day after the order.",
    ),
)

DEMO_FAQ = _RUSSIAN + _ENGLISH
