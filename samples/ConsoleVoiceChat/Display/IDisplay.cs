using OpenAI.Realtime.WebRtc;

namespace ConsoleVoiceChat.Display;

/// <summary>Who speaks.</summary>
internal enum Speaker
{
    You,
    Assistant,
}

/// <summary>Shows a conversation. Called from any thread; never throws, never waits for long.</summary>
internal interface IDisplay : IAsyncDisposable
{
    /// <summary>Everything that was asked for could be opened, and the conversation begins.</summary>
    void ShowStart();

    /// <summary>A step of connecting has been passed.</summary>
    void ShowPhase(ConnectStep step, TimeSpan at);

    /// <summary>An event went out or came in.</summary>
    void ShowEvent(bool sent, string name, TimeSpan at);

    /// <summary>The conversation is connected: from now on it has levels.</summary>
    void ShowSession(SessionView session);

    /// <summary>Something was said.</summary>
    /// <param name="speaker">By whom.</param>
    /// <param name="itemId">Within which item; items are shown in the order in which they first appear.</param>
    /// <param name="words">The next words; may be empty.</param>
    /// <param name="isWhole">Whether these are all the words, in place of what was shown of the item until now.</param>
    void ShowSpeech(Speaker speaker, string itemId, string words, bool isWhole);

    /// <summary>Something that a person should know.</summary>
    void ShowNote(string text);

    /// <summary>Writes lines as they are, after the display has been disposed.</summary>
    void WriteLines(IReadOnlyList<string> lines);
}
