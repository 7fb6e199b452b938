package locale

import "strings"

// amended is the name of a country where the one of the Unicode tables does not do: they write Ukrainian by
// older rules than the orthography of 2019, and some names have changed since. Empty: the table's name does.
func amended(l Lang, code string) string {
	if l == English {
		switch code {
		case "CD":
			return "Democratic Republic of the Congo"
		case "CG":
			return "Republic of the Congo"
		case "HK":
			return "Hong Kong"
		case "KR":
			return "Republic of Korea"
		case "MK":
			return "North Macedonia"
		case "MM":
			return "Myanmar"
		case "MO":
			return "Macao"
		case "PS":
			return "Palestine"
		case "SZ":
			return "Eswatini"
		case "TR":
			return "Türkiye"
		case "VN":
			return "Viet Nam"
		}
		return ""
	}
	switch code {
	case "AG":
		return "Антигуа і Барбуда"
	case "BR":
		return "Бразилія"
	case "CD":
		return "Демократична Республіка Конго"
	case "CG":
		return "Республіка Конго"
	case "CL":
		return "Чилі"
	case "CR":
		return "Коста-Рика"
	case "FO":
		return "Фарерські острови"
	case "BS":
		return "Багамські острови"
	case "GY":
		return "Гаяна"
	case "HK":
		return "Гонконг"
	case "HM":
		return "Острів Герд і острови Макдоналд"
	case "IO":
		return "Британська територія в Індійському океані"
	case "KR":
		return "Республіка Корея"
	case "KI":
		return "Кірибаті"
	case "MH":
		return "Маршаллові острови"
	case "MK":
		return "Північна Македонія"
	case "MM":
		return "М’янма"
	case "MO":
		return "Макао"
	case "MP":
		return "Північні Маріанські острови"
	case "MQ":
		return "Мартиніка"
	case "MU":
		return "Маврикій"
	case "PR":
		return "Пуерто-Рико"
	case "PS":
		return "Палестина"
	case "SB":
		return "Соломонові острови"
	case "SC":
		return "Сейшельські острови"
	case "SJ":
		return "Шпіцберген і Ян-Маєн"
	case "SM":
		return "Сан-Марино"
	case "SR":
		return "Суринам"
	case "ST":
		return "Сан-Томе і Принсипі"
	case "SZ":
		return "Есватіні"
	case "TA":
		return "Тристан-да-Кунья"
	case "TF":
		return "Французькі південні території"
	case "TL":
		return "Тимор-Лешті"
	case "TT":
		return "Тринідад і Тобаго"
	case "US":
		return "США"
	}
	return ""
}

// written2019 brings a Ukrainian name to the letters of the orthography of 2019, which writes г in foreign
// names, and to the apostrophe of all our texts.
func written2019(name string) string {
	return strings.NewReplacer("ґ", "г", "Ґ", "Г", "ʼ", "’").Replace(name)
}
