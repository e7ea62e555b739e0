using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The functions of libopus that are used, as opus.h declares them.</summary>
internal static unsafe partial class OpusNative
{
    // opus_defines.h
    public const int SetBitrate = 4002;
    public const int SetMaxBandwidth = 4004;
    public const int SetVbr = 4006;
    public const int SetComplexity = 4010;
    public const int SetInbandFec = 4012;
    public const int SetPacketLossPercent = 4014;
    public const int SetDtx = 4016;
    public const int SetSignal = 4024;
    public const int ResetState = 4028;
    public const int SignalVoice = 3001;
    public const int SignalAuto = -1000;

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_encoder_create")]
    public static partial OpusEncoderHandle EncoderCreate(int sampleRate, int channels, int application, out int error);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_encoder_destroy")]
    public static partial void EncoderDestroy(nint encoder);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_encode")]
    public static partial int Encode(OpusEncoderHandle encoder, short* pcm, int frameSize, byte* data, int maxDataBytes);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_decoder_create")]
    public static partial OpusDecoderHandle DecoderCreate(int sampleRate, int channels, out int error);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_decoder_destroy")]
    public static partial void DecoderDestroy(nint decoder);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_decode")]
    public static partial int Decode(OpusDecoderHandle decoder, byte* data, int length, short* pcm, int frameSize, int decodeFec);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_strerror")]
    private static partial byte* StringError(int error);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_get_version_string")]
    private static partial byte* VersionString();

    // opus_encoder_ctl(st, request, ...) is variadic. On x64 and on Linux and Windows arm64 a variadic int travels where an ordinary one does.
    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_encoder_ctl")]
    private static partial int EncoderControl(OpusEncoderHandle encoder, int request, nint value);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_decoder_ctl")]
    private static partial int DecoderControl(OpusDecoderHandle decoder, int request, nint value);

    // On Apple's arm64 variadic arguments go on the stack, eight bytes each. Six more arguments fill the registers x2 to x7, so that
    // the one after them lies there too.
    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_encoder_ctl")]
    private static partial int EncoderControlOnStack(
        OpusEncoderHandle encoder, int request, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, nint value);

    [LibraryImport(OpusLibrary.ImportName, EntryPoint = "opus_decoder_ctl")]
    private static partial int DecoderControlOnStack(
        OpusDecoderHandle decoder, int request, nint x2, nint x3, nint x4, nint x5, nint x6, nint x7, nint value);

    private static readonly bool VariadicOnStack =
        RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        && (OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsMacCatalyst());

    public static int Control(OpusEncoderHandle encoder, int request, int value) => VariadicOnStack
        ? EncoderControlOnStack(encoder, request, 0, 0, 0, 0, 0, 0, value)
        : EncoderControl(encoder, request, value);

    public static int Control(OpusDecoderHandle decoder, int request) => VariadicOnStack
        ? DecoderControlOnStack(decoder, request, 0, 0, 0, 0, 0, 0, 0)
        : DecoderControl(decoder, request, 0);

    public static string Error(int error) => Marshal.PtrToStringUTF8((nint)StringError(error)) ?? "unknown error";

    public static string Version() => Marshal.PtrToStringUTF8((nint)VersionString()) ?? "unknown";
}

/// <summary>Owns an OpusEncoder.</summary>
internal sealed class OpusEncoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusNative.EncoderDestroy(handle);
        return true;
    }
}

/// <summary>Owns an OpusDecoder.</summary>
internal sealed class OpusDecoderHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        OpusNative.DecoderDestroy(handle);
        return true;
    }
}
