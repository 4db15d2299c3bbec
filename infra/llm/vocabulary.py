"""Words that need more than a stemmer: fillers that say nothing, greetings, and families of one meaning.

Data for the FAQ matcher, in Russian and English; ё is written as е. Families are kept inside one language: a
customer is not answered in another one by way of a dictionary.
"""

from __future__ import annotations


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _set("""
а без бы был была были было быть в вам вами вас ваш ваша ваше вашего вашей вашем ваши вашу во вообще вопрос вот все вы
где да для до его ее ей если есть еще же за и из или им именно интересует интересно их к как какая какие каким каких
какого какой какую когда который кстати кто куда ли либо лучше меня мне могу может можем можете можно мой моя мои моего
мою мы на надо нам нас наш не ней нельзя нет ни но ну нужен нужна нужно о об он она они от откуда очень по под
подробнее подскажи подскажите пожалуйста получится почему при про раз расскажите с сегодня сейчас скажи скажите сколько
случае со спасибо спросить так также такой там то тоже только ты у уже узнать хотел хотела хотелось хочу чего чем через
что чтобы эта эти это этого этой этот эту я буду будет будете возможен возможна возможно возможны делаете дайте
большое большой завтра идет идут приходит придет оформить принимаете сделать способ способы такие какими
бывает бывают имеется
""") | _set("""
a about all also am an and any anything are as at be been being but by can could d did do does doing for from get got
had has have having he her him his how i if in into is it its just know let like ll m many may me might more much my
need no not now of off ok okay on one or our out please question re s she should so some t tell than thank thanks that
accept accepted different kind make makes method methods offer possible take takes way ways
the their them then there these they this those to too up us ve very want wanted was way we were what when where which
who whom why will with wonder wondering would yes you your yours
""")

GREETINGS = _set("""
здравствуйте здравствуй привет приветствую добрый доброе доброго день дня утро утра вечер вечера суток алло
hello hi hey good morning afternoon evening greetings dear
""")

NEVER_A_TOPIC = _set("""
цена стоит дорого срок долго товар вещь вещи деньги другой день дни пришел
price cost item items thing money day days time long
""")
"""Words that say something about a topic and never which one: no piece is recognised by them alone."""

FAMILIES = (
    "доставка доставить доставлять доставляете доставят доставили доставите привезти привезете привозите "
    "отправить отправка отправляете отправите пересылаете высылаете шлете",
    "оплата оплатить оплачивать заплатить расплатиться рассчитаться платить платеж оплачу платят",
    "возврат вернуть верну вернете верните вернут возвращать возвращаете возвратить сдать",
    "обмен обменять обменяете поменять поменяете заменить",
    "гарантия гарантийный гарантировать гарантируете",
    "работа работать работаете рабочий график режим расписание часы",
    "открыто открыты открываетесь открываться открыт",
    "закрыто закрыты закрываетесь закрываться",
    "адрес находитесь находится расположены располагаетесь добраться доехать проехать",
    "скидка скидочный дешевле акция акции промокод распродажа",
    "цена стоит стоимость стоить обойдется прайс стоят",
    "наличие наличии закончился закончились остался остались",
    "размер размеры размерный размеров размерная",
    "статус отследить отслеживать отслеживание трек посылка",
    "срок сроки долго быстро скоро дней",
    "выходной выходные воскресенье суббота воскресеньям воскресенья субботу субботам",
    "связаться телефон позвонить контакты контакт дозвониться",
    "самовывоз забрать",
    "брак бракованный сломался сломалась сломалось дефект неисправен поломка",
    "delivery deliver delivered ship shipping shipped shipment",
    "payment pay paying paid pays",
    "return returns refund refunds",
    "exchange swap replace",
    "warranty warranties guarantee guaranteed",
    "open opening opened opens",
    "close closing closed closes",
    "address located location situated",
    "discount discounts sale promo promotion coupon cheaper voucher",
    "price prices cost costs expensive fee",
    "stock available availability",
    "size sizes sizing fit fits",
    "track tracking status parcel package",
    "weekend weekends sunday sundays saturday saturdays",
    "contact phone call reach",
    "broken broke defect defective faulty damaged",
    "pickup collect",
    "shop store",
    "long soon fast quickly days",
)
"""Inflected forms are stemmed; the first word of a family stands for all."""
