using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>A webhook as anybody may post it: its three headers, its signatures, and what is read of its body once it was signed.</summary>
internal static class WebhookTarget
{
    private static readonly WebhookSecret s_secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    public static FuzzTarget Create() => new("webhooks", Read, Seeds);

    /// <summary>Lines: id, timestamp, signatures; then the body. A <c>*</c> among the signatures stands for the right one, which nobody could guess.</summary>
    private static void Read(byte[] input)
    {
        string text = Encoding.Latin1.GetString(input);
        string[] lines = text.Split('\n', 4);
        byte[] body = lines.Length == 4 ? input[^lines[3].Length..] : [];
        var given = new HeaderDictionary();
        string[] names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
        for (int i = 0; i < Math.Min(lines.Length, names.Length); i++)
            given[names[i]] = lines[i];
        if (!WebhookHeaders.TryRead(given, out WebhookHeaders headers))
            return;
        _ = DateTimeOffset.FromUnixTimeSeconds(headers.Timestamp);      // as the route does, before it compares times

        string right = s_secret.Sign(headers.Id, headers.Timestamp, body);
        bool holdsRight = headers.Signatures.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(16).Contains("*");
        string signatures = headers.Signatures.Replace("*", right, StringComparison.Ordinal);
        bool isSigned = s_secret.Verify(headers.Id, headers.Timestamp, body, signatures);
        if (holdsRight && !isSigned)
            throw new FuzzFailureException("The right signature was refused.");
        if (isSigned && !signatures.Contains(right, StringComparison.Ordinal) && !signatures.Contains(right.TrimEnd('='), StringComparison.Ordinal))
            throw new FuzzFailureException("A signature was taken that is not the right one.");

        if (!WebhookRoute.TryReadType(body, out string? type))
            return;
        if (type.Length == 0)
            throw new FuzzFailureException("An event without a type.");
        try
        {
            RealtimeCallIncoming incoming = RealtimeCallIncoming.Read(body);
            _ = incoming.Data.SipHeaders.Sum(header => header.Name?.Length + header.Value?.Length) + incoming.Data.CallId?.Length;
        }
        catch (JsonException)
        {
            // The route answers with 400.
        }
    }

    private static IEnumerable<byte[]> Seeds() => ((string[])
    [
        "wh_1\n1767225600\n*\n{\"id\":\"evt_1\",\"object\":\"event\",\"type\":\"realtime.call.incoming\",\"created_at\":1767225600,\"data\":{\"call_id\":\"rtc_1\",\"sip_headers\":[{\"name\":\"From\",\"value\":\"<sip:a@b>\"}]}}",
        "wh_2\n253402300799\nv1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= v1a,x *\n{\"type\":\"live.call.incoming\",\"data\":{\"session_id\":\"s\"}}",
        "wh_3\n0\nv1, v1,= v1,*\n[]",
        "\n\n\n",
    ]).Select(Encoding.UTF8.GetBytes);
}
