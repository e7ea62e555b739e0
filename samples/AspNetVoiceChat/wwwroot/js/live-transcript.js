// What both sides say in a call of GPT-Live, as lines. There are no turns and no items: two streams of pieces, each with its place on the session's clock, and both sides may speak at once.
//
// A piece goes on with the last line of its speaker, unless there was a pause: a short one when the other side has begun a line meanwhile, a long one otherwise. So two that speak at once have two lines that
// grow side by side. A new line stands where its first words were said, for the user's words are written down later than the assistant's.

const PAUSE = 800; // milliseconds of the session's clock
const SILENCE = 2_000;
/** Milliseconds without a piece, by the page's clock, after which a line is whole: a screen reader reads it then. */
const SETTLED = 2_500;
const LONGEST_LINE = 2_000;
const MAX_LINES = 200;

export class LiveTranscript {
  #transcript;
  #lines = []; // in the order of the session's clock
  #made = 0;
  #now = 0;

  /** @param {import('./transcript.js').Transcript} transcript where lines are shown */
  constructor(transcript) {
    this.#transcript = transcript;
  }

  handle(event) {
    if (event.type === 'session.input_transcript.delta') this.#add('user', event);
    else if (event.type === 'session.output_transcript.delta') this.#add('assistant', event);
  }

  /** What the user has written, which no event repeats. What the assistant says from now on is an answer to it, and another line. */
  wrote(text) {
    const theirs = this.#last('assistant');
    if (theirs) theirs.isWhole = true;
    const line = this.#begin('user', this.#now);
    line.words = text;
    this.#settle(line);
    line.isWhole = true;
  }

  /** The assistant was told to stop: its line, if it is at one, says so. */
  interrupted() {
    const line = this.#last('assistant');
    if (line) this.#transcript.note(line.id, 'interrupted');
  }

  /** No more pieces come. */
  end() {
    for (const line of this.#lines) if (line.timer) this.#settle(line);
  }

  #add(role, { delta, start_ms, end_ms }) {
    if (typeof delta !== 'string' || !delta) return;
    const start = Number.isFinite(start_ms) ? start_ms : this.#now;
    const end = Number.isFinite(end_ms) ? Math.max(start, end_ms) : start;
    this.#now = Math.max(this.#now, end);
    const last = this.#last(role);
    const line = last && this.#goesOn(last, start) ? last : this.#begin(role, start);
    line.words += delta;
    line.end = Math.max(line.end, end);
    this.#show(line, false);
    clearTimeout(line.timer);
    line.timer = setTimeout(() => this.#settle(line), SETTLED);
  }

  #last(role) {
    return this.#lines.findLast((line) => line.role === role);
  }

  #goesOn(line, start) {
    if (line.isWhole || start < line.start || line.words.length >= LONGEST_LINE) return false;
    const isLast = this.#lines.at(-1) === line;
    return start - line.end < (isLast ? SILENCE : PAUSE);
  }

  #begin(role, start) {
    const line = { id: `live${this.#made++}`, role, start, end: start, words: '', isWhole: false, timer: null, previousId: null };
    let at = this.#lines.length;
    while (at > 0 && this.#lines[at - 1].start > start) at--;
    line.previousId = this.#lines[at - 1]?.id ?? null;
    this.#lines.splice(at, 0, line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    return line;
  }

  #settle(line) {
    clearTimeout(line.timer);
    line.timer = null;
    this.#show(line, true);
  }

  #show(line, isWhole) {
    this.#transcript.put(line.id, line.role, line.previousId, line.words.trim(), isWhole);
  }
}
