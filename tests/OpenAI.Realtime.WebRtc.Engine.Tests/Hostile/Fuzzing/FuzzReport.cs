using System.Globalization;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>What broke, and how to see it again.</summary>
internal sealed class FuzzFailureException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>What a campaign did.</summary>
internal sealed class FuzzReport
{
    private readonly SortedDictionary<string, long> _inputs = [];
    private readonly SortedDictionary<string, long> _ends = [];

    public long Inputs { get; private set; }

    public long Connections { get; set; }

    /// <summary>What the parsers made sense of, although it had been changed.</summary>
    public long Parsed { get; set; }

    public long Survived { get; set; }

    /// <summary>Bad tags that AesGcm reported by throwing, the one exception that is allowed.</summary>
    public long BadTags { get; set; }

    public int MostDatagramsForAnInput { get; set; }

    public int MostBytesForAnInput { get; set; }

    public int MostWakesInASecond { get; set; }

    public void Count(string kind)
    {
        Inputs++;
        _inputs[kind] = _inputs.GetValueOrDefault(kind) + 1;
    }

    public void CountEnd(string cause) => _ends[cause] = _ends.GetValueOrDefault(cause) + 1;

    public long Of(string kind) => _inputs.GetValueOrDefault(kind);

    public bool HasEnd(string cause) => _ends.ContainsKey(cause);

    public override string ToString()
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Inputs:N0} inputs, {Connections:N0} connections made for them, of which {Survived:N0} outlived their attack; {Parsed:N0} times a parser found something");
        text.AppendLine(CultureInfo.InvariantCulture, $"bad tags: {BadTags:N0}; most for one input: {MostDatagramsForAnInput} datagrams, {MostBytesForAnInput:N0} bytes; most wake-ups in a virtual second: {MostWakesInASecond}");
        foreach ((string kind, long count) in _inputs)
            text.AppendLine(CultureInfo.InvariantCulture, $"  {kind,-34} {count,12:N0}");
        foreach ((string cause, long count) in _ends)
            text.AppendLine(CultureInfo.InvariantCulture, $"  ended: {cause,-27} {count,12:N0}");
        return text.ToString();
    }
}
