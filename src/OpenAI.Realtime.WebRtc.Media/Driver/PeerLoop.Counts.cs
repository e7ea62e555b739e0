using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What is counted.</summary>
internal sealed partial class PeerLoop
{
    /// <summary>What has been counted, and by what way the selected stream goes, if it is one.</summary>
    public (PeerCounters Counters, StreamWay Way) GetCounters() => Invoke(() => _end is null ? Count() : _lastCounts);

    private (PeerCounters Counters, StreamWay Way) Count()
    {
        PeerCounters counters = _peer?.GetCounters() ?? new PeerCounters();
        return (counters, counters.SelectedPath is { } path && _streams is not null ? _streams.WayOf(path) : default);
    }

    /// <summary>Adds what the sockets refused, by kind, and what a shared one could not bring.</summary>
    public void AddSendFailures(Dictionary<string, long> drops)
    {
        foreach (SendOutcome outcome in Enum.GetValues<SendOutcome>())
        {
            long count = Interlocked.Read(ref _sendFailures[(int)outcome]);
            if (count > 0)
                drops["send: " + DescribeOutcome(outcome)] = count;
        }

        _shares?.AddDrops(drops);
        long strangers = _listeners.Sum(listener => listener.Refused);
        if (strangers > 0)
            drops["tcp port: nobody's"] = strangers;
    }

    private static string DescribeOutcome(SendOutcome outcome) => outcome switch
    {
        SendOutcome.BufferFull => "buffer full",
        SendOutcome.Unreachable => "unreachable",
        SendOutcome.TooLarge => "too large",
        SendOutcome.Refused => "refused",
        _ => "failed",
    };
}
