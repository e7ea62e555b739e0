using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>The real clock. What is asserted is who calls and how often in relation to each other, never how fast.</summary>
public sealed class AudioClockTests
{
    [Fact]
    public async Task Many_pacers_are_run_by_few_threads_none_of_which_is_the_pools()
    {
        var threads = new System.Collections.Concurrent.ConcurrentDictionary<int, bool>();
        var all = new CountdownEvent(40);
        FramePacer[] pacers = [.. Enumerable.Range(0, 40).Select(_ =>
        {
            int frames = 0;
            return new FramePacer(TimeProvider.System, _ =>
            {
                threads.TryAdd(Environment.CurrentManagedThreadId, Thread.CurrentThread.IsThreadPoolThread);
                if (++frames == 5)
                    all.Signal();
            });
        })];
        foreach (FramePacer pacer in pacers)
            pacer.Start(pacer.Now);
        await Task.Run(all.Wait).Within();
        Assert.InRange(threads.Count, 1, Environment.ProcessorCount);
        Assert.DoesNotContain(true, threads.Values);
        foreach (FramePacer pacer in pacers)
            await pacer.DisposeAsync();
    }

    [Fact]
    public async Task A_pacer_that_was_stopped_is_not_called_again()
    {
        int frames = 0;
        var started = new TaskCompletionSource();
        var pacer = new FramePacer(TimeProvider.System, _ =>
        {
            Interlocked.Increment(ref frames);
            started.TrySetResult();
        });
        pacer.Start(pacer.Now);
        await started.Task.Within();
        await pacer.DisposeAsync();
        int then = Volatile.Read(ref frames);

        // Another one goes on for five frames, on the same thread where there is one: the first is not among them.
        var enough = new TaskCompletionSource();
        int others = 0;
        await using var other = new FramePacer(TimeProvider.System, _ =>
        {
            if (++others == 5)
                enough.TrySetResult();
        });
        other.Start(other.Now);
        await enough.Task.Within();
        Assert.Equal(then, Volatile.Read(ref frames));
    }

    [Fact]
    public async Task A_pacer_may_stop_itself_within_its_frame()
    {
        var stopped = new TaskCompletionSource();
        FramePacer? pacer = null;
        int frames = 0;
        pacer = new FramePacer(TimeProvider.System, _ =>
        {
            frames++;
            Assert.True(pacer!.DisposeAsync().AsTask().IsCompletedSuccessfully);
            stopped.TrySetResult();
        });
        pacer.Start(pacer.Now);
        await stopped.Task.Within();
        Assert.Equal(1, frames);
    }

    [Fact]
    public async Task A_source_and_a_sink_that_never_block_are_called_on_the_clocks_thread()
    {
        var peer = new FakePeerConnection();
        var source = new WhoCalls();
        var sink = new WhoCalls();
        var context = new AudioLinkContext(TimeProvider.System);
        await using IAudioDownlink downlink = AudioLinks.CreateDownlink(new() { Sink = sink }, peer, context);
        await using IAudioUplink uplink = AudioLinks.CreateUplink(
            new() { Source = source }, new SendingTrack((opus, header) => peer.Deliver(opus, header.SequenceNumber, header.Timestamp, default)), context);
        downlink.Start();
        uplink.Start();
        await source.Later.Task.Within();
        await sink.Later.Task.Within();
        Assert.Equal((false, false), (source.OnPool, sink.OnPool));
    }

    private sealed class WhoCalls : IAudioSource, IAudioSink
    {
        private int _calls;

        public TaskCompletionSource Later { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool OnPool { get; private set; }

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public bool IsNonBlocking => true;

        public TimeSpan Buffered => TimeSpan.Zero;

        public void Flush()
        {
        }

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            buffer.Span.Clear();
            Note();
            return new(buffer.Length);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            Note();
            return default;
        }

        // The first calls come with the start.
        private void Note()
        {
            if (++_calls != 10)
                return;
            OnPool = Thread.CurrentThread.IsThreadPoolThread;
            Later.TrySetResult();
        }
    }
}
