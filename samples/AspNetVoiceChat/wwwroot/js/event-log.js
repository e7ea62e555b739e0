// Every event, both ways, with its time; its JSON on demand. The oldest give way.

const MAX_EVENTS = 300;

export class EventLog {
  #list;
  #count;
  #empty;
  #all = 0;

  /**
   * @param {HTMLElement} list where events go
   * @param {HTMLElement} count says how many there were
   * @param {HTMLElement} empty shown while there are none
   */
  constructor(list, count, empty) {
    this.#list = list;
    this.#count = count;
    this.#empty = empty;
  }

  clear() {
    this.#list.replaceChildren();
    this.#all = 0;
    this.#summarise();
  }

  /** @param {'sent' | 'received'} direction */
  add(direction, event) {
    const wasAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24;
    this.#list.append(row(direction, event, new Date()));
    if (this.#list.childElementCount > MAX_EVENTS) this.#list.firstElementChild.remove();
    this.#all++;
    this.#summarise();
    if (wasAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #summarise() {
    this.#empty.hidden = this.#all > 0;
    this.#count.textContent = this.#all > MAX_EVENTS ? `${this.#all}, the newest ${MAX_EVENTS} kept` : this.#all > 0 ? `${this.#all}` : '';
  }
}

function row(direction, event, time) {
  const item = document.createElement('li');
  item.className = direction;
  item.dataset.type = event.type;
  if (event.type?.endsWith('.delta')) item.classList.add('delta');
  const details = document.createElement('details');
  const summary = document.createElement('summary');
  summary.append(
    span('arrow', direction === 'sent' ? '→' : '←', 'aria-hidden'),
    span('visually-hidden', direction === 'sent' ? 'sent' : 'received'),
    span('time', clock(time)),
    span('type', event.type ?? '(no type)'),
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
