using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>One question for the devices of a server: its three answers come on the library's thread.</summary>
internal sealed unsafe class PulseQuery : IDisposable
{
    private readonly List<AudioDevice> _devices = [];
    private readonly ManualResetEventSlim _done = new();
    private int _left = 3;
    private string? _defaultSink, _defaultSource;

    /// <summary>What the server calls itself.</summary>
    public string Server { get; private set; } = "PulseAudio";

    /// <summary>Waits for all answers.</summary>
    /// <returns>False when they have not come.</returns>
    public bool Wait(TimeSpan time) => _done.Wait(time);

    /// <summary>Asks; with the library's lock held.</summary>
    /// <param name="context">Of whom.</param>
    /// <param name="self">A handle of this, to be kept until the answers are there or the questions are cancelled.</param>
    /// <returns>The questions.</returns>
    public static nint[] Ask(nint context, nint self) =>
    [
        PulseNative.pa_context_get_server_info(context, &OnServer, self),
        PulseNative.pa_context_get_sink_info_list(context, &OnSink, self),
        PulseNative.pa_context_get_source_info_list(context, &OnSource, self),
    ];

    /// <summary>What was answered; with nobody writing any more.</summary>
    public IReadOnlyList<AudioDevice> Devices() =>
        [.. _devices.Select(device => device with { IsDefault = device.Id == (device.Kind == AudioDeviceKind.Loudspeaker ? _defaultSink : _defaultSource) })];

    public void Dispose() => _done.Dispose();

    private void Answered()
    {
        if (--_left == 0)
            _done.Set();
    }

    private void Add(AudioDeviceKind kind, PulseDeviceInfo* info, int end)
    {
        if (end != 0)       // the end of the list, or an error, which is an end as well
        {
            Answered();
            return;
        }

        // What a loudspeaker plays is no microphone, though the server records it likewise; it can be opened by its id.
        bool isMonitor = kind == AudioDeviceKind.Microphone && info->MonitorOf != PulseNative.InvalidIndex;
        string id = PulseNative.Text(info->Name) ?? "";
        _devices.Add(new AudioDevice
        {
            Kind = kind,
            Id = id,
            Name = PulseNative.Text(info->Description) ?? id,
            Channels = info->Spec.Channels,
            SampleRate = (int)info->Spec.Rate,
            SampleRates = [(int)info->Spec.Rate],
            IsMonitor = isMonitor,
        });
    }

    private static PulseQuery Of(nint self) => (PulseQuery)GCHandle.FromIntPtr(self).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnServer(nint context, PulseServerInfo* info, nint self)
    {
        PulseQuery query = Of(self);
        if (info is not null)
        {
            query._defaultSink = PulseNative.Text(info->DefaultSink);
            query._defaultSource = PulseNative.Text(info->DefaultSource);
            query.Server = $"{PulseNative.Text(info->ServerName)} {PulseNative.Text(info->ServerVersion)}";
        }

        query.Answered();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSink(nint context, PulseDeviceInfo* info, int end, nint self) => Of(self).Add(AudioDeviceKind.Loudspeaker, info, end);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSource(nint context, PulseDeviceInfo* info, int end, nint self) => Of(self).Add(AudioDeviceKind.Microphone, info, end);
}
