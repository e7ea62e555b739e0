namespace AspNetVoiceChat;

/// <summary>The section <c>VoiceChat</c> of the configuration.</summary>
internal sealed class ChatSettings
{
    /// <summary>The models that a page may choose from; the first is its default.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>The voices that a page may choose from; the first is its default.</summary>
    public IList<string> Voices { get; } = [];

    /// <summary>How the assistant is to be, until the page says otherwise.</summary>
    public string? Instructions { get; set; }

    /// <summary>What writes down what the user says.</summary>
    public string TranscriptionModel { get; set; } = "gpt-4o-mini-transcribe";

    /// <summary>How many keys and calls one address may ask for in a minute.</summary>
    public int CallsPerMinute { get; set; } = 30;

    /// <summary>How long the page looks for a network path to the other side.</summary>
    public TimeSpan PathTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
