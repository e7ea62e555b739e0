using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Which words are to be checked, and when: so many new ones after the last check, and all of a response at its end; never two checks at a time. Pure; one caller at a time.
/// </summary>
internal sealed class GuardrailWatch(int wordsBetweenChecks)
{
    private const int MaxResponses = 8;

    private readonly List<GuardedResponse> _responses = [];
    private readonly Queue<GuardedResponse> _skipped = new();
    private bool _isChecking;

    /// <summary>A response begins that is to be guarded.</summary>
    public void Begin(string id, VoiceAgent agent)
    {
        if (_responses.Exists(known => known.Id == id))
            return;
        _responses.Add(new GuardedResponse(id, agent, [.. agent.Guardrails]));
        if (_responses.Count > MaxResponses && _responses.Find(response => !response.IsBeingChecked) is { } oldest)
        {
            _responses.Remove(oldest);
            if (oldest.HasText)
                _skipped.Enqueue(oldest);
        }
    }

    public void Handle(ServerEvent serverEvent)
    {
        switch (serverEvent)
        {
            case ResponseOutputAudioTranscriptDelta words when Find(words.ResponseId) is { } spoken:
                spoken.IsSpoken = true;
                spoken.Append(Key(words), words.Delta);
                break;
            case ResponseOutputAudioTranscriptDone words when Find(words.ResponseId) is { } spoken:
                spoken.IsSpoken = true;
                spoken.Set(Key(words), words.Transcript);
                break;
            case ResponseOutputTextDelta words when Find(words.ResponseId) is { } written:
                written.Append(Key(words), words.Delta);
                break;
            case ResponseOutputTextDone words when Find(words.ResponseId) is { } written:
                written.Set(Key(words), words.Text);
                break;
            case ResponseDone { Response: { Id: { } id } over } when Find(id) is { } ended:
                (ended.IsComplete, ended.IsCutOff) = (true, over.Status == ResponseState.Cancelled);
                if (!ended.IsBeingChecked && (!ended.HasText || ended.IsCutOff))
                    _responses.Remove(ended);
                break;
        }
    }

    /// <summary>Nothing of what is being said will be said any more.</summary>
    public void CutOffAll()
    {
        foreach (GuardedResponse response in _responses)
            response.IsCutOff = true;
        _responses.RemoveAll(static response => !response.IsBeingChecked);
    }

    /// <summary>The next check to make; it is under way until it is <see cref="Finish">finished</see>.</summary>
    public bool TryTake([NotNullWhen(true)] out GuardedResponse? response, [NotNullWhen(true)] out GuardrailText? text)
    {
        (response, text) = (_isChecking ? null : _responses.Find(r => r.NewWords >= wordsBetweenChecks || (r.IsComplete && r.HasText)), null);
        if (response is null)
            return false;
        (_isChecking, response.IsBeingChecked) = (true, true);
        text = response.Take();
        return true;
    }

    /// <summary>A check has ended.</summary>
    /// <param name="response">Of what.</param>
    /// <param name="text">What was looked at.</param>
    /// <param name="isRefused">Whether it may not be said.</param>
    public void Finish(GuardedResponse response, GuardrailText text, bool isRefused)
    {
        (_isChecking, response.IsBeingChecked) = (false, false);
        if (isRefused || text.IsComplete || response.IsCutOff)
            _responses.Remove(response);
    }

    /// <summary>A response that made room for others, and was not looked at.</summary>
    public bool TryTakeSkipped([NotNullWhen(true)] out GuardedResponse? response) => _skipped.TryDequeue(out response);

    private GuardedResponse? Find(string? id) => _responses.Find(response => response.Id == id);

    private static string Key(ResponseContentEvent part) => $"{part.ContentIndex}/{part.ItemId}";
}
