// Every event, both ways, with its time; its JSON on demand. The oldest give way.
// For the tab key the log is one stop, at the newest event; from there the arrow keys go up and down. Three hundred stops would shut the rest of the page off.

const MAX_EVENTS = 300;

export class EventLog {
  #list;
  #count;
  #empty;
  #all = 0;
  #stop = null; // the row that the tab key leads to

  /**
   * @param {HTMLElement} list where events go
   * @param {HTMLElement} count says how many there were
   * @param {HTMLElement} empty shown while there are none
   */
  constructor(list, count, empty) {
    this.#list = list;
    this.#count = count;
    this.#empty = empty;
    list.addEventListener('keydown', (e) => this.#onKey(e));
    list.addEventListener('focusin', (e) => {
      if (e.target.matches('summary')) this.#stopAt(e.target);
    });
  }

  clear() {
    this.#list.replaceChildren();
    this.#stop = null;
    this.#all = 0;
    this.#summarise();
  }

  /** Whether the many small pieces of transcripts are shown. */
  set showsDeltas(value) {
    this.#list.classList.toggle('without-deltas', !value);
    this.#stopAtNewest();
  }

  /** @param {'sent' | 'received'} direction */
  add(direction, event) {
    const wasAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24;
    this.#list.append(row(direction, event, new Date()));
    if (this.#list.childElementCount > MAX_EVENTS) this.#list.firstElementChild.remove();
    this.#all++;
    this.#summarise();
    // Who is reading stays where they are.
    if (!this.#list.contains(document.activeElement)) this.#stopAtNewest();
    if (wasAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #summarise() {
    this.#empty.hidden = this.#all > 0;
    this.#count.textContent = this.#all > MAX_EVENTS ? `${this.#all}, the newest ${MAX_EVENTS} kept` : this.#all > 0 ? `${this.#all}` : '';
  }

  #onKey(e) {
    if (!e.target.matches('summary')) return;
    const rows = this.#rows();
    const at = rows.indexOf(e.target);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    rows[Math.min(rows.length - 1, Math.max(0, to))].focus();
  }

  #rows() {
    const shown = this.#list.classList.contains('without-deltas') ? 'li:not(.delta)' : 'li';
    return [...this.#list.querySelectorAll(`:scope > ${shown} > details > summary`)];
  }

  #stopAtNewest() {
    const shown = this.#list.classList.contains('without-deltas') ? '.delta' : ':not(*)';
    let item = this.#list.lastElementChild;
    while (item?.matches(shown)) item = item.previousElementSibling;
    if (item) this.#stopAt(item.querySelector('summary'));
  }

  #stopAt(summary) {
    if (this.#stop) this.#stop.tabIndex = -1;
    this.#stop = summary;
    summary.tabIndex = 0;
  }
}

function row(direction, event, time) {
  const item = document.createElement('li');
  item.className = direction;
  item.dataset.type = event.type;
  if (event.type?.endsWith('.delta')) item.classList.add('delta');
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.tabIndex = -1;
  summary.append(
    span('arrow', direction === 'sent' ? '→' : '←', 'aria-hidden'),
    span('visually-hidden', direction === 'sent' ? 'sent' : 'received'),
    span('time', clock(time)),
    name(event.type ?? '(no type)'),
  );
  details.append(summary);
  // Written out when somebody looks: most events are never opened.
  details.addEventListener('toggle', () => {
    if (!details.open || details.querySelector('pre')) return;
    const json = document.createElement('pre');
    json.textContent = JSON.stringify(event, null, 2);
    json.tabIndex = 0; // long lines scroll, by keyboard too
    json.setAttribute('role', 'group');
    json.setAttribute('aria-label', `JSON of ${event.type}`);
    details.append(json);
  });
  item.append(details);
  return item;
}

// Long names break after a dot or an underscore, not in the middle of a word.
function name(type) {
  const element = span('type', '');
  for (const part of type.split(/(?<=[._])/)) element.append(part, document.createElement('wbr'));
  return element;
}

function span(className, text, hidden) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  if (hidden) element.setAttribute('aria-hidden', 'true');
  return element;
}

function clock(time) {
  const two = (n) => String(n).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
