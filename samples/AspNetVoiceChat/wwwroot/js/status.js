// Where the call stands, in words; and what went wrong, as an alert.

const phases = {
  idle: ['idle', 'Not connected'],
  microphone: ['connecting', 'Asking for the microphone …'],
  key: ['connecting', 'Asking the host for a key …'],
  answer: ['connecting', 'Calling …'],
  path: ['connecting', 'Finding a path …'],
  session: ['connecting', 'Starting the session …'],
  connected: ['connected', 'Connected'],
  interrupted: ['connected', 'Interrupted, waiting for the network …'],
  closing: ['connected', 'Ending, the service has the last word …'],
  closed: ['idle', 'You ended the call'],
  expired: ['idle', 'The session reached its longest time and has ended. Connect again to go on.'],
  failed: ['idle', 'Not connected'],
};

export class Status {
  #text;
  #alert;
  #notice;

  constructor(text, alert, notice) {
    this.#text = text;
    this.#alert = alert;
    this.#notice = notice;
  }

  /** 'idle', 'connecting' or 'connected'. */
  get state() {
    return document.body.dataset.state;
  }

  /** @param {string} [more] a sentence that follows */
  show(phase, more = '') {
    const [state, text] = phases[phase];
    document.body.dataset.state = state;
    document.body.dataset.phase = phase;
    this.#text.textContent = more ? `${text.replace(/\.$/, '')}. ${more}` : text;
  }

  fail(failure) {
    this.#alert.dataset.code = failure.code;
    this.#alert.querySelector('.title').textContent = failure.title;
    this.#alert.querySelector('.advice').textContent = failure.advice;
    this.#alert.querySelector('.detail').textContent = failure.detail;
    this.#alert.querySelector('details').hidden = !failure.detail;
    this.#alert.hidden = false;
  }

  /** Something worth knowing that does not end the call. */
  notice(sentence) {
    this.#notice.textContent = sentence;
    this.#notice.hidden = !sentence;
  }

  clear() {
    this.#alert.hidden = true;
    delete this.#alert.dataset.code;
    this.notice('');
  }
}
