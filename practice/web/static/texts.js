// The sentences that the scripts show. The server puts them in the page, in the reader's language.
const texts = JSON.parse(document.documentElement.dataset.texts);

export const text = (code) => texts[code];
export const locale = document.documentElement.lang === "en" ? "en-GB" : "nl-NL";

/** Returns a function that gives a date in words, in the same form as the server does. */
export function dayFormat(timeZone) {
  const format = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone });
  return (date) => format.format(date).replace(",", "");
}
