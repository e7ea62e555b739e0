using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>The functions of macOS' CoreAudio, AudioToolbox and CoreFoundation that are used, as their headers declare them.</summary>
internal static unsafe partial class CoreAudioNative
{
    private const string CoreAudio = "/System/Library/Frameworks/CoreAudio.framework/CoreAudio";
    private const string AudioToolbox = "/System/Library/Frameworks/AudioToolbox.framework/AudioToolbox";
    private const string CoreFoundation = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation";

    // AudioHardware.h: four-character codes
    public const uint SystemObject = 1;
    public const uint ScopeGlobal = 0x676C_6F62;            // glob
    public const uint ScopeInput = 0x696E_7074;             // inpt
    public const uint ScopeOutput = 0x6F75_7470;            // outp
    public const uint Devices = 0x6465_7623;                // dev#
    public const uint DefaultInput = 0x6449_6E20;           // dIn_
    public const uint DefaultOutput = 0x644F_7574;          // dOut
    public const uint Uid = 0x7569_6420;                    // uid_
    public const uint ObjectName = 0x6C6E_616D;             // lnam
    public const uint StreamConfiguration = 0x736C_6179;    // slay
    public const uint NominalRate = 0x6E73_7274;            // nsrt
    public const uint AvailableRates = 0x6E73_7223;         // nsr#
    public const uint DeviceLatency = 0x6C74_6E63;          // ltnc
    public const uint SafetyOffset = 0x7361_6674;           // saft
    public const uint BufferFrames = 0x6673_697A;           // fsiz

    // AudioQueue.h, CoreAudioBaseTypes.h
    public const uint LinearPcm = 0x6C70_636D;              // lpcm
    public const uint FlagsSignedPacked = 0x4 | 0x8;
    public const uint QueueCurrentDevice = 0x6171_6364;     // aqcd
    public const uint QueueIsRunning = 0x6171_726E;         // aqrn
    public const uint EncodingUtf8 = 0x0800_0100;

    [LibraryImport(CoreAudio)]
    public static partial int AudioObjectGetPropertyDataSize(uint item, PropertyAddress* address, uint qualifierSize, void* qualifier, out uint size);

    [LibraryImport(CoreAudio)]
    public static partial int AudioObjectGetPropertyData(uint item, PropertyAddress* address, uint qualifierSize, void* qualifier, ref uint size, void* data);

    [LibraryImport(CoreAudio)]
    public static partial int AudioObjectAddPropertyListener(uint item, PropertyAddress* address, delegate* unmanaged[Cdecl]<uint, uint, PropertyAddress*, nint, int> listener, nint userData);

    [LibraryImport(CoreAudio)]
    public static partial int AudioObjectRemovePropertyListener(uint item, PropertyAddress* address, delegate* unmanaged[Cdecl]<uint, uint, PropertyAddress*, nint, int> listener, nint userData);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueNewInput(StreamDescription* format, delegate* unmanaged[Cdecl]<nint, nint, QueueBuffer*, void*, uint, void*, void> callback, nint userData, nint runLoop, nint mode, uint flags, out nint queue);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueNewOutput(StreamDescription* format, delegate* unmanaged[Cdecl]<nint, nint, QueueBuffer*, void> callback, nint userData, nint runLoop, nint mode, uint flags, out nint queue);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueDispose(nint queue, byte immediate);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueAllocateBuffer(nint queue, uint bytes, out QueueBuffer* buffer);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueEnqueueBuffer(nint queue, QueueBuffer* buffer, uint packets, void* descriptions);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueStart(nint queue, void* when);

    [LibraryImport(AudioToolbox)]
    public static partial int AudioQueueSetProperty(nint queue, uint property, void* data, uint size);

    [LibraryImport(CoreFoundation, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CFStringCreateWithCString(nint allocator, string text, uint encoding);

    [LibraryImport(CoreFoundation)]
    public static partial byte CFStringGetCString(nint text, byte* buffer, nint size, uint encoding);

    [LibraryImport(CoreFoundation)]
    public static partial void CFRelease(nint item);

    /// <summary>AudioObjectPropertyAddress.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PropertyAddress(uint selector, uint scope)
    {
        public uint Selector = selector;
        public uint Scope = scope;
        public uint Element;
    }

    /// <summary>AudioStreamBasicDescription.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct StreamDescription
    {
        public double SampleRate;
        public uint FormatId;
        public uint FormatFlags;
        public uint BytesPerPacket;
        public uint FramesPerPacket;
        public uint BytesPerFrame;
        public uint ChannelsPerFrame;
        public uint BitsPerChannel;
        public uint Reserved;
    }

    /// <summary>The beginning of AudioQueueBuffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct QueueBuffer
    {
        public uint Capacity;
        public void* Data;
        public uint Length;
    }

    /// <summary>AudioValueRange.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ValueRange
    {
        public double Minimum;
        public double Maximum;
    }

    /// <summary>48 kHz mono, 16 bits.</summary>
    public static StreamDescription Format => new()
    {
        SampleRate = ClockBridge.SampleRate,
        FormatId = LinearPcm,
        FormatFlags = FlagsSignedPacked,
        BytesPerPacket = sizeof(short),
        FramesPerPacket = 1,
        BytesPerFrame = sizeof(short),
        ChannelsPerFrame = 1,
        BitsPerChannel = 16,
    };

    /// <summary>A property of a fixed size; the default of the type where there is none.</summary>
    public static T Get<T>(uint item, uint selector, uint scope)
        where T : unmanaged
    {
        var address = new PropertyAddress(selector, scope);
        T value = default;
        uint size = (uint)sizeof(T);
        return AudioObjectGetPropertyData(item, &address, 0, null, ref size, &value) == 0 ? value : default;
    }

    /// <summary>A property that is a list; empty where there is none.</summary>
    public static T[] GetList<T>(uint item, uint selector, uint scope)
        where T : unmanaged
    {
        var address = new PropertyAddress(selector, scope);
        if (AudioObjectGetPropertyDataSize(item, &address, 0, null, out uint size) != 0 || size < sizeof(T))
            return [];
        T[] values = new T[size / sizeof(T)];
        fixed (T* data = values)
        {
            if (AudioObjectGetPropertyData(item, &address, 0, null, ref size, data) != 0)
                return [];
        }

        return values.AsSpan(0, (int)(size / sizeof(T))).ToArray();
    }

    /// <summary>A property that is a string; null where there is none.</summary>
    public static string? GetString(uint item, uint selector)
    {
        nint text = Get<nint>(item, selector, ScopeGlobal);
        if (text == 0)
            return null;
        try
        {
            byte* buffer = stackalloc byte[1024];
            return CFStringGetCString(text, buffer, 1024, EncodingUtf8) != 0 ? Marshal.PtrToStringUTF8((nint)buffer) : null;
        }
        finally
        {
            CFRelease(text);
        }
    }
}
