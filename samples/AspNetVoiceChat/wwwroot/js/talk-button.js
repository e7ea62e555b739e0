// Push-to-talk: held by finger, mouse, space or enter. A screen reader's click, which cannot be held, switches on and off.

export function onHold(button, start, stop) {
  let isHeld = false;
  let lastHeld = 0;

  const begin = () => {
    if (isHeld || button.disabled) return;
    isHeld = true;
    button.setAttribute('aria-pressed', 'true');
    start();
  };
  const end = () => {
    if (!isHeld) return;
    isHeld = false;
    lastHeld = performance.now();
    button.setAttribute('aria-pressed', 'false');
    stop();
  };

  button.addEventListener('pointerdown', (e) => {
    if (e.button !== 0) return;
    button.setPointerCapture(e.pointerId); // the finger may slip off the button
    begin();
  });
  button.addEventListener('pointerup', end);
  button.addEventListener('pointercancel', end);
  button.addEventListener('contextmenu', (e) => e.preventDefault()); // a long touch is no right click here
  button.addEventListener('keydown', (e) => {
    if (e.key !== ' ' && e.key !== 'Enter') return;
    e.preventDefault();
    if (!e.repeat) begin();
  });
  button.addEventListener('keyup', (e) => {
    if (e.key === ' ' || e.key === 'Enter') end();
  });
  button.addEventListener('blur', end);
  // A click that no finger and no key has made; the one that follows a hold is not meant.
  button.addEventListener('click', () => {
    if (performance.now() - lastHeld < 300) return;
    if (isHeld) end();
    else begin();
  });
  return end;
}
