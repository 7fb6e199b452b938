package problem

import (
	"net/http"
	"time"

	"chesna/booking"
)

// openingRows: seats that open to a crowd, by turns.
func openingRows() []Row {
	return []Row{
		row(string(booking.CodeWaitForTurn), http.StatusConflict,
			"Зачекайте на свою чергу", "Wait for your turn",
			"Тут щойно відкрили місця, і всі записуються по черзі. Займіть місце в черзі: хто прийшов у відведений час, того черговість визначає жереб.",
			"Seats have just been opened here and everyone books in turn. Take a place in the queue: whoever comes in the time set for it is placed by lot.").
			after(30 * time.Second),
		row(string(booking.CodeOpeningAbsent), http.StatusNotFound,
			"Такого відкриття запису немає", "There is no such opening",
			"Перевірте адресу або виберіть відкриття запису зі списку.", "Check the address, or choose an opening from the list."),
		row(string(booking.CodeOpeningEnded), http.StatusGone,
			"Черга завершилася", "The queue is over",
			"Запис уже вільний: виберіть час на сторінці установи.", "Booking is free: choose a time on the post's page."),
		row(string(booking.CodeLobbyClosed), http.StatusConflict,
			"Ще зарано займати місце", "It is too early to take a place",
			"Місця в черзі дають трохи раніше, ніж відкриється запис. Хто прийде першим, переваги не матиме.",
			"Places are given from shortly before booking opens. Coming first gives no advantage.").
			after(time.Minute),
		row(string(booking.CodePlaceAbsent), http.StatusNotFound,
			"У вас немає місця в цій черзі", "You have no place in this queue",
			"Займіть місце в черзі, і ми його за вами збережемо.", "Take a place in the queue; it will be kept for you."),
	}
}
