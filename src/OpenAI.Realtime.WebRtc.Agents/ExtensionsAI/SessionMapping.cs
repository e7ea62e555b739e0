using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The session's configuration of the API and of Microsoft.Extensions.AI, one into the other.</summary>
internal static class SessionMapping
{
    /// <summary>Hz, of audio in messages where no format is named; the API's own for PCM.</summary>
    public const int SampleRate = 24_000;

    /// <summary>What is set in the options, over the configuration that <see cref="RealtimeSessionOptions.RawRepresentationFactory"/> begins with. Audio formats are the track's, and not sent.</summary>
    /// <exception cref="NotSupportedException">A tool or a kind of session that the API does not have.</exception>
    public static SessionConfig ToConfig(RealtimeSessionOptions options)
    {
        object? seed = options.RawRepresentationFactory?.Invoke();
        if (seed is RealtimeConnectOptions connect)
            seed = connect.Session;
        if (options.SessionKind == RealtimeSessionKind.Transcription)
            return ToTranscription(options, seed as TranscriptionSessionConfig);
        if (options.SessionKind != RealtimeSessionKind.Conversation)
            throw new NotSupportedException($"A session of the kind '{options.SessionKind.Value}' is not known here: Conversation or Transcription.");

        RealtimeSessionConfig config = seed is RealtimeSessionConfig given ? given with { } : new RealtimeSessionConfig();
        if (options.Model is { } model)
            config.Model = model;
        if (options.Instructions is { } instructions)
            config.Instructions = instructions;
        if (options.Voice is { } voice)
            config.Voice = voice;
        if (options.MaxOutputTokens is { } limit)
            config.MaxOutputTokens = LimitOf(limit);
        if (options.OutputModalities is { } modalities)
            config.OutputModalities = [.. modalities.Select(modality => (OutputModality)modality)];
        if (options.Tools is { } tools)
            config.Tools = ToTools(tools);
        if (options.ToolMode is { } mode)
            config.ToolChoice = ToChoice(mode);
        if (options.TranscriptionOptions is { } transcription)
            config.InputTranscription = ToTranscriber(transcription);
        if (options.VoiceActivityDetection is { } detection)
            config.TurnDetection = ToDetection(detection, config.TurnDetection.Value);
        return config;
    }

    /// <summary>The limit in tokens; Microsoft.Extensions.AI says "none" by the greatest number.</summary>
    public static OutputLimit LimitOf(int tokens) => tokens == int.MaxValue ? OutputLimit.Unlimited : tokens;

    /// <summary>Functions and MCP servers as the API has them.</summary>
    /// <exception cref="NotSupportedException">A tool of another kind: it would be left out in silence.</exception>
    public static OptionalList<SessionTool> ToTools(IEnumerable<AITool> tools) => [.. tools.Select(ToTool)];

    public static ToolChoice ToChoice(ChatToolMode mode) => mode switch
    {
        NoneChatToolMode => ToolChoice.None,
        RequiredChatToolMode { RequiredFunctionName: { } name } => ToolChoice.Function(name),
        RequiredChatToolMode => ToolChoice.Required,
        _ => ToolChoice.Auto,
    };

    /// <summary>The options as the service says that they are, with the tools as objects, which nobody can make of their names.</summary>
    public static RealtimeSessionOptions ToOptions(SessionInfo session, RealtimeSessionOptions? last)
    {
        if (session.Config is not RealtimeSessionConfig config)
            return last ?? new RealtimeSessionOptions { SessionKind = session.Config is TranscriptionSessionConfig ? RealtimeSessionKind.Transcription : RealtimeSessionKind.Conversation };
        return new RealtimeSessionOptions
        {
            SessionKind = RealtimeSessionKind.Conversation,
            Model = config.Model.Value?.Value ?? last?.Model,
            Instructions = config.Instructions.IsSet ? config.Instructions.Value : last?.Instructions,
            Voice = config.Voice.Value?.Value ?? last?.Voice,
            MaxOutputTokens = config.MaxOutputTokens is { IsSet: true } limit ? limit.IsUnlimited ? int.MaxValue : limit.Tokens : last?.MaxOutputTokens,
            OutputModalities = config.OutputModalities.IsSet ? [.. config.OutputModalities.Select(modality => modality.Value)] : last?.OutputModalities,
            TranscriptionOptions = config.InputTranscription.IsSet ? OfTranscriber(config.InputTranscription.Value) : last?.TranscriptionOptions,
            VoiceActivityDetection = config.TurnDetection.IsSet ? OfDetection(config.TurnDetection.Value) : last?.VoiceActivityDetection,
            Tools = last?.Tools,
            ToolMode = last?.ToolMode,
            InputAudioFormat = last?.InputAudioFormat,
            OutputAudioFormat = last?.OutputAudioFormat,
            RawRepresentationFactory = last?.RawRepresentationFactory,
        };
    }

    private static TranscriptionSessionConfig ToTranscription(RealtimeSessionOptions options, TranscriptionSessionConfig? seed)
    {
        TranscriptionSessionConfig config = seed is null ? new TranscriptionSessionConfig() : seed with { };
        if (options.TranscriptionOptions is { } transcription)
            config.InputTranscription = ToTranscriber(transcription);
        else if (options.Model is { } model && !config.InputTranscription.IsSet)
            config.InputTranscription = new InputTranscription { Model = model };
        if (options.VoiceActivityDetection is { } detection)
            config.TurnDetection = ToDetection(detection, config.TurnDetection.Value);
        return config;
    }

    private static InputTranscription ToTranscriber(TranscriptionOptions options)
    {
        var transcription = new InputTranscription();
        if (options.ModelId is { } model)
            transcription.Model = model;
        if (options.SpeechLanguage is { } language)
            transcription.Language = language;
        if (options.Prompt is { } prompt)
            transcription.Prompt = prompt;
        return transcription;
    }

    private static TranscriptionOptions? OfTranscriber(InputTranscription? transcription) => transcription is null ? null : new TranscriptionOptions
    {
        ModelId = transcription.Model.Value?.Value,
        SpeechLanguage = transcription.Language.Value,
        Prompt = transcription.Prompt.Value,
    };

    private static TurnDetection? ToDetection(VoiceActivityDetectionOptions options, TurnDetection? seed)
    {
        if (!options.Enabled)
            return null;
        TurnDetection detection = seed is null ? new ServerVad { CreateResponse = true } : seed with { };
        detection.InterruptResponse = options.AllowInterruption;
        return detection;
    }

    private static VoiceActivityDetectionOptions OfDetection(TurnDetection? detection) => new()
    {
        Enabled = detection is not null,
        AllowInterruption = detection?.InterruptResponse.Value ?? true,
    };

    private static SessionTool ToTool(AITool tool) => tool switch
    {
        AIFunctionDeclaration function => new FunctionDefinition
        {
            Name = function.Name,
            Description = function.Description.Length > 0 ? function.Description : default(Optional<string?>),
            Parameters = function.JsonSchema,
        },
        HostedMcpServerTool server => ToServer(server),
        _ => throw new NotSupportedException($"The tool '{tool.Name}' is a {tool.GetType().Name}. A realtime session takes functions (AIFunction, AIFunctionDeclaration) and MCP servers (HostedMcpServerTool)."),
    };

    private static McpServer ToServer(HostedMcpServerTool tool)
    {
        var server = new McpServer { ServerLabel = tool.ServerName };
        if (Uri.TryCreate(tool.ServerAddress, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            server.ServerUrl = tool.ServerAddress;
        else
            server.ConnectorId = tool.ServerAddress; // one of OpenAI's own, by its name
        if (tool.ServerDescription is { } description)
            server.ServerDescription = description;
        if (tool.Headers is { Count: > 0 } headers)
            server.Headers = new StringMap(headers);
        if (tool.AllowedTools is { } allowed)
            server.AllowedTools = McpToolSelection.Named([.. allowed]);
        if (tool.ApprovalMode is { } mode)
            server.RequireApproval = ToPolicy(mode);
        return server;
    }

    private static McpApprovalPolicy ToPolicy(HostedMcpServerToolApprovalMode mode)
    {
        if (mode is not HostedMcpServerToolRequireSpecificApprovalMode specific)
            return mode is HostedMcpServerToolNeverRequireApprovalMode ? McpApprovalPolicy.Never : McpApprovalPolicy.Always;
        var rules = new McpApprovalRules();
        if (specific.AlwaysRequireApprovalToolNames is { } always)
            rules.Always = new McpToolSelection { ToolNames = [.. always] };
        if (specific.NeverRequireApprovalToolNames is { } never)
            rules.Never = new McpToolSelection { ToolNames = [.. never] };
        return rules;
    }
}
