using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>Keeps a record of which calls of tools have begun, and what came of them.</summary>
internal interface IToolRecords
{
    /// <summary>A call is about to be run. Completes when that is written down.</summary>
    /// <returns>What the model is told instead, when it is not to be run again; null to run it.</returns>
    Task<string?> BeginAsync(ToolCall call);

    /// <summary>It has been run. Completes when that is written down.</summary>
    Task EndAsync(string callId, string output);
}

/// <summary>A function that is run once for each call, whichever host it is on: nothing is run before it is written down that it will be, and what came of it is, too.</summary>
internal sealed class RecordedTool(AIFunction function, IToolRecords records) : DelegatingAIFunction(function)
{
    private const string Failed = "The tool failed.";

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        if (arguments.Context?.TryGetValue(typeof(ToolCall), out object? context) != true || context is not ToolCall call)
            return await base.InvokeCoreAsync(arguments, cancellationToken).ConfigureAwait(false);
        if (await records.BeginAsync(call).ConfigureAwait(false) is { } known)
            return known;
        string output = Failed;
        try
        {
            output = TextOf(await base.InvokeCoreAsync(arguments, cancellationToken).ConfigureAwait(false));
            return output;
        }
        finally
        {
            await records.EndAsync(call.CallId, output).ConfigureAwait(false);
        }
    }

    // As ToolRunner tells it to the model.
    private string TextOf(object? result) => result switch
    {
        null => "Done.",
        string text => text,
        TextContent content => content.Text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "Done.",
        JsonElement json => Compact(json),
        _ => Compact(JsonSerializer.SerializeToElement(result, JsonSerializerOptions.GetTypeInfo(result.GetType()))),
    };

    private static string Compact(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
