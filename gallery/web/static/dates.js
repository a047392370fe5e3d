// Days, months and numbers in the browser's language.

const language = navigator.languages?.length ? navigator.languages : undefined;
const format = (options) => new Intl.DateTimeFormat(language, { timeZone: "UTC", ...options });

const DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT_DAY = format({ weekday: "short", day: "numeric", month: "short", year: "numeric" });
const BARE_DAY = format({ day: "numeric", month: "short", year: "numeric" });
const MONTH = format({ month: "long", year: "numeric" });
const SHORT_MONTH = format({ month: "short", year: "numeric" });
const MONTH_ALONE = format({ month: "short" });
const TIME = format({ hour: "numeric", minute: "2-digit" });
const NUMBER = new Intl.NumberFormat(language);
const PERCENT = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
const PLURALS = new Intl.PluralRules("en");

const noon = (day) => new Date(`${day.slice(0, 10)}T12:00:00Z`);

export const day = (text) => DAY.format(noon(text));
export const shortDay = (text) => SHORT_DAY.format(noon(text));
export const bareDay = (text) => BARE_DAY.format(noon(text));
/** Of "2023-06". */
export const month = (text) => MONTH.format(noon(`${text.slice(0, 7)}-15`));
export const shortMonth = (text) => SHORT_MONTH.format(noon(`${text.slice(0, 7)}-15`));
/** Of a month's number, 0 to 11. */
export const monthName = (number) => MONTH_ALONE.format(new Date(Date.UTC(2023, number, 15)));
/** A photo's moment as it was on the clock there; zones that may follow it are left out. */
export const moment = (text) => `${day(text)}, ${TIME.format(new Date(`${text.slice(0, 19)}Z`))}`;
export const number = (value) => NUMBER.format(value);
export const percent = (share) => PERCENT.format(share);

/** "1 photo", "4,435 photos". */
export const counted = (count, one, many = `${one}s`) => `${number(count)} ${PLURALS.select(count) === "one" ? one : many}`;
