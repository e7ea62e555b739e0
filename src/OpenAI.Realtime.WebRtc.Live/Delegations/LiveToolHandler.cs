using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Functions of the program for the Responses model that the service runs: set <see cref="LiveSessionSettings.Delegation"/> to a <see cref="LiveResponsesDelegation"/>, whose tools these functions become. They are run as those of
/// a <see cref="VoiceAgent"/> are: same functions, same settings (<see cref="VoiceTool"/>), approvals and limits. One output goes out for each call, then the model goes on.
/// </summary>
public sealed class LiveToolHandler : LiveDelegationHandler
{
    private ToolSet _set = ToolSet.Empty;

    /// <summary>
    /// The functions, as <c>AIFunctionFactory.Create</c> makes them. Wrapped in <c>ApprovalRequiredAIFunction</c> each call asks first; wrapped in <see cref="VoiceTool"/> it is run in another way. Default: none.
    /// </summary>
    public IReadOnlyList<AITool> Tools { get; set; } = [];

    /// <summary>How they are run. <see cref="VoiceToolOptions.RespondAfterMcpCalls"/> has no meaning here. Default: all defaults of <see cref="VoiceToolOptions"/>.</summary>
    public VoiceToolOptions ToolOptions { get; set; } = new();

    /// <summary>What functions with a parameter of type <see cref="IServiceProvider"/> are given. Default: null.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>
    /// Told of each call that needs the program's leave, on the pool; answer with <see cref="ILiveSession.Approve"/> or <see cref="ILiveSession.Refuse"/>. The model waits meanwhile, the voice does not. Default: null,
    /// such calls are refused.
    /// </summary>
    public Action<ILiveSession, ApprovalRequest>? OnApproval { get; set; }

    /// <summary>Told of each call when it begins and when it ends: one at a time, in order, under no lock. Must be quick; what it throws is logged. Default: null.</summary>
    public Action<ILiveSession, ToolCall>? OnCall { get; set; }

    /// <summary>
    /// How many items a session's model takes: outputs of functions and what the program sends itself. The service's documents do not say so; others have measured it. Default: 128.
    /// </summary>
    public int MaxBackendItems { get; set; } = 128;

    /// <summary>How many bytes of such items it takes. One result takes a quarter of what is left at most, and says so when it was cut. Default: 32,768; as <see cref="MaxBackendItems"/>.</summary>
    public int MaxBackendBytes { get; set; } = 32_768;

    /// <summary>How long the service may take to begin a response that was asked for; then the user is told that the task failed. Default: 30 s.</summary>
    public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal ToolSet Set => _set;

    internal override void Prepare()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBackendItems, 8);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBackendBytes, 4_096);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ResponseTimeout, TimeSpan.Zero);
        ArgumentException.ThrowIfNullOrWhiteSpace(FailureText);
        ArgumentNullException.ThrowIfNull(ToolOptions);
        _ = new ToolRunner(ToolOptions, Services);      // checks them
        _set = new ToolSet(Tools);
    }

    /// <inheritdoc/>
    public override LiveSessionConfig Configure(LiveSessionConfig session)
    {
        ArgumentNullException.ThrowIfNull(session);
        Prepare();
        if (session.Delegation.Value is not LiveResponsesDelegation { Responses.Value: { } responses } delegation)
            throw new ArgumentException($"{nameof(LiveToolHandler)} runs functions for a Responses model: set Session.Delegation to a {nameof(LiveResponsesDelegation)} with the model in its Responses.");
        LiveTool[] functions = [.. Tools.OfType<AIFunction>().Select(Define)];
        string[] twice = [.. responses.Tools.OfType<LiveFunctionTool>().Select(tool => tool.Name ?? "").Where(name => _set.TryFind(name, out _))];
        if (twice.Length > 0)
            throw new ArgumentException($"The configuration has functions that {nameof(Tools)} has, too: {string.Join(", ", twice)}. Leave them out of the configuration.");
        return session with { Delegation = delegation with { Responses = responses with { Tools = [.. responses.Tools, .. functions] } } };
    }

    internal override IDelegationRun Serve(IDelegationLink link) => new BackendRun(this, link);

    private static LiveFunctionTool Define(AIFunction function) => new()
    {
        Name = function.Name,
        Description = function.Description.Length > 0 ? function.Description : default(Optional<string?>),
        Parameters = function.JsonSchema,
    };
}
