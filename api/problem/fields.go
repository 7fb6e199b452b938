package problem

import "chesna/booking"

// Codes of a Field that the edge itself gives; booking, capacity and identity add theirs.
const (
	FieldRequired   = "required"
	FieldUnknown    = "unknown"
	FieldNotAllowed = "not-allowed"
	FieldMalformed  = "malformed"
	FieldInvalid    = "invalid"
	FieldType       = "wrong-type"
	FieldTooLong    = "too-long"
	FieldTooShort   = "too-short"
	FieldOutOfRange = "out-of-range"
	FieldTooMany    = "too-many"
	FieldDuplicate  = "duplicate"
	FieldTooDeep    = "too-deep"
	FieldNotBase64  = "not-base64"
)

// fieldText is what is said about a wrong field: in English what the refusing package said, if it did.
func fieldText(f Field, lang string) string {
	if lang == "en" && f.Detail != "" {
		return f.Detail
	}
	var t booking.Text
	switch f.Code {
	case FieldRequired:
		t = booking.Text{UK: "потрібне значення", EN: "a value is needed"}
	case FieldUnknown:
		t = booking.Text{UK: "невідоме поле або значення", EN: "unknown field or value"}
	case FieldNotAllowed:
		t = booking.Text{UK: "тут цього не має бути", EN: "not allowed here"}
	case FieldMalformed, "format":
		t = booking.Text{UK: "неправильний запис", EN: "not of the documented form"}
	case FieldType:
		t = booking.Text{UK: "не той тип значення", EN: "a value of the wrong type"}
	case FieldTooLong:
		t = booking.Text{UK: "задовге значення", EN: "too long"}
	case FieldTooShort:
		t = booking.Text{UK: "закоротке значення", EN: "too short"}
	case FieldOutOfRange:
		t = booking.Text{UK: "значення поза дозволеними межами", EN: "outside the bounds"}
	case FieldTooMany:
		t = booking.Text{UK: "забагато значень", EN: "too many values"}
	case FieldDuplicate:
		t = booking.Text{UK: "те саме вказано двічі", EN: "given twice"}
	case FieldTooDeep:
		t = booking.Text{UK: "забагато рівнів вкладеності", EN: "nested too deeply"}
	case FieldNotBase64:
		t = booking.Text{UK: "має бути рядок base64", EN: "must be standard base64"}
	case "self":
		t = booking.Text{UK: "це ваші власні номери: щоб записатися самому, не вказуйте іншої особи", EN: "these are your own numbers"}
	case "not-possible":
		t = booking.Text{UK: "для цієї особи записатися не можна; якщо це помилка, зверніться до консульської установи", EN: "it is not possible to ask for this person"}
	case "other-person":
		t = booking.Text{UK: "цей номер ви вже вказували для іншої особи; перевірте номер", EN: "you gave this number for another person before"}
	case "too-many-applicants":
		t = booking.Text{UK: "за останні дванадцять місяців ви вже вказали найбільшу дозволену кількість інших осіб", EN: "too many other people in twelve months"}
	case "implied":
		t = booking.Text{UK: "це право є й так", EN: "given already by something else"}
	case "not-ready":
		t = booking.Text{UK: "ще не готово", EN: "not ready"}
	case "off-grid":
		t = booking.Text{UK: "час не збігається із сіткою", EN: "not on the grid"}
	case "empty-span":
		t = booking.Text{UK: "початок має бути раніше за кінець", EN: "must begin before it ends"}
	case "overlap":
		t = booking.Text{UK: "проміжки накладаються", EN: "overlaps another"}
	case "outside-week":
		t = booking.Text{UK: "дата поза цим тижнем", EN: "a date outside the week"}
	case "shorter-than-slot":
		t = booking.Text{UK: "проміжок коротший за один прийом", EN: "shorter than one appointment"}
	default:
		t = booking.Text{UK: "неправильне значення", EN: "not valid"}
	}
	return t.In(lang)
}
