using System.Text;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The words of one response that is being guarded.</summary>
internal sealed class GuardedResponse(string id, VoiceAgent agent, IReadOnlyList<VoiceGuardrail> guardrails)
{
    private const int MaxParts = 64;
    private const int LongestText = 100_000;

    private readonly List<(string Key, StringBuilder Text)> _parts = [];
    private int _length;
    private bool _inWord;

    public string Id { get; } = id;

    public VoiceAgent Agent { get; } = agent;

    public IReadOnlyList<VoiceGuardrail> Guardrails { get; } = guardrails;

    /// <summary>Words that no check has seen.</summary>
    public int NewWords { get; private set; }

    /// <summary>Whether it has words at all.</summary>
    public bool HasText => _length > 0;

    /// <summary>Whether it is spoken, and not written.</summary>
    public bool IsSpoken { get; set; }

    /// <summary>Whether no more will come.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether it was cut off, so that nothing of it will be said that has not been.</summary>
    public bool IsCutOff { get; set; }

    /// <summary>Whether a check of it runs.</summary>
    public bool IsBeingChecked { get; set; }

    public void Append(string key, string words)
    {
        if (Part(key) is not { } part)
            return;
        foreach (char c in words)
            Count(c);
        part.Append(words);
        _length += words.Length;
        Trim();
    }

    /// <summary>The whole text of a part; counts where its pieces did not come.</summary>
    public void Set(string key, string whole)
    {
        if (Part(key) is not { } part || part.Length >= whole.Length)
            return;
        _length -= part.Length;
        part.Clear();
        Append(key, whole);
    }

    /// <summary>What a check looks at now.</summary>
    public GuardrailText Take()
    {
        NewWords = 0;
        return new GuardrailText(Agent, Id, string.Join('\n', _parts.Select(part => part.Text)), IsComplete);
    }

    private StringBuilder? Part(string key)
    {
        int index = _parts.FindIndex(part => part.Key == key);
        if (index >= 0)
            return _parts[index].Text;
        if (_parts.Count >= MaxParts)
            return null;
        _inWord = false;
        _parts.Add((key, new StringBuilder()));
        return _parts[^1].Text;
    }

    // Chinese and Japanese put no spaces between words: there each character counts.
    private void Count(char c)
    {
        bool isPart = !char.IsWhiteSpace(c);
        if (isPart && (!_inWord || HeardText.IsIdeograph(c)))
            NewWords++;
        _inWord = isPart;
    }

    private void Trim()
    {
        for (int i = 0; i < _parts.Count && _length > LongestText; i++)
        {
            int cut = Math.Min(_parts[i].Text.Length, _length - LongestText);
            _parts[i].Text.Remove(0, cut);
            _length -= cut;
        }
    }
}
