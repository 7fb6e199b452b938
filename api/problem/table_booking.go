package problem

import (
	"net/http"
	"time"

	"chesna/booking"
)

// bookingRows: what can be booked where, by whom.
func bookingRows() []Row {
	return []Row{
		row(string(booking.CodeUnknownConsulate), http.StatusNotFound,
			"Такої установи немає", "There is no such post",
			"Виберіть установу зі списку.", "Choose a post from the list."),
		row(string(booking.CodeUnknownService), http.StatusNotFound,
			"Такої послуги немає", "There is no such service",
			"Виберіть послугу зі списку.", "Choose a service from the list."),
		row(string(booking.CodeOutsideDistrict), http.StatusForbidden,
			"Інший консульський округ", "Another consular district",
			"Записатися можна до установи, в окрузі якої ви перебуваєте. Перевірте вказану країну перебування.",
			"You can book at the posts of the district where you stay. Check the country of stay that you declared."),
		row(string(booking.CodeCountryNeeded), http.StatusForbidden,
			"Вкажіть країну перебування", "Say in which country you stay",
			"Спершу вкажіть країну, у якій ви перебуваєте: від неї залежить, до яких установ можна записатися.",
			"Declare your country of stay first: it decides at which posts you can book."),
		row(string(booking.CodeEmailNeeded), http.StatusForbidden,
			"Потрібна адреса електронної пошти", "An e-mail address is needed",
			"Перш ніж записатися, вкажіть адресу електронної пошти й підтвердьте її кодом із листа: туди надійдуть повідомлення про запис.",
			"Before you book, give an e-mail address and confirm it with the code from the mail: notices about the appointment go there."),
		row(string(booking.CodeApplicantRefused), http.StatusUnprocessableEntity,
			"Для цієї особи послугу замовити не можна", "Not for this applicant",
			"Перевірте, для кого ви замовляєте послугу: одні надають лише вам особисто, інші — лише дитині.",
			"Check for whom you ask: some services are for yourself only, others for a child only."),
		row(string(booking.CodeByDraw), http.StatusConflict,
			"Місця розподіляє жеребкування", "Seats are given by draw",
			"Ця установа розподіляє місця жеребкуванням; час подання заявки не має значення.",
			"This post gives its seats by draw; it does not matter when you ask."),
		row(string(booking.CodeSoldOut), http.StatusConflict,
			"Вільних місць немає", "No seat is free",
			"На цей час вільних місць уже немає. Виберіть інший час; звільнені місця відкриваються у випадковий момент.",
			"No seat is free at this time. Choose another; seats that come back open again at a random moment."),
		row(string(booking.CodeAlreadyBooked), http.StatusConflict,
			"Запис на таку послугу вже є", "There is an appointment already",
			"Одна особа може мати один чинний запис на послуги цієї групи в усіх установах разом.",
			"One person can have one active appointment in a group of services, over all posts."),
	}
}

// holdRows: a seat kept for some minutes.
func holdRows() []Row {
	return []Row{
		row(string(booking.CodeHoldNotFound), http.StatusNotFound,
			"Такого бронювання немає", "No such hold",
			"Бронювання не знайдено: можливо, його час сплив або його зробили не ви.",
			"The hold was not found: its time may be over, or it is not yours."),
		row(string(booking.CodeHoldExpired), http.StatusGone,
			"Час бронювання сплив", "The hold has ended",
			"Час на підписання минув. Виберіть час іще раз.",
			"The time to sign is over. Choose a time again."),
		row(string(booking.CodeHoldConfirming), http.StatusConflict,
			"Запис саме підтверджується", "It is being confirmed",
			"Ваше бронювання саме підтверджується, змінити його вже не можна. Зачекайте кілька секунд.",
			"The hold is being confirmed and cannot be changed. Wait a few seconds.").after(2 * time.Second),
		row(string(booking.CodeAlreadyExtended), http.StatusConflict,
			"Час уже продовжено", "Extended already",
			"Бронювання можна продовжити лише один раз.",
			"A hold can be extended once."),
		row(string(booking.CodeHoldLimit), http.StatusTooManyRequests,
			"Забагато бронювань за день", "Too many holds today",
			"Сьогодні ви вже кілька разів бронювали місце в цій групі послуг. Спробуйте завтра.",
			"You have held several seats in this group of services today. Try again tomorrow.").after(time.Hour),
		row(string(booking.CodeHoldElsewhere), http.StatusConflict,
			"Для цієї особи вже є бронювання", "This applicant has a hold already",
			"У цій групі послуг для цієї особи вже тримається місце. Підтвердьте або скасуйте те бронювання.",
			"A seat is held for this applicant in this group of services. Confirm or release that hold."),
		row(string(booking.CodeSeatTaken), http.StatusConflict,
			"Це місце вже зайняте", "The seat is taken",
			"Реєстр не підтвердив місце: його вже має інша особа. Виберіть інший час.",
			"The ledger did not confirm the seat: somebody else has it. Choose another time."),
		row(string(booking.CodeAlreadyConfirmed), http.StatusConflict,
			"Запис уже підтверджено", "Confirmed already",
			"Це бронювання вже підтверджено іншим підписом. Ваш запис — у розділі «Мої записи».",
			"This hold was confirmed with another signature. Look under your appointments."),
		row(string(booking.CodeSignatureReused), http.StatusConflict,
			"Цей підпис уже використано", "This signature was used before",
			"Кожен підпис приймається один раз. Підпишіть текст іще раз.",
			"Each signature is accepted once. Sign the text again."),
	}
}

// appointmentRows: a confirmed booking.
func appointmentRows() []Row {
	return []Row{
		row(string(booking.CodeAppointmentAbsent), http.StatusNotFound,
			"Такого запису немає", "No such appointment",
			"Запис не знайдено серед ваших.",
			"It is not among your appointments."),
		row(string(booking.CodeNotActive), http.StatusConflict,
			"Запис уже завершено", "The appointment has ended",
			"Цей запис уже не чинний, змінити його не можна.",
			"This appointment is no longer active and cannot be changed."),
		row(string(booking.CodeTooLate), http.StatusConflict,
			"Запізно", "Too late",
			"Час прийому вже настав.",
			"The appointment has begun."),
		row(string(booking.CodeTooEarly), http.StatusConflict,
			"Зарано", "Too early",
			"Результат можна внести лише після початку прийому.",
			"An outcome can be recorded once the appointment has begun."),
	}
}

// weekRows: what an officer publishes.
func weekRows() []Row {
	return []Row{
		row(string(booking.CodeSeatsTaken), http.StatusConflict,
			"Деякі місця вже зайняті", "Some seats are taken",
			"Оприлюднене місце, яке хтось має, не може зникнути. Зайняті місця названо в полі seats.",
			"A published seat that somebody has cannot vanish. The member seats lists them.").adding(),
		row(string(booking.CodeBelowMinimum), http.StatusConflict,
			"Менше за встановлений мінімум", "Below the legal minimum",
			"Тиждень коротший за 20 годин (або 4 години щодня). Підпишіть текст із поля document (у ньому є названа вами причина) і надішліть той самий запит із підписом.",
			"The week has less than 20 hours (or 4 a day). Sign the text of the member document, which states the reason that you gave, and send the same request with the signature.").adding(),
		row(string(booking.CodeStale), http.StatusPreconditionFailed,
			"Тиждень уже змінив хтось інший", "Changed by somebody else",
			"Від часу, коли ви відкрили тиждень, його змінили. Подивіться ще раз і повторіть свої зміни.",
			"The week was changed since you looked at it. Look again and repeat your changes."),
		row(string(booking.CodeWeekPast), http.StatusConflict,
			"Цей тиждень минув", "The week is over",
			"Минулий тиждень змінити не можна.",
			"A week that is over cannot be changed."),
	}
}
