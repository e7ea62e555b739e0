using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>What a round does.</summary>
internal enum FuzzKind
{
    Parsers,
    Connected,
    Handshake,
    Sdp,
}

/// <summary>
/// Rounds of inputs, each with a seed of its own, so that any of them can be seen again by itself. A round fails with what was sent, or not at all.
/// </summary>
internal static class HostileCampaign
{
    private const int InputsForARound = 150;

    /// <summary>Of a hundred inputs, how many go where in a mixed campaign.</summary>
    private static readonly (FuzzKind Kind, int Percent)[] s_shares = [(FuzzKind.Parsers, 50), (FuzzKind.Connected, 41), (FuzzKind.Handshake, 4), (FuzzKind.Sdp, 5)];

    /// <summary>Inputs of one kind, at least as many as asked for.</summary>
    public static FuzzReport Run(FuzzKind kind, int seed, long inputs)
    {
        FuzzReport report = new();
        using ParserFuzz? parsers = kind == FuzzKind.Parsers ? new(seed, report) : null;
        for (int round = 0; report.Inputs < inputs; round++)
            RunRound(kind, seed, round, report, parsers);
        return report;
    }

    /// <summary>Inputs of every kind until there are enough, or <paramref name="isOver"/> says so.</summary>
    public static FuzzReport RunAll(int seed, long inputs, Func<FuzzReport, bool> isOver)
    {
        FuzzReport report = new();
        using ParserFuzz parsers = new(seed, report);
        long[] done = new long[s_shares.Length];
        for (int round = 0; report.Inputs < inputs && !isOver(report); round++)
        {
            // Whoever is furthest behind its share is next.
            int next = 0;
            for (int i = 1; i < s_shares.Length; i++)
            {
                if (done[i] * s_shares[next].Percent < done[next] * s_shares[i].Percent)
                    next = i;
            }

            long before = report.Inputs;
            RunRound(s_shares[next].Kind, seed, round, report, parsers);
            done[next] += Math.Max(1, report.Inputs - before);
        }

        return report;
    }

    /// <summary>One round.</summary>
    public static void RunRound(FuzzKind kind, int seed, int round, FuzzReport report, ParserFuzz? parsers = null)
    {
        int roundSeed = unchecked((seed * 1_000_003) + round) & int.MaxValue;
        using ExceptionWatch watch = new();
        Func<string, Exception?, FuzzFailureException>? failure = null;
        try
        {
            switch (kind)
            {
                case FuzzKind.Parsers:
                    failure = parsers!.Failure;
                    parsers.Run(roundSeed, 10 * InputsForARound);
                    break;
                case FuzzKind.Connected:
                    using (ConnectedFuzz connected = new(roundSeed, report))
                    {
                        failure = connected.Failure;
                        connected.Run(InputsForARound);
                    }

                    break;
                case FuzzKind.Handshake:
                    using (HandshakeFuzz handshake = new(roundSeed, report))
                    {
                        failure = handshake.Failure;
                        handshake.Run();
                    }

                    break;
                default:
                    SdpFuzz sdp = new(roundSeed, report);
                    failure = sdp.Failure;
                    sdp.Run(InputsForARound);
                    break;
            }

            if (watch.Unexpected is { } unexpected)
                throw failure("An exception was thrown and caught within the engine.", unexpected);
        }
        catch (Exception e)
        {
            string again = string.Create(CultureInfo.InvariantCulture, $"Seed {seed}, round {round}, {kind}; to see it again: … -- fuzz round {kind} {seed} {round}");
            Exception told = e is FuzzFailureException ? e : failure?.Invoke("An exception escaped.", e) ?? e;
            throw new FuzzFailureException($"{again}\n{told.Message}\n{e.InnerException ?? (e is FuzzFailureException ? null : e)}", e);
        }

        report.BadTags += watch.BadTags;
    }
}
