namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// A name of the service's out of a set that may grow: a model, a voice, a status. The names known today are members of the type; one that is not keeps its
/// text and is as good as any other. Compared letter by letter.
/// </summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IOpenValue<TSelf>
    where TSelf : struct, IOpenValue<TSelf>
{
    /// <summary>The name as it stands on the wire.</summary>
    string Value { get; }

    /// <summary>Takes a name, known or not.</summary>
    static abstract implicit operator TSelf(string value);
}
