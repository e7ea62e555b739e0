// What this page can do for the assistant in a call of GPT-Live: a clock, dice, and a note pad that asks before something is written on it. The host lists them for the model (LiveSessions.cs).

const MOST_DICE = 20;
const MOST_SIDES = 1_000;
const MOST_NOTES = 100;
const LONGEST_NOTE = 500;
/** Characters of a result: the model's input is bounded for the whole session. */
const LONGEST_OUTPUT = 2_000;
const LONGEST_SHOWN = 500;

export class PageTools {
  #desk;
  #signal;
  #notes = [];
  #mayAlways = false;

  /**
   * @param {import('./desk.js').Desk} desk where calls are shown, and questions asked
   * @param {AbortSignal} signal the call is over: what is asked is not waited for any more
   */
  constructor(desk, signal) {
    this.#desk = desk;
    this.#signal = signal;
  }

  /** Which of them a text asks for, by its words: the page has no model of its own. Null for none. */
  static choose(text) {
    const asks = (word) => text.toLowerCase().includes(word);
    if (asks('time') || asks('clock') || asks('date')) return { name: 'clock', given: '{}' };
    if (asks('dice') || asks('roll')) return { name: 'dice', given: '{"count":2}' };
    if (asks('read') && asks('note')) return { name: 'read_notes', given: '{}' };
    return asks('note') ? { name: 'write_note', given: JSON.stringify({ text: text.trim().slice(0, LONGEST_NOTE) }) } : null;
  }

  /**
   * Runs one, and shows it. Never throws: what goes wrong is a result, too, for the model waits for one.
   * @param {string} given its arguments as JSON, as the model wrote them
   * @returns {Promise<string>}
   */
  async run(id, name, given) {
    const began = performance.now();
    const row = { id, name, given: given.slice(0, LONGEST_SHOWN) };
    const show = (status, output = '') => this.#desk.tool({ ...row, status, output: output.slice(0, LONGEST_SHOWN), milliseconds: performance.now() - began });
    show('Running');
    try {
      const output = cut(await this.#call(name, given, show));
      show(output === NOT_APPROVED ? 'Refused' : 'Completed', output);
      return output;
    } catch (error) {
      show('Failed', error.message);
      return `This could not be done: ${error.message}`;
    }
  }

  async #call(name, given, show) {
    const { count = 1, sides = 6, text } = JSON.parse(given || '{}') ?? {};
    switch (name) {
      case 'clock':
        return new Date().toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' });
      case 'dice':
        if (!(count >= 1 && count <= MOST_DICE && sides >= 2 && sides <= MOST_SIDES)) return `There are 1 to ${MOST_DICE} dice with 2 to ${MOST_SIDES} sides.`;
        return Array.from({ length: count }, () => 1 + Math.floor(Math.random() * sides)).join(', ');
      case 'read_notes':
        return this.#notes.length === 0 ? 'The note pad is empty.' : this.#notes.join('\n');
      case 'write_note':
        if (typeof text !== 'string' || text.length > LONGEST_NOTE || this.#notes.length >= MOST_NOTES) return 'The note pad is full, or the note is too long.';
        if (!(await this.#mayWrite(given, show))) return NOT_APPROVED;
        this.#notes.push(text);
        return 'Noted.';
      default:
        return `There is no tool called ${String(name).slice(0, 64)}.`;
    }
  }

  #mayWrite(given, show) {
    if (this.#mayAlways) return true;
    show('Waiting');
    return new Promise((resolve) => {
      const remove = this.#desk.ask('write_note', given, (answer) => {
        this.#mayAlways ||= answer === 'always';
        resolve(answer !== 'refuse');
      });
      this.#signal.addEventListener('abort', () => { remove(); resolve(false); }, { once: true });
    });
  }
}

const NOT_APPROVED = 'The user did not approve of that.';

function cut(text) {
  return text.length <= LONGEST_OUTPUT ? text : `${text.slice(0, LONGEST_OUTPUT)} … (cut: the rest is too long)`;
}
