/**
 * The page's own words in its language. English stands where it is said; another language is a dictionary of what is
 * said, loaded when the page is asked for in it (`?lang=zh`). What the simulator says has its language from the lab.
 */

/** @type {Record<string, string>} */
let dictionary = {};

/** @param {Record<string, string>} words */
export const speak = (words) => {
  dictionary = words;
};

/**
 * Why something did not load: without a network that is the reason, whatever the browser calls it.
 * @param {unknown} error
 */
export function why(error) {
  if (navigator.onLine === false) return say('this browser is offline, and it was not fetched before');
  return error instanceof Error ? error.message : String(error);
}

/**
 * Says it in the page's language.
 * @param {string} english `{0}` stands for the first value
 * @param {...(string | number)} values
 */
export const say = (english, ...values) =>
  (dictionary[english] ?? english).replace(/\{(\d)\}/g, (_, at) => String(values[Number(at)] ?? ''));
