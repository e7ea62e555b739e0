// Runs in the page before its own scripts, and looks at the call from outside: the page itself has no door for tests.
window.watch = (() => {
  const peers = [];
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }
  };

  let listening = null;

  function listen() {
    const stream = document.querySelector('audio').srcObject;
    if (!stream) return null;
    if (listening?.stream === stream) return listening;
    const context = listening?.context ?? new AudioContext({ sampleRate: 48000 });
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(stream).connect(analyser);
    listening = { stream, context, analyser };
    return listening;
  }

  return {
    peers,
    // The dominant frequency of what the page plays, in Hz; 0 for silence.
    frequency() {
      const ear = listen();
      if (!ear) return 0;
      const bins = new Float32Array(ear.analyser.frequencyBinCount);
      ear.analyser.getFloatFrequencyData(bins);
      let best = 1;
      for (let i = 2; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
      return bins[best] > -70 ? best * ear.context.sampleRate / ear.analyser.fftSize : 0;
    },
    // What the browser counts of the audio that comes in.
    async received() {
      const peer = peers.at(-1);
      const stats = [...(await peer.getStats()).values()];
      const audio = stats.find((s) => s.type === 'inbound-rtp' && s.kind === 'audio');
      return { bytes: audio?.bytesReceived ?? 0, packets: audio?.packetsReceived ?? 0, energy: audio?.totalAudioEnergy ?? 0, level: audio?.audioLevel ?? 0 };
    },
    // Where what the page sends goes to, and over what: of the pair of addresses that is in use.
    async path() {
      const stats = await peers.at(-1).getStats();
      const transport = [...stats.values()].find((s) => s.type === 'transport');
      const pair = stats.get(transport?.selectedCandidatePairId);
      const remote = pair && stats.get(pair.remoteCandidateId);
      return remote ? `${remote.protocol} ${remote.address}:${remote.port}` : 'none';
    },
    // The address that what the page sends leaves from.
    async from() {
      const stats = await peers.at(-1).getStats();
      const transport = [...stats.values()].find((s) => s.type === 'transport');
      return stats.get(stats.get(transport?.selectedCandidatePairId)?.localCandidateId)?.address ?? 'none';
    },
    connection: () => peers.at(-1)?.connectionState ?? 'none',
    // The tallest of what is drawn in the newest third of a waveform, as a share of its height.
    wave(id) {
      const canvas = document.getElementById(id);
      if (!canvas.width) return 0;
      const left = Math.floor(canvas.width * 2 / 3);
      // A copy, so that looking does not change how the page draws.
      const copy = new OffscreenCanvas(canvas.width - left, canvas.height).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, -left, 0);
      const { data, width, height } = copy.getImageData(0, 0, canvas.width - left, canvas.height);
      let rows = 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          if (data[(y * width + x) * 4 + 3] > 128) { rows++; break; }
        }
      }
      return rows / height;
    },
    // Whether what is drawn changes: two moments apart.
    async moves(id) {
      const canvas = document.getElementById(id);
      const first = canvas.toDataURL();
      for (let i = 0; i < 30; i++) {
        await new Promise(requestAnimationFrame);
        if (canvas.toDataURL() !== first) return true;
      }
      return false;
    },
  };
})();
