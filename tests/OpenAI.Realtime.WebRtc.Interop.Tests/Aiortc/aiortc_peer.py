"""An aiortc peer that a test drives over standard input and output, one JSON object a line.

Commands: {"do": "offer" | "answer" | "set_answer" | "send" | "report" | "close", ...}
Each is answered by one object; {"error": "..."} when it failed.
"""

import asyncio
import fractions
import hashlib
import json
import sys

import numpy
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from av import AudioFrame

RATE = 48000
FRAME = 960


class Tone(MediaStreamTrack):
    """A sine of a known frequency, paced at 20 ms a frame."""

    kind = "audio"

    def __init__(self, frequency):
        super().__init__()
        self.frequency = frequency
        self.position = 0
        self.start = None

    async def recv(self):
        loop = asyncio.get_event_loop()
        if self.start is None:
            self.start = loop.time()
        delay = self.start + self.position / RATE - loop.time()
        if delay > 0:
            await asyncio.sleep(delay)
        t = (self.position + numpy.arange(FRAME)) / RATE
        samples = (numpy.sin(2 * numpy.pi * self.frequency * t) * 16000).astype(numpy.int16)
        frame = AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.pts = self.position
        frame.time_base = fractions.Fraction(1, RATE)
        self.position += FRAME
        return frame


class Peer:
    def __init__(self):
        self.pc = RTCPeerConnection()
        self.channel = None
        self.messages = []
        self.heard = []
        self.state = "new"
        self.pc.on("track", self.on_track)
        self.pc.on("datachannel", self.on_channel)

        @self.pc.on("connectionstatechange")
        def changed():
            self.state = self.pc.connectionState

    def on_track(self, track):
        asyncio.ensure_future(self.listen(track))

    async def listen(self, track):
        try:
            while True:
                frame = await track.recv()
                samples = frame.to_ndarray().reshape(-1).astype(numpy.float64)
                channels = len(frame.layout.channels)
                self.heard.append(samples.reshape(-1, channels).mean(axis=1) if channels > 1 else samples)
                del self.heard[:-100]
        except Exception:
            pass

    def on_channel(self, channel):
        self.channel = channel
        channel.on("message", self.on_message)

    def on_message(self, message):
        data = message.encode() if isinstance(message, str) else message
        self.messages.append(
            {"text": isinstance(message, str), "length": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        )

    async def do(self, command):
        what = command["do"]
        if what == "offer":
            self.pc.addTrack(Tone(command["frequency"]))
            self.on_channel(self.pc.createDataChannel("oai-events"))
            await self.pc.setLocalDescription(await self.pc.createOffer())
            return {"sdp": self.pc.localDescription.sdp}
        if what == "answer":
            self.pc.addTrack(Tone(command["frequency"]))
            await self.pc.setRemoteDescription(RTCSessionDescription(command["sdp"], "offer"))
            await self.pc.setLocalDescription(await self.pc.createAnswer())
            return {"sdp": self.pc.localDescription.sdp}
        if what == "set_answer":
            await self.pc.setRemoteDescription(RTCSessionDescription(command["sdp"], "answer"))
            return {}
        if what == "send":
            if command["text"]:
                self.channel.send("x" * command["length"])
            else:
                self.channel.send(bytes(i * 31 % 256 for i in range(command["length"])))
            return {}
        if what == "report":
            frequency = None
            if len(self.heard) >= 50:
                samples = numpy.concatenate(self.heard[-50:])
                spectrum = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
                frequency = float(numpy.argmax(spectrum) * RATE / len(samples)) if spectrum.max() > 1e5 else None
            return {
                "state": self.state,
                "channel": self.channel.readyState if self.channel else None,
                "label": self.channel.label if self.channel else None,
                "messages": self.messages,
                "frequency": frequency,
            }
        if what == "close":
            await self.pc.close()
            return {}
        raise ValueError(what)


async def main():
    loop = asyncio.get_event_loop()
    reader = asyncio.StreamReader(limit=1 << 22)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    peer = Peer()
    while line := await reader.readline():
        try:
            reply = await peer.do(json.loads(line))
        except Exception as error:  # The test shows what went wrong on this side.
            reply = {"error": repr(error)}
        sys.stdout.write(json.dumps(reply) + "\n")
        sys.stdout.flush()
    await peer.pc.close()


asyncio.run(main())
