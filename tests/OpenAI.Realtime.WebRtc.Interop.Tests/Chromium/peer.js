// A browser peer that a test drives through Playwright: window.peer.<method>(...).
// It speaks with a sine of a known frequency and measures the dominant frequency of what it hears.
window.peer = (() => {
  const context = new AudioContext({ sampleRate: 48000 });
  const pc = new RTCPeerConnection();
  const received = [];
  let channel = null;
  let analyser = null;

  function adler32(bytes) {
    let a = 1, b = 0;
    for (const value of bytes) {
      a = (a + value) % 65521;
      b = (b + a) % 65521;
    }
    return ((b << 16) | a) >>> 0;
  }

  function listen(to) {
    channel = to;
    channel.binaryType = 'arraybuffer';
    channel.onmessage = (event) => {
      const text = typeof event.data === 'string';
      const bytes = text ? new TextEncoder().encode(event.data) : new Uint8Array(event.data);
      received.push({ text, length: bytes.length, adler32: adler32(bytes) });
    };
  }

  pc.ondatachannel = (event) => listen(event.channel);
  pc.ontrack = (event) => {
    const stream = event.streams[0] ?? new MediaStream([event.track]);
    // Chromium feeds a remote stream into Web Audio only while a media element plays it.
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    element.play();
    analyser = context.createAnalyser();
    analyser.fftSize = 16384;
    context.createMediaStreamSource(stream).connect(analyser);
  };

  function speak(frequency) {
    const oscillator = context.createOscillator();
    oscillator.frequency.value = frequency;
    const destination = context.createMediaStreamDestination();
    oscillator.connect(destination);
    oscillator.start();
    pc.addTrack(destination.stream.getAudioTracks()[0], destination.stream);
  }

  return {
    async offer(frequency) {
      speak(frequency);
      listen(pc.createDataChannel('oai-events'));
      await pc.setLocalDescription(await pc.createOffer());
      return pc.localDescription.sdp;
    },
    async answer(sdp, frequency) {
      await pc.setRemoteDescription({ type: 'offer', sdp });
      speak(frequency);
      await pc.setLocalDescription(await pc.createAnswer());
      return pc.localDescription.sdp;
    },
    async setAnswer(sdp) {
      await pc.setRemoteDescription({ type: 'answer', sdp });
    },
    // ICE is restarted by this side …
    async offerRestart() {
      pc.restartIce();
      await pc.setLocalDescription();
      return pc.localDescription.sdp;
    },
    // … or by the other one.
    async answerRestart(sdp) {
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription();
      return pc.localDescription.sdp;
    },
    sendText(length) {
      channel.send('x'.repeat(length));
    },
    sendBinary(length) {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i++) bytes[i] = (i * 31) % 256;
      channel.send(bytes);
    },
    async report() {
      let frequency = null;
      if (analyser) {
        const bins = new Float32Array(analyser.frequencyBinCount);
        analyser.getFloatFrequencyData(bins);
        let best = 0;
        for (let i = 1; i < bins.length; i++) if (bins[i] > bins[best]) best = i;
        if (bins[best] > -60) frequency = best * context.sampleRate / analyser.fftSize;
      }
      const stats = [...(await pc.getStats()).values()];
      const pair = stats.find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
      const local = pair && stats.find((s) => s.id === pair.localCandidateId);
      const transport = stats.find((s) => s.type === 'transport');
      return {
        connection: pc.connectionState,
        ice: pc.iceConnectionState,
        channel: channel?.readyState ?? null,
        label: channel?.label ?? null,
        received,
        frequency,
        localAddress: local?.address ?? null,
        iceFragment: transport?.iceLocalUsernameFragment ?? null,
        dtlsCipher: transport?.dtlsCipher ?? null,
        srtpCipher: transport?.srtpCipher ?? null,
      };
    },
    close() {
      pc.close();
    },
  };
})();
