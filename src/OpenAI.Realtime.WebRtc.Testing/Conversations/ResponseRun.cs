using System.Text;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>One response while it is being made. Under the conversation's gate, but for <see cref="Stop"/>.</summary>
internal sealed class ResponseRun(string id, JsonObject? parameters)
{
    public string Id { get; } = id;

    public JsonObject? Parameters { get; } = parameters;

    /// <summary>Whether its output goes into the conversation; only one such response runs at a time.</summary>
    public bool IsInConversation { get; } = parameters.Text("conversation") != "none";

    public required bool WantsAudio { get; init; }

    /// <summary>How much the caller has put in, for the bill.</summary>
    public required int InputTextTokens { get; init; }

    public required int InputAudioTokens { get; init; }

    public CancellationTokenSource Stop { get; } = new();

    public bool IsOver { get; set; }

    /// <summary>Finished items.</summary>
    public List<JsonObject> Output { get; } = [];

    /// <summary>The message being said; null between items.</summary>
    public JsonObject? Message { get; set; }

    public string? MessagePreviousId { get; set; }

    public StringBuilder Said { get; } = new();

    public Clip? Clip { get; set; }

    /// <summary>Which share of the clip has been generated, 0 to 1.</summary>
    public double Generated { get; set; }

    /// <summary>The audio was heard before the response was done; <c>output_audio_buffer.stopped</c> waits for that.</summary>
    public bool OwesStopped { get; set; }

    public int OutputTextTokens { get; set; }

    public int OutputAudioTokens { get; set; }
}
