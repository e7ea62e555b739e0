using System.Text;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>An event that the client sent, or that the endpoint did.</summary>
/// <param name="Type">Its name; empty when the message was no event.</param>
/// <param name="Utf8Json">The message as it was on the wire.</param>
/// <param name="At">When, since the call was created.</param>
public sealed record RealtimeTestEvent(string Type, ReadOnlyMemory<byte> Utf8Json, TimeSpan At)
{
    /// <summary>Whether it came by a WebSocket beside the call, and not by the call's own channel. Default: false.</summary>
    public bool IsFromSideband { get; init; }

    /// <summary>The event, parsed anew at each call.</summary>
    /// <exception cref="System.Text.Json.JsonException">The message was no JSON.</exception>
    public JsonNode? Parse() => JsonNode.Parse(Utf8Json.Span);

    /// <summary>Whether a condition holds; an event of another shape than the condition expects does not fulfil it.</summary>
    internal bool Matches(Func<JsonNode, bool>? matches)
    {
        if (matches is null)
            return true;
        try
        {
            return Parse() is { } json && matches(json);
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException or NullReferenceException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(Utf8Json.Span);
}
