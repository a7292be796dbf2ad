/** Lines that were typed, to be brought back. */

/** Most lines that are kept. */
const MOST = 500;

export class History {
  /** @type {string[]} */
  #lines = [];
  #at = 0;
  /** What was being typed when the first line was brought back. */
  #draft = '';

  /**
   * Keeps a line, but for one that repeats the last.
   * @param {string} line
   */
  add(line) {
    if (line.trim() && line !== this.#lines.at(-1)) this.#lines.push(line);
    if (this.#lines.length > MOST) this.#lines.shift();
    this.#at = this.#lines.length;
  }

  /**
   * The line before or after the one on show; `null` if there is none.
   * @param {number} by
   * @param {string} shown what is on show
   */
  move(by, shown) {
    const next = this.#at + by;
    if (next < 0 || next > this.#lines.length) return null;
    if (this.#at === this.#lines.length) this.#draft = shown;
    this.#at = next;
    return this.#lines[next] ?? this.#draft;
  }
}
