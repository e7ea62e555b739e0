using System.Text;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// One item while the conversation goes on. An entry that shows nothing (a function's output, the tools of an MCP server) keeps its place all the same, because later items name it as the one before
/// them.
/// </summary>
internal sealed class HistoryEntry(string id, DateTimeOffset at)
{
    private const int MaxParts = 32;

    /// <summary>The longest text that one item keeps, in characters; the rest is cut.</summary>
    public const int MaxText = 100_000;

    private readonly List<StringBuilder> _parts = [];
    private HistoryItem? _shown;

    public string Id { get; } = id;

    /// <summary>Whether the service has said where the item stands.</summary>
    public bool IsPlaced { get; set; }

    /// <summary>Whether it has been shown to anybody.</summary>
    public bool IsTold { get; set; }

    /// <summary>Whether it is told to another call as it stands: what the service says of it there is not news.</summary>
    public bool IsRetold { get; set; }

    /// <summary>Whether the call in use does not know of it, since it could not be told: no item of that call's stands behind it by the service's word.</summary>
    public bool IsUntold { get; set; }

    /// <summary>When it came into the conversation.</summary>
    public DateTimeOffset At => at;

    /// <summary>The response that it is of; null for what is not the assistant's.</summary>
    public string? ResponseId { get; set; }

    public ChatRole? Role { get; private set; }

    public string? ToolName { get; private set; }

    public string? CallId { get; private set; }

    public string? ServerLabel { get; private set; }

    public string? Output { get; private set; }

    public bool IsComplete { get; private set; }

    public bool TranscriptionFailed { get; private set; }

    public int Images { get; private set; }

    public TimeSpan? Heard { get; private set; }

    private double _charactersPerSecond;

    /// <summary>How many characters it keeps.</summary>
    public int Length => _parts.Sum(part => part.Length) + (Output?.Length ?? 0);

    public bool IsShown => Role is not null || ToolName is not null;

    /// <summary>The item as it is now; null for one that shows nothing.</summary>
    public HistoryItem? Show() => _shown ??= Role is { } role
        ? new HistoryMessage
        {
            Id = Id,
            At = at,
            Role = role,
            Text = Text,
            IsComplete = IsComplete,
            Images = Images,
            TranscriptionFailed = TranscriptionFailed,
            Heard = Heard,
            HeardText = Heard is { } heard ? HeardText.Estimate(Text, heard, _charactersPerSecond) : null,
        }
        : ToolName is { } name
            ? new HistoryToolCall { Id = Id, At = at, Name = name, CallId = CallId, ServerLabel = ServerLabel, Arguments = Text, Output = Output, IsComplete = Output is not null }
            : null;

    public string Text => string.Join('\n', _parts.Select(part => part.ToString()).Where(text => text.Length > 0));

    public void SetRole(ChatRole role) => Change(Role is null && ToolName is null, () => Role = role);

    public void SetTool(string name, string? callId, string? serverLabel) => Change(ToolName is null, () => (ToolName, CallId, ServerLabel) = (name, callId, serverLabel));

    /// <summary>Adds a piece to a part's text.</summary>
    /// <returns>How many characters were kept of it.</returns>
    public int Append(int part, string text)
    {
        if (Part(part) is not { } builder)
            return 0;
        ReadOnlySpan<char> kept = Cut(text, MaxText - Length);
        builder.Append(kept);
        _shown = null;
        return kept.Length;
    }

    /// <summary>Sets a part's text. An item that comes again without its transcript keeps the one that is known.</summary>
    /// <returns>Whether that was a change.</returns>
    public bool Set(int part, string? text)
    {
        if (string.IsNullOrEmpty(text) || Part(part) is not { } builder)
            return false;
        int room = MaxText - Length + builder.Length;
        ReadOnlySpan<char> kept = Cut(text, room);
        if (builder.Equals(kept))
            return false;
        builder.Clear().Append(kept);
        _shown = null;
        return true;
    }

    public bool SetOutput(string? output) => output is not null && Output is null && Change(true, () => Output = Cut(output, MaxText).ToString());

    public bool SetImages(int images) => Change(images > Images, () => Images = images);

    public bool Complete() => Change(!IsComplete, () => IsComplete = true);

    public bool FailTranscription() => Change(!TranscriptionFailed, () => TranscriptionFailed = true);

    /// <summary>The speech was cut off.</summary>
    public bool CutOff(TimeSpan heard, double charactersPerSecond) =>
        Change(Heard != heard, () => (Heard, _charactersPerSecond) = (heard < TimeSpan.Zero ? TimeSpan.Zero : heard, charactersPerSecond));

    private bool Change(bool isOne, Action change)
    {
        if (!isOne)
            return false;
        change();
        _shown = null;
        return true;
    }

    private StringBuilder? Part(int index)
    {
        if (index is < 0 or >= MaxParts)
            return null;
        while (_parts.Count <= index)
            _parts.Add(new StringBuilder());
        return _parts[index];
    }

    private static ReadOnlySpan<char> Cut(string text, int length) => HeardText.Prefix(text, length);
}
