package problem

import (
	"net/http"
	"time"

	"chesna/identity"
)

// sessionRows: who is asking?
func sessionRows() []Row {
	return []Row{
		row(string(identity.CodeUnauthenticated), http.StatusUnauthorized,
			"Увійдіть", "Sign in",
			"Для цього треба увійти з кваліфікованим електронним підписом; можливо, час сеансу сплив.",
			"Sign in with a qualified electronic signature; your session may have ended."),
		row(string(identity.CodeForbidden), http.StatusForbidden,
			"Немає права на цю дію", "Not within your rights",
			"Ваші права не охоплюють цієї дії. Права надає адміністратор безпеки.",
			"The rights you were given do not cover this. The security administrator grants them."),
		row(string(identity.CodeChallengeUnknown), http.StatusGone,
			"Текст для входу вже недійсний", "The sign-in text is no longer valid",
			"Текст для входу можна підписати лише один раз і лише кілька хвилин. Візьміть новий.",
			"A sign-in text can be used once, within some minutes. Ask for a new one."),
		row(string(identity.CodeSignatureRejected), http.StatusUnprocessableEntity,
			"Підпис не прийнято", "The signature was not accepted",
			"Підпис не пройшов перевірки; причину названо в полі reason. Нічого не змінено.",
			"The signature did not pass; the member reason says why. Nothing was changed."),
		row(string(identity.CodeSignerMismatch), http.StatusForbidden,
			"Підписала інша особа", "Somebody else signed",
			"Підписати має та сама особа, яка увійшла. Ніколи не передавайте свій ключ і пароль іншим.",
			"The person who signed in has to sign. Never give your key and password to anyone."),
		row(string(identity.CodeIdentityConflict), http.StatusConflict,
			"Потрібна перевірка працівником", "An officer has to look at this",
			"Дані сертифіката належать двом різним записам у системі. Зверніться до консульської установи.",
			"The certificate's data belong to two different records. Please contact the consulate."),
		row(string(CodeCrossOrigin), http.StatusForbidden,
			"Форму надіслано з іншого сайту", "Sent from another site",
			"Запит прийшов не зі сторінок цієї системи, тому його не виконано.",
			"The request did not come from a page of this system and was not carried out."),
		row(string(CodeFormToken), http.StatusForbidden,
			"Форма застаріла", "The form is out of date",
			"Сторінку відкрито надто давно або в іншому сеансі. Оновіть її й надішліть ще раз.",
			"The page was opened too long ago or in another session. Reload it and send it again."),
	}
}

// personRows: the person's own data.
func personRows() []Row {
	return []Row{
		row(string(identity.CodeEmailUnverified), http.StatusForbidden,
			"Підтвердьте адресу пошти", "Confirm your e-mail address",
			"Спершу вкажіть адресу електронної пошти й уведіть код, який ми туди надіслали.",
			"Give an e-mail address first and enter the code that we sent there."),
		row(string(identity.CodeEmailCode), http.StatusUnprocessableEntity,
			"Код неправильний або застарів", "The code is wrong or too old",
			"Перевірте код у листі або замовте новий.",
			"Check the code in the message or ask for a new one."),
		row(string(identity.CodeCountryFixed), http.StatusConflict,
			"Країну вже змінювали", "The country was changed lately",
			"Країну перебування можна змінювати не частіше ніж раз на 90 днів.",
			"The country of stay can be changed once in 90 days.").adding(),
		row(string(identity.CodeRateLimited), http.StatusTooManyRequests,
			"Забагато спроб", "Too many attempts",
			"Ви робите це надто часто. Зачекайте: частіші спроби не дають переваги.",
			"You do this too often. Wait: asking more often gives no advantage.").after(30 * time.Second),
		row(string(identity.CodePersonUnknown), http.StatusNotFound,
			"Такої особи немає", "No such person",
			"У системі немає такого запису про особу.",
			"The system has no such person."),
	}
}
