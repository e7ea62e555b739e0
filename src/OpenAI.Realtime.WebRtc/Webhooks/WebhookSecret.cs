using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// What a webhook is signed with (Standard Webhooks: HMAC-SHA256 over id, time and body). <c>MapRealtimeWebhooks</c> of the ASP.NET package checks with it; here it is for hosts of another kind, and
/// for tests. Immutable and thread-safe; never shown.
/// </summary>
public sealed class WebhookSecret
{
    private const string Prefix = "whsec_";
    private const string Version = "v1,";

    /// <summary>How the platform's keys begin, which stand beside its secrets: <c>sk-…</c> and ephemeral ones.</summary>
    private static readonly string[] s_keyPrefixes = ["sk-", "ek_"];

    /// <summary>While a secret is exchanged a webhook carries two signatures; nobody needs more than this many.</summary>
    private const int MaxSignatures = 16;

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    /// <summary>Reads a secret as the platform shows it, <c>whsec_…</c> (base64); another text is taken as it is, byte by byte as UTF-8.</summary>
    /// <exception cref="ArgumentException">It is null or empty, stands in quotation marks, is an API key, or is no base64 behind its <c>whsec_</c>. The message does not repeat it.</exception>
    public static WebhookSecret Parse(string secret)
    {
        if (string.IsNullOrWhiteSpace(secret))
            throw new ArgumentException("The webhook's secret (whsec_…) is not configured: the text is null or empty.", nameof(secret));
        if (HeaderValue.IsQuoted(secret) || secret.Any(char.IsWhiteSpace))
            throw new ArgumentException("The webhook's secret holds blanks or stands in quotation marks: set the secret alone; they were probably taken over from a file or a command.", nameof(secret));
        if (s_keyPrefixes.Any(prefix => secret.StartsWith(prefix, StringComparison.Ordinal)))
            throw new ArgumentException("This is a key of the API and not a webhook's secret: that begins with whsec_, and the platform shows it when the webhook is made.", nameof(secret));
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return new WebhookSecret(Encoding.UTF8.GetBytes(secret));
        byte[] key = new byte[secret.Length];
        if (!Convert.TryFromBase64String(secret[Prefix.Length..], key, out int length) || length == 0)
            throw new ArgumentException("Behind whsec_ the webhook's secret is no base64; is it cut off?", nameof(secret));
        return new WebhookSecret(key[..length]);
    }

    /// <summary>Signs a webhook.</summary>
    /// <param name="id">Its id, the header <c>webhook-id</c>.</param>
    /// <param name="timestamp">When it is sent, in seconds since 1970: the header <c>webhook-timestamp</c>.</param>
    /// <param name="body">Its body, byte for byte.</param>
    /// <returns>One signature for the header <c>webhook-signature</c>: <c>v1,…</c>.</returns>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(id, timestamp, body, hash);
        return Version + Convert.ToBase64String(hash);
    }

    /// <summary>Whether one of a webhook's signatures is by this secret. Takes as long whether or not one is. It does not look at the time, nor whether the webhook has come before.</summary>
    /// <param name="id">The header <c>webhook-id</c>.</param>
    /// <param name="timestamp">The header <c>webhook-timestamp</c>.</param>
    /// <param name="body">The body, byte for byte as it came.</param>
    /// <param name="signatures">The header <c>webhook-signature</c>: signatures with blanks between them. Those of versions other than 1 are passed over; of more than 16 the rest is.</param>
    public bool Verify(string id, long timestamp, ReadOnlySpan<byte> body, string signatures)
    {
        ArgumentNullException.ThrowIfNull(signatures);
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Hash(id, timestamp, body, expected);
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        bool isOne = false;
        int count = 0;
        ReadOnlySpan<char> text = signatures;
        foreach (Range range in text.Split(' '))
        {
            ReadOnlySpan<char> signature = text[range];
            if (signature.IsEmpty)
                continue;
            if (++count > MaxSignatures)
                break;
            if (signature.StartsWith(Version, StringComparison.Ordinal) && Convert.TryFromBase64Chars(signature[Version.Length..], given, out int length) && length == given.Length)
                isOne |= CryptographicOperations.FixedTimeEquals(expected, given);
        }
        return isOne;
    }

    /// <summary>Names what it is, and nothing of it.</summary>
    public override string ToString() => "webhook secret";

    private void Hash(string id, long timestamp, ReadOnlySpan<byte> body, Span<byte> hash)
    {
        ArgumentNullException.ThrowIfNull(id);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        hmac.GetHashAndReset(hash);
    }
}
