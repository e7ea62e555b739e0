namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>A response of the Responses model, and the calls that it has made; of one task.</summary>
internal sealed class BackendResponse(BackendTask task, string? id)
{
    public BackendTask Task => task;

    /// <summary>Its id; null where its beginning was not seen.</summary>
    public string? Id => id;

    public List<BackendCall> Calls { get; } = [];

    /// <summary>How many of the calls have been answered, in order.</summary>
    public int Answered { get; set; }

    /// <summary>Whether no more calls come.</summary>
    public bool IsClosed { get; set; }
}

/// <summary>What the voice model has handed over, or what the program has asked for itself.</summary>
internal sealed class BackendTask(string key)
{
    /// <summary>The delegation's id; empty for what the program has asked for.</summary>
    public string Key => key;

    /// <summary>The response that runs, or whose calls are open; null for none.</summary>
    public BackendResponse? Response { get; set; }

    /// <summary>How often in a row functions were called.</summary>
    public int Rounds { get; set; }

    /// <summary>A response has begun.</summary>
    public BackendResponse Begin(string? responseId) => Response = new BackendResponse(this, responseId);
}
