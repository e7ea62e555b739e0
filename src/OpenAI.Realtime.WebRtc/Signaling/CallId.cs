namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Finds the call's id in a <c>Location</c> header.</summary>
internal static class CallId
{
    private const int LongestId = 256;

    /// <summary>
    /// The last path segment that starts with <c>rtc_</c>, or the query's <c>call_id</c> (Azure), or the segment behind <c>calls</c> (servers with ids of
    /// their own); null when there is none.
    /// </summary>
    public static string? FromLocation(string? location)
    {
        if (string.IsNullOrWhiteSpace(location))
            return null;
        location = location.Trim();
        int fragment = location.IndexOf('#', StringComparison.Ordinal);
        if (fragment >= 0)
            location = location[..fragment];
        int question = location.IndexOf('?', StringComparison.Ordinal);
        string path = question < 0 ? location : location[..question];
        string query = question < 0 ? "" : location[(question + 1)..];

        string[] segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        string? id = segments.LastOrDefault(s => s.StartsWith("rtc_", StringComparison.Ordinal));
        id ??= query.Split('&').FirstOrDefault(pair => pair.StartsWith("call_id=", StringComparison.Ordinal))?["call_id=".Length..];
        if (id is null)
        {
            int calls = Array.LastIndexOf(segments, "calls");
            if (calls >= 0 && calls + 1 < segments.Length)
                id = segments[calls + 1];
        }
        if (string.IsNullOrEmpty(id))
            return null;
        id = Uri.UnescapeDataString(id);
        return id.Length <= LongestId && id.AsSpan().IndexOfAnyExcept(Allowed) < 0 && id is not ("." or "..") ? id : null;
    }

    private static readonly System.Buffers.SearchValues<char> Allowed =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.~:");
}
