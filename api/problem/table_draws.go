package problem

import (
	"net/http"

	"chesna/booking"
)

// drawRows: draws, entries and offers.
func drawRows() []Row {
	return []Row{
		row(string(booking.CodeDrawAbsent), http.StatusNotFound,
			"Такого жеребкування немає", "There is no such draw",
			"Перевірте адресу або виберіть жеребкування зі списку.", "Check the address, or choose a draw from the list."),
		row(string(booking.CodeNotPublished), http.StatusNotFound,
			"Ще не оприлюднено", "Not published yet",
			"Списки заявок оприлюднюють після завершення приймання, результат — після жеребкування.",
			"The lists are published when entry has closed, the result after the draw."),
		row(string(booking.CodeEntryClosed), http.StatusConflict,
			"Заявок зараз не приймають", "Entries are not taken now",
			"Приймання заявок ще не почалося або вже завершилося. Коли саме подано заявку в цей строк, значення не має.",
			"Entry has not begun or is over. When you enter within that time does not matter."),
		row(string(booking.CodeEntryFrozen), http.StatusConflict,
			"Заявка зараз бере участь у жеребкуванні", "The entry is in a draw now",
			"Після завершення приймання заявку не можна змінити чи відкликати, доки не оголошено результат.",
			"Once entry has closed an entry can neither change nor leave until the result is published."),
		row(string(booking.CodeEntryAbsent), http.StatusNotFound,
			"Вашої заявки тут немає", "You have no entry here",
			"У цьому жеребкуванні немає заявки, яку подали ви.", "There is no entry of yours in this draw."),
		row(string(booking.CodeAlreadyEntered), http.StatusConflict,
			"Чинна заявка вже є", "There is a live entry already",
			"Кожна особа може мати одну чинну заявку на послуги цієї групи в усіх установах разом, також у складі родини.",
			"Each person can have one live entry in a group of services, over all posts, also as a member of a family."),
		row(string(booking.CodeLiveEntry), http.StatusConflict,
			"Ви берете участь у жеребкуванні", "You take part in a draw",
			"Поки є чинна заявка на послуги цієї групи, записатися на вільний час не можна. Відкличте заявку, якщо хочете записатися так.",
			"While there is a live entry in this group of services, a free time cannot be booked. Withdraw the entry if you want to book that way."),
		row(string(booking.CodeOfferOpen), http.StatusConflict,
			"Вам уже запропоновано місце", "A seat is offered to you",
			"Спершу підпишіть або відхиліть пропозицію, яку вже отримали.", "Sign or decline the offer that you have first."),
		row(string(booking.CodeOfferAbsent), http.StatusNotFound,
			"Такої пропозиції немає", "There is no such offer",
			"Пропозицію не знайдено, або вона не ваша.", "The offer was not found, or it is not yours."),
		row(string(booking.CodeOfferEnded), http.StatusGone,
			"Пропозиція завершилася", "The offer has ended",
			"Строк підписання минув або пропозицію відхилено. Місце буде розіграно знову.",
			"The time to sign is over, or it was declined. The seat will be drawn again."),
		row(string(booking.CodePaused), http.StatusConflict,
			"Запис онлайн призупинено", "Online entry is paused",
			"Після неявки, пізнього скасування або двох непідписаних пропозицій запис онлайн на деякий час призупиняється.",
			"After a no-show, a late cancellation or two unsigned offers, online entry is paused for some time."),
		row(string(booking.CodeSignatureNeeded), http.StatusConflict,
			"Потрібен ваш підпис", "Your signature is needed",
			"Підпишіть доданий текст і надішліть той самий запит разом із підписом.",
			"Sign the text that comes with this answer and send the same request with the signature."),
		row(string(booking.CodeEntryTooLarge), http.StatusUnprocessableEntity,
			"Осіб більше, ніж місць", "More persons than seats",
			"Для стількох осіб разом у жодному з вибраних проміжків немає місць. Виберіть інші проміжки або менше осіб.",
			"None of the chosen windows has seats for so many persons together. Choose other windows or fewer persons."),
		row(string(booking.CodeReturnedSeat), http.StatusConflict,
			"Тут розігрують місце, яке ви повернули", "A seat that you gave back is drawn here",
			"Хто повернув місце, не бере участі в жеребкуванні цього місця.", "Whoever gave a seat back is not in the draw of that seat."),
		row(string(booking.CodeChangesUsedUp), http.StatusConflict,
			"Змінювати більше не можна", "No more changes are possible",
			"Запис можна перенести двічі, заявку на жеребкування змінити 29 разів. Скасувати чи вийти можна завжди.",
			"An appointment can be moved twice, an entry in a draw changed 29 times. Cancelling or leaving is always possible."),
	}
}
