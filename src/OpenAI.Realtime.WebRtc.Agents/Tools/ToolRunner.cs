using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Runs functions that a model calls: off the caller's thread, within a time, with an output that the model can read whatever happens. Thread-safe.</summary>
public sealed class ToolRunner
{
    private readonly VoiceToolOptions _options;
    private readonly IServiceProvider? _services;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    /// <summary>Makes one.</summary>
    /// <param name="options">How tools are run; not to be changed afterwards. Default: null, all defaults.</param>
    /// <param name="services">What functions with a parameter of type <see cref="IServiceProvider"/> are given. Default: null.</param>
    /// <param name="timeProvider">The clock. Default: null, the system's.</param>
    /// <param name="loggerFactory">Where exceptions of tools are logged. Default: null, nowhere.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public ToolRunner(VoiceToolOptions? options = null, IServiceProvider? services = null, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
        : this(options ?? new VoiceToolOptions(), services, timeProvider ?? TimeProvider.System, GuardedLogger.Create(loggerFactory, AgentsLog.Category))
    {
    }

    internal ToolRunner(VoiceToolOptions options, IServiceProvider? services, TimeProvider timeProvider, ILogger logger)
    {
        options.Validate();
        (_options, _services, _time, _logger) = (options, services, timeProvider, logger);
    }

    /// <summary>Runs a function and waits for its output. Never throws for what the function or the model does.</summary>
    /// <param name="function">The function.</param>
    /// <param name="arguments">The arguments, as JSON text of the model's own.</param>
    /// <param name="context">What the function finds in <see cref="AIFunctionArguments.Context"/>. Default: null, nothing.</param>
    /// <param name="cancellationToken">Cancels the function; the output then says so.</param>
    public async Task<ToolOutput> RunAsync(AIFunction function, string arguments, IDictionary<object, object?>? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(arguments);
        if (ToolArguments.WhyNot(arguments, function.JsonSchema, out Dictionary<string, object?>? read) is { } wrong)
            return new(Cut(wrong), ToolCallStatus.Rejected);

        VoiceTool? settings = KnownTool.SettingsOf(function);
        TimeSpan limit = settings?.Timeout ?? (settings?.RunsInBackground == true ? _options.BackgroundTimeout : _options.Timeout);
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var given = new AIFunctionArguments(read) { Services = _services, Context = context };
        Task<string> running = Task.Run(() => InvokeAsync(function, given, stop.Token), CancellationToken.None);
        try
        {
            return new(Cut(await running.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false)), ToolCallStatus.Completed);
        }
        catch (TimeoutException) when (!running.IsCompleted)
        {
            _ = AbandonAsync(running, stop, function);
            return new(string.Create(CultureInfo.InvariantCulture, $"The tool '{function.Name}' did not end within {limit.TotalSeconds:0.#} s and was stopped."), ToolCallStatus.TimedOut);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _ = AbandonAsync(running, stop, function);
            return new($"The tool '{function.Name}' was cancelled before it ended.", ToolCallStatus.Cancelled);
        }
#pragma warning disable CA1031 // Whatever the caller's function throws becomes something that the model can read; the conversation goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _logger.ToolFailed(function.Name, e);
            return new(_options.IncludeErrorDetails ? Cut($"The tool '{function.Name}' failed: {e.Message}") : $"The tool '{function.Name}' failed.", ToolCallStatus.Failed);
        }
        finally
        {
            if (running.IsCompleted)
                stop.Dispose();
        }
    }

    private static async Task<string> InvokeAsync(AIFunction function, AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        object? result = await function.InvokeAsync(arguments, cancellationToken).ConfigureAwait(false);
        return result switch
        {
            null => "Done.",
            string text => text,
            JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
            JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => "Done.",
            JsonElement json => Compact(json),
            TextContent content => content.Text,
            _ => Compact(JsonSerializer.SerializeToElement(result, function.JsonSerializerOptions.GetTypeInfo(result.GetType()))),
        };
    }

    // Without line breaks and escapes, which are tokens to the model.
    private static string Compact(JsonElement json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            json.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private string Cut(string text) => FittingText.Cut(text, _options.MaxOutputLength);

    // A function that does not look at its token runs on; nobody waits for it. What it has registered on the token runs on the pool, where it cannot throw at us.
    private async Task AbandonAsync(Task running, CancellationTokenSource stop, AIFunction function)
    {
        await stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.Exception is { } late)
            _logger.ToolFailed(function.Name, late.GetBaseException());
        stop.Dispose();
    }
}
