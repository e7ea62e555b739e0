using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>A service that OpenAI itself connects to.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<McpConnector>))]
public readonly record struct McpConnector(string Value) : IOpenValue<McpConnector>
{
    /// <summary><c>connector_dropbox</c>.</summary>
    public static McpConnector Dropbox => new("connector_dropbox");

    /// <summary><c>connector_gmail</c>.</summary>
    public static McpConnector Gmail => new("connector_gmail");

    /// <summary><c>connector_googlecalendar</c>.</summary>
    public static McpConnector GoogleCalendar => new("connector_googlecalendar");

    /// <summary><c>connector_googledrive</c>.</summary>
    public static McpConnector GoogleDrive => new("connector_googledrive");

    /// <summary><c>connector_microsoftteams</c>.</summary>
    public static McpConnector MicrosoftTeams => new("connector_microsoftteams");

    /// <summary><c>connector_outlookcalendar</c>.</summary>
    public static McpConnector OutlookCalendar => new("connector_outlookcalendar");

    /// <summary><c>connector_outlookemail</c>.</summary>
    public static McpConnector OutlookEmail => new("connector_outlookemail");

    /// <summary><c>connector_sharepoint</c>.</summary>
    public static McpConnector SharePoint => new("connector_sharepoint");

    /// <inheritdoc/>
    public static implicit operator McpConnector(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Who may call the tools of an MCP server.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ToolCaller>))]
public readonly record struct ToolCaller(string Value) : IOpenValue<ToolCaller>
{
    /// <summary><c>direct</c>: the model.</summary>
    public static ToolCaller Direct => new("direct");

    /// <summary><c>programmatic</c>: code that the model writes.</summary>
    public static ToolCaller Programmatic => new("programmatic");

    /// <inheritdoc/>
    public static implicit operator ToolCaller(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
