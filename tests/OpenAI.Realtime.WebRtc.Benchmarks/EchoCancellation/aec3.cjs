// node aec3.cjs FAR NEAR OUT DELAY: raw 16-bit mono at 48 kHz through the audio processing of libwebrtc with its echo canceller (AEC3) alone, 10 ms at a time. Prints the CPU time of 20 ms in microseconds.
'use strict';
const fs = require('fs');
const ffi = require('@livekit/rtc-ffi-bindings');

const [farPath, nearPath, outPath, delay] = process.argv.slice(2);
const far = fs.readFileSync(farPath), near = fs.readFileSync(nearPath);
const bytes = 960;      // of 10 ms

const encode = (name, value) => new ffi.FfiRequest({ message: { case: name, value } }).toBinary();
const ask = request => {
  const answer = ffi.FfiResponse.fromBinary(ffi.livekitFfiRequest(request)).message;
  if (answer.value.error) throw new Error(answer.value.error);
  return answer.value;
};

ffi.livekitInitialize(() => {}, false, 'benchmark');
const apmHandle = ask(encode('newApm', new ffi.NewApmRequest({
  echoCancellerEnabled: true, gainControllerEnabled: false, highPassFilterEnabled: false, noiseSuppressionEnabled: false,
}))).apm.handle.id;
const farFrame = new Uint8Array(bytes), nearFrame = new Uint8Array(bytes), out = Buffer.alloc(near.length);
const frame = data => ({ apmHandle, dataPtr: ffi.livekitRetrievePtr(data), size: bytes, sampleRate: 48000, numChannels: 1 });
const played = encode('apmProcessReverseStream', new ffi.ApmProcessReverseStreamRequest(frame(farFrame)));
const heard = encode('apmProcessStream', new ffi.ApmProcessStreamRequest(frame(nearFrame)));
const told = encode('apmSetStreamDelay', new ffi.ApmSetStreamDelayRequest({ apmHandle, delayMs: Number(delay) }));
ask(played);
ask(heard);     // both say so if anything is wrong; the loop does not look

const start = process.cpuUsage();
for (let at = 0; at + bytes <= near.length; at += bytes) {
  farFrame.set(far.subarray(at, at + bytes));
  nearFrame.set(near.subarray(at, at + bytes));
  ffi.livekitFfiRequest(played);
  ffi.livekitFfiRequest(told);
  ffi.livekitFfiRequest(heard);
  out.set(nearFrame, at);
}
const used = process.cpuUsage(start);
fs.writeFileSync(outPath, out);
console.log(((used.user + used.system) * 2 * bytes / near.length).toFixed(1));
process.exit(0);
