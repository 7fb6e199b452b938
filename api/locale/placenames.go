package locale

import "strings"

// amended is the name of a country where the one of the Unicode tables does not do: they write Ukrainian by
// older rules than the orthography of 2019, and some names have changed since. Empty: the table's name does.
func amended(l Lang, code string) string {
	names := amendedUK
	if l == English {
		names = amendedEN
	}
	for line := range strings.Lines(names) {
		if of, name, _ := strings.Cut(strings.TrimSpace(line), " "); of == code {
			return name
		}
	}
	return ""
}

// A country's code and its name a line.
const (
	amendedEN = `CD Democratic Republic of the Congo
CG Republic of the Congo
HK Hong Kong
KR Republic of Korea
MK North Macedonia
MM Myanmar
MO Macao
PS Palestine
SZ Eswatini
TR Türkiye
VN Viet Nam
`
	amendedUK = `AG Антигуа і Барбуда
BR Бразилія
CD Демократична Республіка Конго
CG Республіка Конго
CL Чилі
CR Коста-Рика
FO Фарерські острови
BS Багамські острови
GY Гаяна
HK Гонконг
HM Острів Герд і острови Макдоналд
IO Британська територія в Індійському океані
KR Республіка Корея
KI Кірибаті
MH Маршаллові острови
MK Північна Македонія
MM М’янма
MO Макао
MP Північні Маріанські острови
MQ Мартиніка
MU Маврикій
PR Пуерто-Рико
PS Палестина
SB Соломонові острови
SC Сейшельські острови
SJ Шпіцберген і Ян-Маєн
SM Сан-Марино
SR Суринам
ST Сан-Томе і Принсипі
SZ Есватіні
TA Тристан-да-Кунья
TF Французькі південні території
TL Тимор-Лешті
TT Тринідад і Тобаго
US США
`
)

// written2019 brings a Ukrainian name to the letters of the orthography of 2019, which writes г in foreign
// names, and to the apostrophe of all our texts.
func written2019(name string) string {
	return strings.NewReplacer("ґ", "г", "Ґ", "Г", "ʼ", "’").Replace(name)
}
