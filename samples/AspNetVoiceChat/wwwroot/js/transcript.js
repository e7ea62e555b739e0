// What both sides said, as it is said. Lines are placed by what the service says of their order (previous_item_id), not by when their words arrive:
// what the user said is written down beside the conversation, often after the answer has begun.

const MAX_LINES = 200;

export class Transcript {
  #list;
  #scroller;
  #lines = new Map(); // item id → line, in the order in which we first heard of them
  #lineOfResponse = new Map();

  /**
   * @param {HTMLElement} scroller the live log
   * @param {HTMLElement} list where the lines go
   */
  constructor(scroller, list) {
    this.#scroller = scroller;
    this.#list = list;
  }

  clear() {
    this.#lines.clear();
    this.#lineOfResponse.clear();
    this.#list.replaceChildren();
  }

  handle(event) {
    const wasAtEnd = this.#isAtEnd();
    this.#apply(event);
    if (wasAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  /** A line of a conversation that has no items: all of its words so far, behind another line; null: before all others. */
  put(id, role, previousId, words, isWhole) {
    const wasAtEnd = this.#isAtEnd();
    const line = this.#line(id, role);
    this.#place(line, previousId);
    line.put(words, isWhole);
    if (wasAtEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  note(id, note) {
    this.#lines.get(id)?.note(note);
  }

  #apply(event) {
    switch (event.type) {
      // The user's side.
      case 'input_audio_buffer.speech_started':
        this.#line(event.item_id, 'user').state('listening');
        break;
      case 'input_audio_buffer.speech_stopped':
        this.#lines.get(event.item_id)?.state('waiting');
        break;
      case 'input_audio_buffer.committed':
        this.#place(this.#line(event.item_id, 'user'), event.previous_item_id);
        break;
      case 'input_audio_buffer.cleared':
        for (const line of [...this.#lines.values()]) if (line.isListening) this.#remove(line);
        break;
      case 'conversation.item.input_audio_transcription.delta':
        this.#line(event.item_id, 'user').append(event.delta ?? '');
        break;
      case 'conversation.item.input_audio_transcription.completed':
        this.#line(event.item_id, 'user').finish(event.transcript || '(nothing was understood)');
        break;
      case 'conversation.item.input_audio_transcription.failed':
        this.#line(event.item_id, 'user').finish('(this could not be written down)');
        break;

      // The assistant's side.
      case 'response.output_audio_transcript.delta':
      case 'response.output_text.delta':
        this.#line(event.item_id, 'assistant').append(event.delta ?? '');
        break;
      case 'response.output_audio_transcript.done':
        this.#line(event.item_id, 'assistant').finish(event.transcript);
        break;
      case 'response.output_text.done':
        this.#line(event.item_id, 'assistant').finish(event.text);
        break;
      case 'response.output_item.added':
        if (event.item?.id) this.#lineOfResponse.set(event.response_id, event.item.id);
        break;
      case 'response.done':
        this.#onResponseDone(event.response ?? {});
        break;

      // Both.
      case 'conversation.item.added':
      case 'conversation.item.done':
        this.#onItem(event.item ?? {}, event.previous_item_id, event.type === 'conversation.item.done');
        break;
      case 'conversation.item.truncated':
        this.#lines.get(event.item_id)?.note('interrupted');
        break;
      case 'conversation.item.deleted':
        if (this.#lines.has(event.item_id)) this.#remove(this.#lines.get(event.item_id));
        break;
    }
  }

  #onItem(item, previousId, isDone) {
    // Function calls and their results are not spoken, but others follow them: they keep their place without being shown.
    const role = item.type === 'message' ? item.role : 'hidden';
    const line = this.#line(item.id, role);
    this.#place(line, previousId);
    const content = Array.isArray(item.content) ? item.content : [];
    const words = content.map((part) => part?.text ?? part?.transcript ?? '').join('');
    if (words && (isDone || role !== 'assistant')) line.finish(words);
    else if (role === 'user' && isDone && content.some((part) => part?.type === 'input_audio')) line.state('waiting');
  }

  #onResponseDone(response) {
    const line = this.#lines.get(this.#lineOfResponse.get(response.id));
    this.#lineOfResponse.delete(response.id);
    if (!line) return;
    line.finish();
    if (response.status === 'cancelled') line.note('interrupted');
    if (response.status === 'failed') line.note(`not finished: ${response.status_details?.error?.code ?? 'the service failed'}`);
    if (response.status === 'incomplete') line.note('cut off');
  }

  #line(id, role) {
    let line = this.#lines.get(id);
    if (!line) {
      line = new Line(id, role);
      this.#lines.set(id, line);
      this.#arrange();
      if (this.#lines.size > MAX_LINES) this.#remove(this.#lines.values().next().value);
    }
    return line;
  }

  #remove(line) {
    line.element?.remove();
    this.#lines.delete(line.id);
    // Who followed it now follows what it followed.
    for (const other of this.#lines.values()) if (other.previousId === line.id) other.previousId = line.previousId;
  }

  #place(line, previousId) {
    if (line.previousId === previousId) return;
    line.previousId = previousId;
    this.#arrange();
  }

  // Each line comes after its predecessor; of two with the same one, the newer was put in between. A line whose predecessor we have not heard of waits at the end.
  #arrange() {
    const followers = new Map();
    const first = [];
    for (const line of this.#lines.values()) {
      if (line.previousId && this.#lines.has(line.previousId)) {
        if (!followers.has(line.previousId)) followers.set(line.previousId, []);
        followers.get(line.previousId).unshift(line);
      } else if (line.previousId === null) {
        first.unshift(line);
      } else {
        first.push(line);
      }
    }
    const order = [];
    const waiting = first.reverse();
    while (waiting.length > 0) {
      const line = waiting.pop();
      order.push(line);
      waiting.push(...(followers.get(line.id) ?? []).reverse());
    }
    // Only what is out of place is moved: a screen reader would read a moved line again.
    let next = null;
    for (const line of order.filter((l) => l.element).reverse()) {
      if (line.element.parentNode !== this.#list || line.element.nextSibling !== next) this.#list.insertBefore(line.element, next);
      next = line.element;
    }
  }

  #isAtEnd() {
    return this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight < 48;
  }
}

const names = { user: 'You', assistant: 'Assistant', system: 'System' };

class Line {
  #text;
  #note;
  #words = '';
  #isFinished = false;

  constructor(id, role) {
    this.id = id;
    this.role = role;
    this.previousId = undefined; // not known yet; null: the conversation's first
    if (!Object.hasOwn(names, role)) return;
    this.element = document.createElement('li');
    this.element.className = `line ${role}`;
    this.element.dataset.item = id;
    // Words come in pieces. A screen reader waits until the line is whole.
    this.element.setAttribute('aria-busy', 'true');
    const who = document.createElement('span');
    who.className = 'who';
    who.textContent = names[role];
    this.#text = document.createElement('p');
    this.#note = document.createElement('span');
    this.#note.className = 'note';
    this.#note.hidden = true;
    this.element.append(who, this.#text, this.#note);
    this.state('waiting');
  }

  get isListening() {
    return this.element?.dataset.state === 'listening';
  }

  state(state) {
    if (!this.element || this.#isFinished || this.#words) return;
    this.element.dataset.state = state;
    this.#text.textContent = state === 'listening' ? 'listening …' : '…';
  }

  append(words) {
    if (!this.element || this.#isFinished) return;
    this.#words += words;
    this.element.dataset.state = 'speaking';
    this.#text.textContent = this.#words;
  }

  finish(words = this.#words) {
    if (!this.element) return;
    this.#isFinished = true;
    this.#words = words;
    this.element.dataset.state = 'done';
    this.element.setAttribute('aria-busy', 'false');
    this.#text.textContent = words || '(nothing)';
  }

  /** All words at once; a line that was whole may go on. */
  put(words, isWhole) {
    if (!this.element) return;
    this.#words = words;
    this.element.dataset.state = isWhole ? 'done' : 'speaking';
    this.element.setAttribute('aria-busy', String(!isWhole));
    this.#text.textContent = words;
  }

  note(note) {
    if (!this.element) return;
    this.#note.textContent = note;
    this.#note.hidden = false;
  }
}
