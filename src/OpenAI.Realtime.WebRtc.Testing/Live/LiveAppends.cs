using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>A text of the client's for the voice model.</summary>
/// <param name="Type">The command's name.</param>
/// <param name="Content">The text.</param>
/// <param name="Id">The command's id; null where it has none.</param>
/// <param name="Due">When it is taken up, in samples of what was heard.</param>
internal sealed record LiveAppend(string Type, string Content, string? Id, long Due);

/// <summary>The texts that wait to be taken up: some time of audio after they came, so never while no audio comes. Under the conversation's gate.</summary>
internal sealed class LiveAppends(LiveTestSession session)
{
    private const int MaxCharacters = 2_000;        // some 500 tokens
    private const int MaxPending = 256;
    private static readonly TimeSpan TakenUpAfter = TimeSpan.FromMilliseconds(400);

    private readonly Queue<LiveAppend> _pending = new();

    /// <summary>Those that wait still.</summary>
    public IEnumerable<LiveAppend> Pending => _pending;

    /// <summary>A text has come.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public ApiError? Add(string type, JsonObject e, string? id, long heard)
    {
        if (e.Text("content") is not { } content)
            return ApiError.Missing("content");
        if (!e.ContainsKey("delegation_id"))
            return ApiError.Missing("delegation_id");
        if (content.Length > MaxCharacters)
            return new ApiError("Context append text must not exceed 500 tokens", "invalid_value", "content");
        if (e["delegation_id"] is not null && !(e.Text("delegation_id") is { } delegation && session.HasDelegation(delegation)))
            return new ApiError("Unknown client delegation.");
        if (_pending.Count >= MaxPending)
            return new ApiError("Too many texts wait to be taken up.", "rate_limit_exceeded");
        _pending.Enqueue(new LiveAppend(type, content, id, heard + AudioFormat.Mono48kHz.SamplesIn(TakenUpAfter)));
        return null;
    }

    /// <summary>The next text that is due.</summary>
    public bool TryTake(long heard, [NotNullWhen(true)] out LiveAppend? append)
    {
        append = null;
        return _pending.TryPeek(out LiveAppend? next) && next.Due <= heard && _pending.TryDequeue(out append);
    }
}
