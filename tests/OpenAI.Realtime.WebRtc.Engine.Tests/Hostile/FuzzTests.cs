using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

/// <summary>
/// A hundred thousand hostile inputs with fixed seeds. Ten million by command: <c>dotnet run -c Release --project
/// tests/OpenAI.Realtime.WebRtc.Benchmarks -- fuzz 10000000</c>. What is watched is in <see cref="Duel"/> and <see cref="ExceptionWatch"/>.
/// </summary>
public class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void No_parser_throws_or_goes_on_without_end()
    {
        FuzzReport report = Run(FuzzKind.Parsers, 1, 50_000);
        Assert.InRange(report.Of("parser: STUN"), 1000, 10_000);
        Assert.InRange(report.Of("parser: SCTP chunks"), 1000, 10_000);
    }

    [Fact]
    public void A_connected_peer_outlives_what_a_stranger_sends_and_ends_with_a_name_when_its_own_peer_turns_on_it()
    {
        FuzzReport report = Run(FuzzKind.Connected, 2, 41_000);

        // An attack that always ends the connection at once, or never, tries little.
        Assert.InRange(report.Survived, report.Connections / 4, report.Connections);
        Assert.True(report.HasEnd("ClosedByPeer") && report.HasEnd("ChannelFailed"), report.ToString());
        Assert.True(report.BadTags > 500, report.ToString());
    }

    [Fact]
    public void A_handshake_whose_flights_are_changed_on_their_way_connects_or_ends_with_a_name()
    {
        FuzzReport report = Run(FuzzKind.Handshake, 3, 4_000);
        Assert.InRange(report.Survived, report.Connections / 20, report.Connections * 19 / 20);
        Assert.True(report.HasEnd("DtlsFailed"), report.ToString());
    }

    [Fact]
    public void Changed_offers_and_answers_are_refused_with_a_reason_or_lead_to_an_end_with_a_name() => Run(FuzzKind.Sdp, 4, 5_000);

    private FuzzReport Run(FuzzKind kind, int seed, long inputs)
    {
        FuzzReport report = HostileCampaign.Run(kind, seed, inputs);
        output.WriteLine(report.ToString());
        Assert.True(report.Inputs >= inputs);
        return report;
    }
}
