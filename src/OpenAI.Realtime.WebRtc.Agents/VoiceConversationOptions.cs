using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How a conversation is held, whoever leads it. Read once, when it is begun.</summary>
public sealed class VoiceConversationOptions
{
    /// <summary>How tools are run. Default: all defaults of <see cref="VoiceToolOptions"/>.</summary>
    public VoiceToolOptions Tools { get; set; } = new();

    /// <summary>How the guardrails of agents are run. Default: all defaults of <see cref="VoiceGuardrailOptions"/>.</summary>
    public VoiceGuardrailOptions Guardrails { get; set; } = new();

    /// <summary>How long responses may take. Default: all defaults of <see cref="ResponseGateOptions"/>.</summary>
    public ResponseGateOptions Responses { get; set; } = new();

    /// <summary>When and how the call beneath is exchanged for another. Default: all defaults of <see cref="ConversationCallOptions"/>: before the service's limit, and when it is lost.</summary>
    public ConversationCallOptions Calls { get; set; } = new();

    /// <summary>What ends the conversation by itself. Default: nothing does.</summary>
    public ConversationLimits Limits { get; set; } = new();
    /// <summary>
    /// Whether the session has the agent's configuration already, because its call was opened with <see cref="VoiceAgent.ToSessionConfig()"/>: then it is not sent again, and what somebody else has changed since stays as it
    /// is. Default: false.
    /// </summary>
    public bool IsConfigured { get; set; }

    /// <summary>A conversation of before that this one goes on with: the model is told it, and <see cref="VoiceConversation.History"/> begins with it. Default: null, none.</summary>
    public HistorySnapshot? History { get; set; }

    /// <summary>How many characters of the conversation a call is told at most, the newest: of <see cref="History"/> at the beginning, of all that was said when the call is exchanged. Default: 200,000.</summary>
    public int MaxReplayedCharacters { get; set; } = 200_000;

    /// <summary>How many items the history keeps; then the oldest go, here and not at the service. Default: 1,000.</summary>
    public int MaxHistoryItems { get; set; } = 1_000;

    /// <summary>How many updates wait for their reader; then the oldest go, and an <see cref="UpdatesLostUpdate"/> says how many. Words of one item that wait together count once. Default: 1,024.</summary>
    public int UpdateCapacity { get; set; } = 1_024;

    /// <summary>Whether every event of the service is an update as well, a <see cref="ServerEventUpdate"/>. Default: false.</summary>
    public bool IncludeEvents { get; set; }

    /// <summary>How long the service may take to say that a configuration is in effect. Default: 5 s.</summary>
    public TimeSpan ConfigureTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What functions with a parameter of type <see cref="IServiceProvider"/> are given. Default: null.</summary>
    public IServiceProvider? Services { get; set; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where log messages go; what is said is in none of them. Default: null, nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Tools);
        ArgumentNullException.ThrowIfNull(Responses);
        ArgumentNullException.ThrowIfNull(Guardrails);
        ArgumentNullException.ThrowIfNull(Calls);
        ArgumentNullException.ThrowIfNull(Limits);
        Tools.Validate();
        Responses.Validate();
        Guardrails.Validate();
        Calls.Validate();
        Limits.Validate();
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxReplayedCharacters, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxHistoryItems, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(UpdateCapacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConfigureTimeout, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
    }
}
