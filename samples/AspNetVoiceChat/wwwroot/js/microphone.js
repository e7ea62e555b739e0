import { Failure } from './failures.js';

const codes = {
  NotAllowedError: 'microphone-refused',
  SecurityError: 'microphone-refused',
  NotFoundError: 'microphone-missing',
  OverconstrainedError: 'microphone-missing',
  NotReadableError: 'microphone-busy',
  AbortError: 'microphone-busy',
};

/** Asks for the microphone. The browser asks the person, the first time. */
export async function openMicrophone() {
  if (!navigator.mediaDevices?.getUserMedia) throw new Failure('microphone-insecure');
  try {
    return await navigator.mediaDevices.getUserMedia({
      // Without echo cancellation the assistant hears itself through the loudspeaker, and interrupts itself.
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    throw new Failure(codes[error.name] ?? 'microphone-busy', `${error.name}: ${error.message}`);
  }
}

/** Lets the microphone go, so that the browser's recording sign goes out. */
export function closeMicrophone(stream) {
  for (const track of stream.getTracks()) track.stop();
}
