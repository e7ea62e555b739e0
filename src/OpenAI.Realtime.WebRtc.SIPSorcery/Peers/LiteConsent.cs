using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using global::SIPSorcery.Net;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

/// <summary>
/// Consent checks to an ICE-lite peer that carry USE-CANDIDATE. SIPSorcery's own carry none (<c>RtpIceChannel.SendCheckOnConnectedPair</c>); OpenAI's
/// lite agent is reported to stop answering such, and SIPSorcery then gives a healthy call up after 16 s. These go out beside its own, with the
/// transaction id that it expects, so that it counts the answer.
/// </summary>
internal static class LiteConsent
{
    /// <summary>As often as SIPSorcery sends its own (<c>RtpIceChannel.CONNECTED_CHECK_PERIOD</c>).</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(3);

    /// <summary>Sends one check on the nominated pair; nothing when there is none.</summary>
    public static void Send(RtpIceChannel channel)
    {
        ChecklistEntry? pair = channel.NominatedEntry;
        if (pair?.RemoteCandidate.DestinationEndPoint is not IPEndPoint peer || pair.RequestTransactionID is not string transaction || !channel.IsController)
            return;
        var request = new STUNMessage(STUNMessageTypesEnum.BindingRequest);
        request.Header.TransactionId = Encoding.ASCII.GetBytes(transaction);
        request.AddUsernameAttribute($"{channel.RemoteIceUser}:{channel.LocalIceUser}");
        byte[] priority = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(priority, pair.LocalPriority);
        request.Attributes.Add(new STUNAttribute(STUNAttributeTypesEnum.Priority, priority));
        // SIPSorcery keeps its tie-breaker to itself. A lite agent never disputes the role, so that any does (RFC 8445 §7.3.1.1).
        request.Attributes.Add(new STUNAttribute(STUNAttributeTypesEnum.IceControlling, RandomNumberGenerator.GetBytes(8)));
        request.Attributes.Add(new STUNAttribute(STUNAttributeTypesEnum.UseCandidate, null));
        channel.Send(RTPChannelSocketsEnum.RTP, peer, request.ToByteBufferStringKey(channel.RemoteIcePassword, true));
    }
}
