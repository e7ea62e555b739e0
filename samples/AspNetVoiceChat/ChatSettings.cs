namespace AspNetVoiceChat;

/// <summary>The section <c>VoiceChat</c> of the configuration.</summary>
internal sealed class ChatSettings
{
    /// <summary>The models that a page may choose from; the first is its default.</summary>
    public IList<string> Models { get; } = [];

    /// <summary>The models of GPT-Live that a page may choose from; the first is its default.</summary>
    public IList<string> LiveModels { get; } = [];

    /// <summary>The voices that a page may choose from, which both APIs have; the first is its default.</summary>
    public IList<string> Voices { get; } = [];

    /// <summary>How the assistant is to be, until the page says otherwise.</summary>
    public string? Instructions { get; set; }

    /// <summary>What writes down what the user says.</summary>
    public string TranscriptionModel { get; set; } = "gpt-4o-mini-transcribe";

    /// <summary>In a call of GPT-Live: the Responses model that does the work which is handed over, where the page asks for one.</summary>
    public string BackendModel { get; set; } = "gpt-5.5";

    /// <summary>In a call of GPT-Live: the Decisions model, where the page asks for one.</summary>
    public string DecisionsModel { get; set; } = "gpt-6-luna";

    /// <summary>How many keys and calls one address may ask for in a minute.</summary>
    public int CallsPerMinute { get; set; } = 30;

    /// <summary>How long the page looks for a network path to the other side, and, in a call of GPT-Live, how long it then waits for the session's start.</summary>
    public TimeSpan PathTimeout { get; set; } = TimeSpan.FromSeconds(15);
}
