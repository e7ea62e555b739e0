using OpenAI.Realtime.WebRtc.Fuzz.Targets;

namespace OpenAI.Realtime.WebRtc.Fuzz;

/// <summary>All targets, in the order in which they run.</summary>
internal static class FuzzTargets
{
    private static readonly Lazy<IReadOnlyList<FuzzTarget>> s_all = new(() =>
    [
        .. EngineParsers.All(),
        DtlsHandshakeTarget.Create(),
        SctpAssociationTarget.Create(),
        SdpTarget.Create(),
        .. EventTargets.All(),
        .. LiveTargets.All(),
        .. MediaTargets.All(),
        .. HttpTargets.All(),
        .. StreamTargets.All(),
        WebhookTarget.Create(),
    ]);

    public static IReadOnlyList<FuzzTarget> All => s_all.Value;

    public static FuzzTarget Find(string name) =>
        All.FirstOrDefault(t => t.Name == name) ?? throw new ArgumentException($"There is no target {name}. There are: {string.Join(", ", All.Select(t => t.Name))}.");
}
