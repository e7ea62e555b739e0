// How long the session may still last. The service ends it, not this clock.

const WARN_BELOW = 60;

export class Countdown {
  #field;
  #timer;

  constructor(field) {
    this.#field = field;
  }

  /** @param {number} expiresAt seconds since 1970, as the service says it; 0 or nothing: it does not say */
  start(expiresAt) {
    this.stop();
    if (!(expiresAt > 0)) return;
    const show = () => {
      const left = Math.max(0, Math.round(expiresAt - Date.now() / 1_000));
      this.#field.textContent = `${format(left)} left`;
      this.#field.classList.toggle('soon', left < WARN_BELOW);
    };
    show();
    this.#timer = setInterval(show, 1_000);
  }

  stop() {
    clearInterval(this.#timer);
    this.#field.textContent = '';
    this.#field.classList.remove('soon');
  }
}

function format(seconds) {
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  return `${hours > 0 ? `${hours}:` : ''}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
