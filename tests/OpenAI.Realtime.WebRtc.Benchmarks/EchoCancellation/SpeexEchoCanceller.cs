using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;

/// <summary>speexdsp's canceller (Valin's MDF), as Debian packages it; with its preprocessor's suppression of the residual or without. It finds no delay: its filter has to be as long as delay and room together.</summary>
internal sealed unsafe partial class SpeexEchoCanceller : IEchoCanceller, IDisposable
{
    private const string Library = "libspeexdsp.so.1";
    private const int SetSamplingRate = 24;                     // speex_echo.h
    private const int SetNoiseSuppress = 8, SetEchoState = 24;  // speex_preprocess.h
    private readonly nint _echo, _preprocessor;

    public SpeexEchoCanceller(TimeSpan filter, bool suppresses)
    {
        int rate = EchoCanceller.SampleRate, none = 0;
        _echo = speex_echo_state_init(EchoCanceller.FrameSamples, (int)(filter.TotalSeconds * rate));
        _ = speex_echo_ctl(_echo, SetSamplingRate, &rate);
        if (!suppresses)
            return;
        _preprocessor = speex_preprocess_state_init(EchoCanceller.FrameSamples, rate);
        _ = speex_preprocess_ctl(_preprocessor, SetEchoState, (void*)_echo);
        _ = speex_preprocess_ctl(_preprocessor, SetNoiseSuppress, &none);     // noise is to stay; its suppression of echo works only with that of noise switched on
    }

    public static bool IsThere => NativeLibrary.TryLoad(Library, out _);

    public TimeSpan Latency => TimeSpan.Zero;

    public EchoCancellerState State => default;

    public void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null)
    {
        fixed (short* far = farEnd, near = nearEnd, to = output)
        {
            speex_echo_cancellation(_echo, near, far, to);
            if (_preprocessor != 0)
                _ = speex_preprocess_run(_preprocessor, to);
        }
    }

    public void Reset() => throw new NotSupportedException();

    public void Dispose()
    {
        if (_preprocessor != 0)
            speex_preprocess_state_destroy(_preprocessor);
        speex_echo_state_destroy(_echo);
    }

    [LibraryImport(Library)]
    private static partial nint speex_echo_state_init(int frameSize, int filterLength);

    [LibraryImport(Library)]
    private static partial void speex_echo_state_destroy(nint state);

    [LibraryImport(Library)]
    private static partial int speex_echo_ctl(nint state, int request, void* value);

    [LibraryImport(Library)]
    private static partial void speex_echo_cancellation(nint state, short* recorded, short* played, short* output);

    [LibraryImport(Library)]
    private static partial nint speex_preprocess_state_init(int frameSize, int samplingRate);

    [LibraryImport(Library)]
    private static partial void speex_preprocess_state_destroy(nint state);

    [LibraryImport(Library)]
    private static partial int speex_preprocess_ctl(nint state, int request, void* value);

    [LibraryImport(Library)]
    private static partial int speex_preprocess_run(nint state, short* samples);
}
