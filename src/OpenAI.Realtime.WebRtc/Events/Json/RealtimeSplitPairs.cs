namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The texts of the Realtime API that come in pieces.</summary>
internal sealed class RealtimeSplitPairs : SplitPairs<ServerEvent>
{
    protected override (string Text, string? ItemId, int Part, string? Delta) PieceOf(ServerEvent read) => read switch
    {
        ResponseOutputTextDelta e => ("text", e.ItemId, e.ContentIndex, e.Delta),
        ResponseOutputTextDone e => ("text", e.ItemId, e.ContentIndex, null),
        ResponseOutputAudioTranscriptDelta e => ("transcript", e.ItemId, e.ContentIndex, e.Delta),
        ResponseOutputAudioTranscriptDone e => ("transcript", e.ItemId, e.ContentIndex, null),
        ResponseFunctionCallArgumentsDelta e => ("arguments", e.ItemId, 0, e.Delta),
        ResponseFunctionCallArgumentsDone e => ("arguments", e.ItemId, 0, null),
        ResponseMcpCallArgumentsDelta e => ("arguments", e.ItemId, 0, e.Delta),
        ResponseMcpCallArgumentsDone e => ("arguments", e.ItemId, 0, null),
        ConversationItemInputAudioTranscriptionDelta e => ("input", e.ItemId, e.ContentIndex ?? 0, e.Delta ?? ""),
        ConversationItemInputAudioTranscriptionCompleted e => ("input", e.ItemId, e.ContentIndex, null),
        ConversationItemInputAudioTranscriptionFailed e => ("input", e.ItemId, e.ContentIndex, null),
        SessionInputTranscriptDelta e => ("translated", null, 0, e.Delta),
        SessionOutputTranscriptDelta e => ("translation", null, 0, e.Delta),
        _ => ("", null, 0, null),
    };

    protected override ServerEvent With(ServerEvent read, string delta) => read switch
    {
        ResponseOutputTextDelta e => e with { Delta = delta },
        ResponseOutputAudioTranscriptDelta e => e with { Delta = delta },
        ResponseFunctionCallArgumentsDelta e => e with { Delta = delta },
        ResponseMcpCallArgumentsDelta e => e with { Delta = delta },
        ConversationItemInputAudioTranscriptionDelta e => e with { Delta = delta },
        SessionInputTranscriptDelta e => e with { Delta = delta },
        SessionOutputTranscriptDelta e => e with { Delta = delta },
        _ => read,
    };
}
