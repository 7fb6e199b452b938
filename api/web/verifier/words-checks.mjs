// Each check in one short sentence, and each reason why a proof is not independent.

const checks = {
  "files-grammar": ["Файли прочитано", "Кожен файл має описаний формат, рядок за рядком.", "The files can be read", "Every file has the form that is described, line by line."],
  "policy-hash": ["Правила довіри ті самі", "Перелік ключів, яким тут довіряють, названо в оголошенні.", "The trust policy is the announced one", "The announcement names the list of keys that are trusted here."],
  "announcement": ["Оголошення одне й повне", "Жеребкування оголошено один раз, з усіма умовами.", "One complete announcement", "The draw was announced once, with all its conditions."],
  "leaves-canonical": ["Записи журналу правильні", "Записи мають єдину можливу форму й стоять у належному порядку.", "The log's leaves are in form", "The leaves have their one possible form and stand in their order."],
  "leaves-proved": ["Записи є в журналі", "Про кожен запис доведено, що він стоїть у журналі під своїм номером.", "The leaves are in the log", "Each leaf is proved to stand in the log at its number."],
  "log-one-tree": ["Журнал один", "Усі докази ведуть до одного журналу, а не до різних його версій.", "There is one log", "All proofs lead to one log, not to different versions of it."],
  "operator-signed": ["Журнал підписано", "Кожен стан журналу підписав оператор.", "The log is signed", "The operator signed every state of the log."],
  "witnesses-announcement": ["Свідки бачили оголошення", "Стан журналу з оголошенням підтвердило досить свідків.", "Witnesses saw the announcement", "Enough witnesses cosigned the log with the announcement."],
  "witnesses-close": ["Свідки бачили закриття", "Стан журналу із закриттям підтвердило досить свідків.", "Witnesses saw the close", "Enough witnesses cosigned the log with the close."],
  "witnesses-result": ["Свідки бачили результат", "Стан журналу з результатом підтвердило досить свідків.", "Witnesses saw the result", "Enough witnesses cosigned the log with the result."],
  "time-stamps": ["Позначки часу", "Позначки часу поставлено саме на ці стани журналу; їхній підпис перевіряє chesna draw verify.", "Time stamps", "The time stamps are over these very states of the log; their signatures are checked by chesna draw verify."],
  "close-matches-files": ["Після закриття нічого не змінено", "Заявки, ваги, прив’язки й особи ті самі, що були закриті.", "Nothing changed after the close", "Entries, weights, bindings and persons are those that were closed."],
  "manifest-root": ["Місця ті самі", "Оголошено, закрито й розіграно ті самі місця.", "The seats are the same", "The same seats were announced, closed and drawn."],
  "bindings": ["Заявки прив’язано до запитів", "Кожна заявка має одну прив’язку до підписаного запиту, і жодна не повторюється.", "Entries are bound to requests", "Each entry has one binding to a signed request, and none is repeated."],
  "persons": ["Кожна особа один раз", "Ніхто не входить до двох заявок, і осіб у кожній стільки, скільки зазначено.", "Each person once", "Nobody is in two entries, and each has as many persons as it says."],
  "authority": ["Орган ідентифікації засвідчив списки", "Його підпис стоїть саме під цими заявками, прив’язками й особами.", "The identity authority attested the lists", "Its signature is over these very entries, bindings and persons."],
  "timing": ["Строків дотримано", "Оголошено завчасно, а закриття підтверджено до крайнього строку.", "The times were kept", "It was announced in time, and the close was cosigned before the deadline."],
  "round": ["Раунд за правилом", "Яке випадкове число взяти, визначає час закриття; вибрати інше не можна.", "The round follows the rule", "The time of the close decides which random number is taken; no other can be chosen."],
  "beacon": ["Випадкове число справжнє", "Підпис маяка на цьому числі перевірено: його не підроблено.", "The random number is genuine", "The beacon's signature on it was verified: it is not made up."],
  "seed": ["Зерно обчислено знову", "Зерно випливає зі списків і випадкового числа.", "The seed was computed again", "The seed follows from the lists and the random number."],
  "result": ["Результат обчислено знову", "Ваш браузер провів жеребкування ще раз і одержав те саме, байт у байт.", "The result was computed again", "Your browser made the draw once more and got the same, byte for byte."],
  "result-leaf": ["Результат записано в журнал", "У журналі стоїть саме цей результат, і він один.", "The result is in the log", "The log holds this very result, and only one."],
  "receipts": ["Квитанції враховано", "Рядок кожної доданої квитанції стоїть у списку.", "Receipts are honoured", "The line of each added receipt stands in the list."],
  "independence": ["Незалежність", "Доказ спирається на публічний маяк, сторонніх свідків і ваші власні правила довіри.", "Independence", "The proof rests on a public beacon, outside witnesses and a trust policy of your own."],
};

const reasons = {
  "no-pin": ["Ви не додали власних правил довіри, тож ключі взято із самих файлів.", "You added no trust policy of your own, so the keys are those in the files."],
  "policy-development": ["Правила довіри призначено для розробки.", "The trust policy is one for development."],
  "delays": ["Проміжки між подіями не такі, як у справжніх жеребкуваннях.", "The delays are not those of real draws."],
  "beacon-development": ["Випадкове число дав не публічний маяк.", "The random number does not come from a public beacon."],
  "witnesses-own": ["Оператор сам керує достатньою кількістю свідків.", "The operator runs enough witnesses himself."],
  "no-stamps": ["Немає служби позначок часу.", "There is no time stamp authority."],
};

/** A check's title. */
export function titleOf(language, id) {
  return checks[id][language === "uk" ? 0 : 2];
}

/** What a check asks, in one sentence. */
export function meaningOf(language, id) {
  return checks[id][language === "uk" ? 1 : 3];
}

/** Why a proof is not independent; null for a code that is no reason. */
export function reasonOf(language, code) {
  return reasons[code]?.[language === "uk" ? 0 : 1] ?? null;
}
