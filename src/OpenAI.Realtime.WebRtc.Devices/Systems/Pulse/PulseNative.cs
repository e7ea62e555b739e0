using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>The functions of libpulse that are used, as pulse/*.h declare them. All are of its version 1.0 (2011) or older.</summary>
internal static unsafe partial class PulseNative
{
    private const string Lib = PulseLibrary.ImportName;

    // def.h
    public const int ContextReady = 4, ContextFailed = 5, ContextTerminated = 6;
    public const int StreamReady = 2, StreamFailed = 3, StreamTerminated = 4;
    public const uint InvalidIndex = uint.MaxValue;
    public const uint Default = uint.MaxValue;              // of a buffer's attribute: the server chooses
    public const int SampleS16LE = 3, SampleS16BE = 4;
    public const int SeekRelative = 0;
    public const int StreamInterpolateTiming = 0x2, StreamAutoTimingUpdate = 0x8, StreamDontMove = 0x200, StreamAdjustLatency = 0x2000;
    public const int MaskSink = 0x1, MaskSource = 0x2, MaskServer = 0x80;
    public const int EventFacility = 0x0F, EventServer = 0x07, EventType = 0x30, EventChange = 0x10;

    [LibraryImport(Lib)]
    public static partial nint pa_threaded_mainloop_new();

    [LibraryImport(Lib)]
    public static partial void pa_threaded_mainloop_free(nint mainloop);

    [LibraryImport(Lib)]
    public static partial int pa_threaded_mainloop_start(nint mainloop);

    [LibraryImport(Lib)]
    public static partial void pa_threaded_mainloop_stop(nint mainloop);

    [LibraryImport(Lib)]
    public static partial void pa_threaded_mainloop_lock(nint mainloop);

    [LibraryImport(Lib)]
    public static partial void pa_threaded_mainloop_unlock(nint mainloop);

    [LibraryImport(Lib)]
    public static partial nint pa_threaded_mainloop_get_api(nint mainloop);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint pa_context_new(nint api, string name);

    [LibraryImport(Lib)]
    public static partial void pa_context_unref(nint context);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int pa_context_connect(nint context, string? server, int flags, nint spawnApi);

    [LibraryImport(Lib)]
    public static partial void pa_context_disconnect(nint context);

    [LibraryImport(Lib)]
    public static partial int pa_context_get_state(nint context);

    [LibraryImport(Lib)]
    public static partial int pa_context_errno(nint context);

    [LibraryImport(Lib)]
    public static partial void pa_context_set_state_callback(nint context, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_context_set_subscribe_callback(nint context, delegate* unmanaged[Cdecl]<nint, int, uint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial nint pa_context_subscribe(nint context, int mask, nint callback, nint userData);

    [LibraryImport(Lib)]
    public static partial nint pa_context_get_server_info(nint context, delegate* unmanaged[Cdecl]<nint, PulseServerInfo*, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial nint pa_context_get_sink_info_list(nint context, delegate* unmanaged[Cdecl]<nint, PulseDeviceInfo*, int, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial nint pa_context_get_source_info_list(nint context, delegate* unmanaged[Cdecl]<nint, PulseDeviceInfo*, int, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_operation_cancel(nint operation);

    [LibraryImport(Lib)]
    public static partial void pa_operation_unref(nint operation);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint pa_stream_new(nint context, string name, PulseSampleSpec* spec, nint channelMap);

    [LibraryImport(Lib)]
    public static partial void pa_stream_unref(nint stream);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int pa_stream_connect_record(nint stream, string device, PulseBufferAttributes* attributes, int flags);

    [LibraryImport(Lib, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int pa_stream_connect_playback(nint stream, string device, PulseBufferAttributes* attributes, int flags, nint volume, nint syncStream);

    [LibraryImport(Lib)]
    public static partial int pa_stream_disconnect(nint stream);

    [LibraryImport(Lib)]
    public static partial int pa_stream_get_state(nint stream);

    [LibraryImport(Lib)]
    public static partial nint pa_stream_set_buffer_attr(nint stream, PulseBufferAttributes* attributes, nint callback, nint userData);

    [LibraryImport(Lib)]
    public static partial int pa_stream_get_latency(nint stream, out ulong microseconds, out int isNegative);

    [LibraryImport(Lib)]
    public static partial int pa_stream_peek(nint stream, out void* data, out nuint bytes);

    [LibraryImport(Lib)]
    public static partial int pa_stream_drop(nint stream);

    [LibraryImport(Lib)]
    public static partial int pa_stream_begin_write(nint stream, out void* data, ref nuint bytes);

    [LibraryImport(Lib)]
    public static partial int pa_stream_write(nint stream, void* data, nuint bytes, nint free, long offset, int seek);

    [LibraryImport(Lib)]
    public static partial void pa_stream_set_state_callback(nint stream, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_stream_set_read_callback(nint stream, delegate* unmanaged[Cdecl]<nint, nuint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_stream_set_write_callback(nint stream, delegate* unmanaged[Cdecl]<nint, nuint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_stream_set_underflow_callback(nint stream, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    public static partial void pa_stream_set_overflow_callback(nint stream, delegate* unmanaged[Cdecl]<nint, nint, void> callback, nint userData);

    [LibraryImport(Lib)]
    private static partial byte* pa_strerror(int error);

    /// <summary>What an error number means.</summary>
    public static string Error(int error) => Text(pa_strerror(error)) ?? "unknown error";

    /// <summary>A string of the library's.</summary>
    public static string? Text(byte* text) => Marshal.PtrToStringUTF8((nint)text);
}

/// <summary>pa_sample_spec.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PulseSampleSpec
{
    public int Format;
    public uint Rate;
    public byte Channels;
}

/// <summary>pa_buffer_attr.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PulseBufferAttributes
{
    public uint MaxLength;
    public uint TargetLength;
    public uint PreBuffering;
    public uint MinimumRequest;
    public uint FragmentSize;
}

/// <summary>pa_channel_map and pa_cvolume: a number, and 32 of four bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PulseChannels
{
    public byte Count;
    public fixed uint Values[32];
}

/// <summary>The beginning of pa_sink_info and of pa_source_info, which are the same as far as this goes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PulseDeviceInfo
{
    public byte* Name;
    public uint Index;
    public byte* Description;
    public PulseSampleSpec Spec;
    public PulseChannels Map;
    public uint OwnerModule;
    public PulseChannels Volume;
    public int IsMuted;

    /// <summary>Of a source: the sink whose monitor it is, or none. (Of a sink: its monitor.)</summary>
    public uint MonitorOf;
}

/// <summary>The beginning of pa_server_info.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PulseServerInfo
{
    public byte* UserName;
    public byte* HostName;
    public byte* ServerVersion;
    public byte* ServerName;
    public PulseSampleSpec Spec;
    public byte* DefaultSink;
    public byte* DefaultSource;
}
