/**
 * The lab's script, to read, change and run again. An error is shown with its line.
 *
 * @typedef {{ message: string, line?: number, column?: number }} Trouble
 */

export class Editor {
  /**
   * @param {{ dialog: HTMLDialogElement, open: HTMLButtonElement, form: HTMLFormElement, text: HTMLTextAreaElement,
   *   lines: HTMLElement, trouble: HTMLElement, printed: HTMLElement, reset: HTMLButtonElement }} parts
   * @param {(script: string) => { trouble: Trouble | null, printed: string }} run loads a script
   */
  constructor(parts, run) {
    this.parts = parts;
    this.run = run;
    this.original = '';
    parts.open.addEventListener('click', () => {
      parts.dialog.showModal();
      this.#number();
    });
    parts.form.addEventListener('submit', (event) => {
      if (event.submitter?.getAttribute('value') === 'close') return;
      event.preventDefault();
      if (this.#try()) parts.dialog.close();
    });
    parts.reset.addEventListener('click', () => this.open(this.original));
    parts.text.addEventListener('input', () => this.#number());
    parts.text.addEventListener('scroll', () => {
      parts.lines.scrollTop = parts.text.scrollTop;
    });
    parts.text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) parts.form.requestSubmit();
    });
  }

  /**
   * Another lab, or the same from its beginning.
   * @param {string} script
   */
  open(script) {
    this.original = script;
    this.parts.text.value = script;
    this.show(null, this.parts.printed.textContent ?? '');
  }

  /** The script as it is now. */
  get script() {
    return this.parts.text.value;
  }

  #try() {
    const { trouble, printed } = this.run(this.parts.text.value);
    this.show(trouble, printed);
    return !trouble;
  }

  /**
   * @param {Trouble | null} trouble
   * @param {string} printed
   */
  show(trouble, printed) {
    const { trouble: box, printed: out, text } = this.parts;
    box.hidden = !trouble;
    out.textContent = printed;
    this.bad = trouble?.line ?? 0;
    this.#number();
    if (!trouble) return;
    box.textContent = trouble.line ? `Line ${trouble.line}: ${trouble.message}` : trouble.message;
    if (!trouble.line) return;
    const lines = text.value.split('\n');
    const start = lines.slice(0, trouble.line - 1).join('\n').length + (trouble.line > 1 ? 1 : 0);
    text.focus();
    text.setSelectionRange(start, start + (lines[trouble.line - 1]?.length ?? 0));
    text.scrollTop = Math.max(0, (trouble.line - 5) * 20);
  }

  #number() {
    const { text, lines } = this.parts;
    const count = text.value.split('\n').length;
    const marks = [];
    for (let line = 1; line <= count; line++) {
      const mark = document.createElement('span');
      mark.textContent = String(line);
      if (line === this.bad) mark.className = 'bad';
      marks.push(mark);
    }
    lines.replaceChildren(...marks);
    lines.scrollTop = text.scrollTop;
  }
}
