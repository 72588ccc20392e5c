/** Texts on a page that is read from right to left. */

const FIRST_STRONG = "\u2068";
const POP = "\u2069";

/**
 * Return a text that keeps the direction it is written in whatever stands around it: one that nobody has translated yet,
 * or a number with its unit. Where the page is read from left to right it is the text itself.
 */
export const isolated = (text: string): string =>
  document.dir === "rtl" && text !== "" ? `${FIRST_STRONG}${text}${POP}` : text;

/** Return a text without what keeps its direction, for files and their names. */
export const plain = (text: string): string => text.replaceAll(FIRST_STRONG, "").replaceAll(POP, "");
