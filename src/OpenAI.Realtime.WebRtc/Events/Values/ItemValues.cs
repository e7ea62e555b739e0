using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>How far an item is.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ItemStatus>))]
public readonly record struct ItemStatus(string Value) : IOpenValue<ItemStatus>
{
    /// <summary><c>completed</c>: whole.</summary>
    public static ItemStatus Completed => new("completed");

    /// <summary><c>incomplete</c>: cut off.</summary>
    public static ItemStatus Incomplete => new("incomplete");

    /// <summary><c>in_progress</c>: still being produced.</summary>
    public static ItemStatus InProgress => new("in_progress");

    /// <inheritdoc/>
    public static implicit operator ItemStatus(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Who speaks in a message.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ItemRole>))]
public readonly record struct ItemRole(string Value) : IOpenValue<ItemRole>
{
    /// <summary><c>system</c>: whoever set the conversation up.</summary>
    public static ItemRole System => new("system");

    /// <summary><c>user</c>: the person who talks.</summary>
    public static ItemRole User => new("user");

    /// <summary><c>assistant</c>: the model.</summary>
    public static ItemRole Assistant => new("assistant");

    /// <inheritdoc/>
    public static implicit operator ItemRole(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What a part of a message is.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ContentPartType>))]
public readonly record struct ContentPartType(string Value) : IOpenValue<ContentPartType>
{
    /// <summary><c>input_text</c>: text to the model.</summary>
    public static ContentPartType InputText => new("input_text");

    /// <summary><c>input_audio</c>: what the user said.</summary>
    public static ContentPartType InputAudio => new("input_audio");

    /// <summary><c>input_image</c>: an image for the model.</summary>
    public static ContentPartType InputImage => new("input_image");

    /// <summary><c>output_text</c>: text from the model.</summary>
    public static ContentPartType OutputText => new("output_text");

    /// <summary><c>output_audio</c>: what the model said.</summary>
    public static ContentPartType OutputAudio => new("output_audio");

    /// <summary><c>text</c>: text from the model, in streaming events and in the beta.</summary>
    public static ContentPartType Text => new("text");

    /// <summary><c>audio</c>: what the model said, in streaming events and in the beta.</summary>
    public static ContentPartType Audio => new("audio");

    /// <inheritdoc/>
    public static implicit operator ContentPartType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How closely the model looks at an image.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<ImageDetail>))]
public readonly record struct ImageDetail(string Value) : IOpenValue<ImageDetail>
{
    /// <summary><c>auto</c>: the service decides.</summary>
    public static ImageDetail Auto => new("auto");

    /// <summary><c>low</c>: at a glance; fewer tokens.</summary>
    public static ImageDetail Low => new("low");

    /// <summary><c>high</c>: in detail; more tokens.</summary>
    public static ImageDetail High => new("high");

    /// <summary><c>original</c>: as large as it was sent.</summary>
    public static ImageDetail Original => new("original");

    /// <inheritdoc/>
    public static implicit operator ImageDetail(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Where a call to an MCP server failed.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<McpCallErrorType>))]
public readonly record struct McpCallErrorType(string Value) : IOpenValue<McpCallErrorType>
{
    /// <summary><c>protocol_error</c>: the server answered with an error of the protocol.</summary>
    public static McpCallErrorType ProtocolError => new("protocol_error");

    /// <summary><c>tool_execution_error</c>: the tool ran, and failed.</summary>
    public static McpCallErrorType ToolExecutionError => new("tool_execution_error");

    /// <summary><c>http_error</c>: the server could not be asked, or answered with an HTTP error.</summary>
    public static McpCallErrorType HttpError => new("http_error");

    /// <inheritdoc/>
    public static implicit operator McpCallErrorType(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
