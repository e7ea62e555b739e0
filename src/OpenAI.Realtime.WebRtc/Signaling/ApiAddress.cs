using System.Text;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Addresses below the base: the base's own path and query are kept, the options' extra query is added.</summary>
internal static class ApiAddress
{
    public static Uri Of(OpenAIRealtimeWebRtcOptions options, string path, params ReadOnlySpan<(string Name, string Value)> query)
    {
        var builder = new UriBuilder(options.Endpoint);
        builder.Path = $"{builder.Path.TrimEnd('/')}/{path}";
        var text = new StringBuilder(builder.Query.TrimStart('?'));
        foreach ((string name, string value) in options.ExtraQuery)
            Add(text, name, value);
        foreach ((string name, string value) in query)
            Add(text, name, value);
        builder.Query = text.ToString();
        return builder.Uri;
    }

    private static void Add(StringBuilder text, string name, string value)
    {
        if (text.Length > 0)
            text.Append('&');
        text.Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
    }
}
