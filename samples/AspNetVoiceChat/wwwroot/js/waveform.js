// A voice as it goes by: one bar for each moment, the newest at the right. With reduced motion: one bar that does not travel.

const BAR = 3; // CSS pixels
const GAP = 3;
const MOMENT = 60; // milliseconds a bar stands for
const QUIET = -55; // dBFS that are drawn as nothing
const LOUD = -6; // dBFS that fill the height
const PACE = 30; // milliseconds between two drawings: as smooth as a film, at half the drawings of a screen with 60 frames a second
const CALM_PACE = 250; // the same with reduced motion
const LABEL_PACE = 1_000; // the text beside the picture need not hurry

export class Waveform {
  #canvas;
  #name;
  #levels = [];
  #analyser = null;
  #source = null;
  #samples = null;
  #peak = 0;
  #momentBegan = 0;
  #drawn = 0;
  #labelled = 0;
  #frame = 0;
  #onLevel = null;
  #calm = matchMedia('(prefers-reduced-motion: reduce)');

  /**
   * @param {HTMLCanvasElement} canvas drawn in the colour that its style gives it
   * @param {string} name what the picture shows, for who does not see it
   */
  constructor(canvas, name) {
    this.#canvas = canvas;
    this.#name = name;
    new ResizeObserver(() => this.#draw(performance.now())).observe(canvas);
    // Colours come from the style sheet, which follows the system.
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#draw(performance.now()));
    this.#label(0);
  }

  /** Shows a stream from now on. @param {(level: number, now: number) => void} [onLevel] told how loud it is, 0 to 1, as often as it is drawn */
  start(context, stream, onLevel = null) {
    this.stop();
    this.#onLevel = onLevel;
    this.#analyser = context.createAnalyser();
    this.#analyser.fftSize = 1_024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#source = context.createMediaStreamSource(stream);
    this.#source.connect(this.#analyser);
    const step = (now) => {
      this.#measure(now);
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** Lets the stream go; what was drawn stays. */
  stop() {
    cancelAnimationFrame(this.#frame);
    this.#source?.disconnect();
    this.#source = this.#analyser = this.#onLevel = null;
    this.#label(0);
  }

  clear() {
    this.#levels = [];
    this.#draw(performance.now());
  }

  #measure(now) {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let energy = 0;
    for (const sample of this.#samples) energy += sample * sample;
    const level = Math.sqrt(energy / this.#samples.length);
    this.#onLevel?.(level, now);
    this.#peak = Math.max(this.#peak, level);
    if (now - this.#momentBegan >= MOMENT) {
      this.#levels.push(loudness(this.#peak));
      if (this.#levels.length > 400) this.#levels.shift();
      // After a pause (a tab in the background is not drawn) time goes on from here.
      this.#momentBegan = now - this.#momentBegan > 2 * MOMENT ? now : this.#momentBegan + MOMENT;
      if (now - this.#labelled >= LABEL_PACE) {
        this.#labelled = now;
        this.#label(this.#peak);
      }
      this.#peak = 0;
    }
    if (now - this.#drawn >= (this.#calm.matches ? CALM_PACE : PACE)) this.#draw(now);
  }

  #label(level) {
    const decibels = Math.round(20 * Math.log10(Math.max(level, 1e-5)));
    this.#canvas.setAttribute('aria-label', `${this.#name}: ${loudness(level) > 0.15 ? `sounding, ${decibels} decibels` : 'silent'}`);
  }

  #draw(now) {
    this.#drawn = now;
    const { width, height } = this.#fit();
    const context = this.#canvas.getContext('2d');
    const middle = height / 2;
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    if (this.#calm.matches) {
      const level = this.#levels.at(-1) ?? 0;
      bar(context, 0, middle - 3, Math.max(6, width * level), 6);
      return;
    }
    const pitch = BAR + GAP;
    // Between two moments the picture slides, so that it flows instead of ticking.
    const slide = this.#analyser ? Math.min(1, (now - this.#momentBegan) / MOMENT) * pitch : 0;
    for (let i = 0; i * pitch < width + pitch; i++) {
      const level = this.#levels[this.#levels.length - 1 - i] ?? 0;
      const tall = Math.max(2, level * (height - 4));
      bar(context, width - BAR - i * pitch - slide + pitch, middle - tall / 2, BAR, tall);
    }
  }

  // As many pixels as the screen has, however large the page draws it.
  #fit() {
    const scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const [pixelsWide, pixelsHigh] = [Math.round(width * scale), Math.round(height * scale)];
    if (this.#canvas.width !== pixelsWide || this.#canvas.height !== pixelsHigh) {
      this.#canvas.width = pixelsWide;
      this.#canvas.height = pixelsHigh;
    }
    this.#canvas.getContext('2d').setTransform(scale, 0, 0, scale, 0, 0);
    return { width, height };
  }
}

/** 0 to 1, as loud as it sounds: decibels, not amplitude. */
function loudness(level) {
  const decibels = 20 * Math.log10(Math.max(level, 1e-5));
  return Math.min(1, Math.max(0, (decibels - QUIET) / (LOUD - QUIET))) ** 1.5;
}

function bar(context, x, y, width, height) {
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(width, height) / 2);
  context.fill();
}
