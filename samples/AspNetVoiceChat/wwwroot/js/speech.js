// Who speaks, by how loud it is: the Live API has no events for that. Speech is loud for a moment and quiet for longer, so that a pause within a sentence is none.

const ONSET = 60; // milliseconds that it has to be loud until somebody speaks
const HOLD = 500; // and quiet until nobody does

export class SpeechGate {
  #threshold;
  #changed;
  #since = null; // since when it is otherwise than isSpeaking says

  /**
   * @param {number} threshold how loud speech is at least, in dBFS
   * @param {(isSpeaking: boolean, since: number) => void} changed told of each change, and of the moment at which it began
   */
  constructor(threshold, changed) {
    this.#threshold = 10 ** (threshold / 20);
    this.#changed = changed;
    this.isSpeaking = false;
  }

  /** @param {number} level root mean square, 0 to 1 */
  handle(level, now) {
    if (level >= this.#threshold === this.isSpeaking) {
      this.#since = null;
      return;
    }
    this.#since ??= now;
    if (now - this.#since < (this.isSpeaking ? HOLD : ONSET)) return;
    const since = this.#since;
    this.#since = null;
    this.isSpeaking = !this.isSpeaking;
    this.#changed(this.isSpeaking, since);
  }
}
