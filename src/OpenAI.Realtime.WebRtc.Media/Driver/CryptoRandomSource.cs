using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The system's cryptographic generator.</summary>
internal sealed class CryptoRandomSource : RandomSource
{
    public static CryptoRandomSource Instance { get; } = new();

    public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
