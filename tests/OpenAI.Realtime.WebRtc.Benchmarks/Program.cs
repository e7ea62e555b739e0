using OpenAI.Realtime.WebRtc.Benchmarks.Agents;
using OpenAI.Realtime.WebRtc.Benchmarks.Audio;
using OpenAI.Realtime.WebRtc.Benchmarks.BadLines;
using OpenAI.Realtime.WebRtc.Benchmarks.Bridges;
using OpenAI.Realtime.WebRtc.Benchmarks.Calls;
using OpenAI.Realtime.WebRtc.Benchmarks.Connect;
using OpenAI.Realtime.WebRtc.Benchmarks.Cycles;
using OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;
using OpenAI.Realtime.WebRtc.Benchmarks.Echo;
using OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;
using OpenAI.Realtime.WebRtc.Benchmarks.Engines;
using OpenAI.Realtime.WebRtc.Benchmarks.Events;
using OpenAI.Realtime.WebRtc.Benchmarks.Farms;
using OpenAI.Realtime.WebRtc.Benchmarks.Fuzz;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Benchmarks.Packets;
using OpenAI.Realtime.WebRtc.Benchmarks.Types;
using OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;

// Each makes a row or two of docs/performance.md.
return args switch
{
    ["all"] => await AllAsync(),
    ["connect", .. string[] rest] => await ConnectBenchmark.RunAsync(rest),
    ["round-trips"] => RoundTripBenchmark.Run(),
    ["connect-loss", .. string[] rest] => ConnectLossBenchmark.Run(rest),
    ["event-loss", .. string[] rest] => EventLossBenchmark.Run(rest),
    ["bad-lines", .. string[] rest] => await BadLinesBenchmark.RunAsync(rest),
    ["event-lines", .. string[] rest] => await EventLinesBenchmark.RunAsync(rest),
    ["bridge-load", .. string[] rest] => await BridgeLoadBenchmark.RunAsync(rest),
    ["bridge-flood", .. string[] rest] => await BridgeLoadBenchmark.FloodAsync(rest),
    ["bridge-host", .. string[] rest] => await HostProcess.RunAsync(rest),
    ["farm", .. string[] rest] => await FarmBenchmark.RunAsync(rest),
    ["packets", .. string[] rest] => PacketBenchmark.Run(rest),
    ["calls", .. string[] rest] => await CallsBenchmark.RunAsync(rest),
    ["sessions", .. string[] rest] => await SessionsBenchmark.RunAsync(rest),
    ["events", .. string[] rest] => EventBenchmark.Run(rest),
    ["engines", .. string[] rest] => await EnginesBenchmark.RunAsync(rest),
    ["echo", .. string[] rest] => await EchoBenchmark.RunAsync(rest),
    ["echo-cancellation", .. string[] rest] => EchoCancellationBenchmark.Run(rest),
    ["echo-call", .. string[] rest] => await EchoCallBenchmark.RunAsync(rest),
    ["device-delay", .. string[] rest] => await DeviceDelayBenchmark.RunAsync(rest),
    ["audio-delay", .. string[] rest] => await AudioDelayBenchmark.RunAsync(rest),
    ["speech-loss", .. string[] rest] => await SpeechLossBenchmark.RunAsync(rest),
    ["interruption", .. string[] rest] => await InterruptionBenchmark.RunAsync(rest),
    ["rotation", .. string[] rest] => await RotationBenchmark.RunAsync(rest),
    ["cycles", .. string[] rest] => await CycleBenchmark.RunAsync(rest),
    ["fuzz", .. string[] rest] => FuzzCommand.Run(rest),
    ["types", .. string[] rest] => TypesCommand.Run(rest),
    ["driver-wait", .. string[] rest] => DriverWaitBenchmark.Run(rest),
    ["server", .. string[] rest] => await BenchmarkServer.RunAsync(rest),
    _ => Help(),
};

static async Task<int> AllAsync()
{
    await ConnectBenchmark.RunAsync([]);
    RoundTripBenchmark.Run();
    PacketBenchmark.Run([]);
    EventBenchmark.Run([]);
    await EchoBenchmark.RunAsync([]);
    await AudioDelayBenchmark.RunAsync([]);
    await InterruptionBenchmark.RunAsync([]);
    await RotationBenchmark.RunAsync([]);
    await CallsBenchmark.RunAsync([]);
    await SessionsBenchmark.RunAsync([]);
    await CycleBenchmark.RunAsync([]);
    return 0;
}

static int Help()
{
    Console.WriteLine("""
        connect [warm] [cold] [program …]               the whole SDK, key at hand → channel open; what is allocated
        round-trips                                     from the answer to the first event, in virtual time
        connect-loss [connects]                         connecting on lines that lose, in virtual time
        event-loss [messages]                           events on lines that lose, in virtual time
        bad-lines [connects] [percent,…] [ms,…] [kind,…]   the same on real sockets, beside Chromium
        event-lines [messages] [percent,…] [ms,…]       events on real sockets that lose, beside Chromium
        packets [packets]                               bytes and time of an RTP packet, each way
        calls [calls,…] [seconds] [rounds]              CPU a second and call, beside bare sockets
        sessions [calls,…] [seconds] [rounds] [program]  the same of whole sessions, beside another program
        events [rounds]                                 one transcript delta read into its type
        bridge-load [calls,…] [seconds] [program]       what one host bridges, beside another host's program
        bridge-flood [calls] [a second] [seconds]       the same under datagrams of nobody's
        farm [calls,…] [hosts,…] [seconds]              agents beside calls as grains on one host and more (docs/scale.md)
        engines [adapter.dll] [rounds]                  engines and codecs side by side (docs/engines.md)
        echo [messages] [packets]                       data-channel and audio echo
        echo-cancellation [folder]                      the loudspeaker out of the microphone, beside speexdsp and WebRTC's AEC3
        echo-call [questions] [questions without]       a call whose microphone hears the loudspeaker, in real time
        audio-delay [seconds]                           what the audio path adds
        device-delay [clicks]                           from a loudspeaker to a microphone of PulseAudio's and to the wire
        interruption [rounds]                           how long an assistant that is interrupted is still heard
        rotation [rounds]                               how long an assistant is not heard when the call is exchanged in mid-sentence
        speech-loss [runs] [file.wav]                   how well speech that has lost packets is understood
        cycles [cycles]                                 what connecting and closing leaves behind
        driver-wait [calls,…] [seconds] [rounds] [variant,…]   ways to wait (docs/adr/0003-the-drivers-wait.md)
        fuzz inputs [seed]                              hostile input, as many as asked for (docs/security.md)
        types package                                   the model against the types of OpenAI's npm package (docs/events.md)
        server [port] [full]                            the other end alone, for measuring other clients against it
        all                                             all of docs/performance.md
        """);
    return 1;
}
