using System.Buffers;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>A message that is no event, or an event whose body does not fit its type. The stream goes on after it.</summary>
public sealed record MalformedLiveEvent : LiveServerEvent
{
    internal MalformedLiveEvent(string type, string json, string reason)
    {
        WireName = type;
        Json = json;
        Reason = reason;
    }

    /// <summary>What was received; may be no JSON at all. Bytes that are no UTF-8 are replaced.</summary>
    public string Json { get; }

    /// <summary>What does not fit.</summary>
    public string Reason { get; }

    private protected override string WireName { get; }

    private protected override string Gist => Reason;

    internal override void Write(IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(Json, output);
}
