using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>The engine's parsers, each by itself: those that <see cref="ParserFuzz"/> feeds with random changes, here guided by coverage.</summary>
internal static class EngineParsers
{
    private static readonly Lazy<ParserFuzz> s_parsers = new(() => new ParserFuzz(1, new FuzzReport()));

    public static IEnumerable<FuzzTarget> All() => ParserFuzz.Names.Select(name => new FuzzTarget(
        name["parser: ".Length..].ToLowerInvariant().Replace(" and ", "-", StringComparison.Ordinal).Replace(' ', '-'),
        input => s_parsers.Value.Parse(name, input),
        () => s_parsers.Value.CorpusOf(name).Concat(Kept(name)).Concat(name == "parser: certificates" ? Certificates() : []))
    {
        MayNotCatch = true,
    });

    /// <summary>What other programs send: an RSA key, and one on a curve that we do not take.</summary>
    private static IEnumerable<byte[]> Certificates()
    {
        DateTimeOffset begin = DateTimeOffset.UnixEpoch.AddYears(50);
        using RSA rsa = RSA.Create(2048);
        yield return new CertificateRequest("CN=a", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(begin, begin.AddYears(1)).RawData;
        using ECDsa ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        yield return new CertificateRequest("CN=a", ecdsa, HashAlgorithmName.SHA256).CreateSelfSigned(begin, begin.AddYears(1)).RawData;
    }

    /// <summary>What the engine's own tests keep for a parser: the lines <c>parser NAME: HEX</c>.</summary>
    private static IEnumerable<byte[]> Kept(string name)
    {
        string door = name.Replace(": ", " ", StringComparison.Ordinal) + ":";
        return KeptInputs.Resources("engine/").SelectMany(file => Encoding.UTF8.GetString(file).Split('\n', StringSplitOptions.TrimEntries))
            .Where(line => line.StartsWith(door, StringComparison.Ordinal)).Select(line => Convert.FromHexString(line[door.Length..].Trim()));
    }
}
