package problem

import (
	"net/http"
	"time"

	"chesna/booking"
)

// inputRows: the request itself is wrong.
func inputRows() []Row {
	return []Row{
		row(string(booking.CodeInvalid), http.StatusBadRequest,
			"Перевірте введене", "Check what you entered",
			"Одне або кілька полів заповнено неправильно. Виправте позначені поля й надішліть ще раз.",
			"One or more fields are wrong. Correct the fields listed under errors and send it again."),
		row(string(CodeMalformedBody), http.StatusBadRequest,
			"Запит не читається", "The body cannot be read",
			"Тіло запиту має бути одним об’єктом JSON: без повторених ключів, без зайвих байтів після кінця, не надто глибоким.",
			"The body must be one JSON object: no duplicate keys, no bytes after its end, not nested too deeply."),
		row(string(CodeMalformedRequest), http.StatusBadRequest,
			"Запит не читається", "The request cannot be read",
			"Адреса, заголовки або кодування запиту неправильні.",
			"The address, headers or encoding of the request are wrong.").adding(),
		row(string(CodeNotFound), http.StatusNotFound,
			"Такої сторінки немає", "There is nothing here",
			"За цією адресою нічого немає. Перевірте адресу.",
			"Nothing answers at this address. Check it."),
		row(string(CodeMethodNotAllowed), http.StatusMethodNotAllowed,
			"Цей метод тут не діє", "This method does not work here",
			"Адреса правильна, але метод запиту — ні. Дозволені методи названо в заголовку Allow.",
			"The address exists, but not with this method. The Allow header names those that work."),
		row(string(CodeBodyTooLarge), http.StatusRequestEntityTooLarge,
			"Забагато даних", "Too much data",
			"Тіло запиту довше, ніж дозволено. Підпис має бути не більшим за 64 КіБ.",
			"The body is longer than allowed. A signature may have at most 64 KiB."),
		row(string(CodeUnsupportedMediaType), http.StatusUnsupportedMediaType,
			"Такий тип даних не приймається", "This content type is not taken",
			"Надішліть дані як application/json у кодуванні UTF-8, без стиснення.",
			"Send application/json in UTF-8, not compressed.").adding(),
		row(string(booking.CodeKeyMismatch), http.StatusUnprocessableEntity,
			"Ключ уже використано", "The Idempotency-Key was used before",
			"З цим Idempotency-Key вже надсилали інший запит. Для нового запиту візьміть новий ключ.",
			"Another request was sent with this Idempotency-Key. Use a new key for a new request."),
		row(string(booking.CodeKeyInFlight), http.StatusConflict,
			"Перший запит ще виконується", "The first request still runs",
			"Запит із цим Idempotency-Key ще виконується. Повторіть за мить.",
			"A request with this Idempotency-Key is being carried out. Ask again in a moment.").after(time.Second),
		row(string(CodeIfMatchRequired), http.StatusPreconditionRequired,
			"Скажіть, яку редакцію ви бачили", "Say which revision you saw",
			"Надішліть If-Match зі значенням ETag, яке ви отримали; для тижня, який ще не оприлюднено, — \"0\".",
			"Send If-Match with the ETag that you were given; \"0\" for a week that was never published."),
	}
}

// serverRows: it is not the fault of the request.
func serverRows() []Row {
	return []Row{
		row(string(CodeTooManyRequests), http.StatusTooManyRequests,
			"Забагато запитів", "Too many requests",
			"З вашої мережі надходить забагато запитів. Зачекайте трохи: черга від цього не зміниться.",
			"Too many requests come from your network. Wait a little; nobody gets ahead of you by asking more often.").after(time.Minute),
		row(string(booking.CodeUnavailable), http.StatusServiceUnavailable,
			"Тимчасово недоступно", "Not available just now",
			"Одна з частин системи не відповідає. Нічого не змінено або зміну буде завершено; повторіть за кілька секунд.",
			"A part of the system does not answer. Nothing was changed, or the change will be completed; ask again in a few seconds.").after(5 * time.Second),
		row(string(booking.CodeNoInventory), http.StatusServiceUnavailable,
			"Список місць відновлюється", "The list of seats is being rebuilt",
			"Місця не зникли: їх список саме відновлюється з реєстру. Повторіть за кілька секунд.",
			"The seats are not gone: their list is being rebuilt from the ledger. Ask again in a few seconds.").after(5 * time.Second),
		row(string(CodeTimeout), http.StatusServiceUnavailable,
			"Не встигли відповісти", "It took too long",
			"Ми не встигли відповісти. Повторіть: повторення того самого запиту нічого не зіпсує.",
			"We could not answer in time. Ask again; repeating the same request is harmless.").after(5 * time.Second),
		row(string(CodeNotReady), http.StatusServiceUnavailable,
			"Система ще не готова", "Not ready",
			"Одна з частин системи ще не готова.",
			"A part of the system is not ready.").after(2 * time.Second),
		row(string(CodeInternal), http.StatusInternalServerError,
			"Помилка в системі", "Something went wrong here",
			"Сталася помилка на нашому боці. Вона записана; повторіть пізніше.",
			"The fault is ours and has been recorded. Try again later."),
	}
}
