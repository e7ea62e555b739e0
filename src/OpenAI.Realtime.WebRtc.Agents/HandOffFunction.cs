using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The tool with which the model hands the conversation over to another agent.</summary>
internal sealed class HandOffFunction(VoiceAgent to) : AIFunction
{
    private static readonly JsonElement NoParameters = JsonElement.Parse("""{"type":"object","properties":{}}""");

    /// <exception cref="ArgumentException">The agent's name has no letter and no digit of ASCII.</exception>
    public override string Name { get; } = SnakeCase(to.Name) is { Length: > 0 } name ? "transfer_to_" + name : throw new ArgumentException(
        $"The agent '{to.Name}' cannot be handed over to: its tool is named by the letters A to Z and the digits of its {nameof(VoiceAgent.Name)}, and it has none. Name it so, and say what it is in {nameof(VoiceAgent.HandOffDescription)}.");

    public override string Description => to.HandOffDescription is { } when ? $"Hands the conversation over to {to.Name}. {when}" : $"Hands the conversation over to {to.Name}.";

    public override JsonElement JsonSchema => NoParameters;

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var conversation = (VoiceConversation)arguments.Context![typeof(VoiceConversation)]!;
        await conversation.ChangeAgentAsync(to, cancellationToken).ConfigureAwait(false);
        return new JsonObject { ["assistant"] = to.Name }.ToJsonString();
    }

    /// <summary>A name in letters that a tool's name may have: <c>Billing Desk</c> and <c>BillingDesk</c> become <c>billing_desk</c>.</summary>
    private static string SnakeCase(string? name)
    {
        name ??= "";
        var snake = new StringBuilder();
        for (int i = 0; i < name.Length; i++)
        {
            bool begins = !char.IsAsciiLetterOrDigit(name[i]) || (i > 0 && char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1]));
            if (begins && snake.Length > 0 && snake[^1] != '_')
                snake.Append('_');
            if (char.IsAsciiLetterOrDigit(name[i]))
                snake.Append(char.ToLowerInvariant(name[i]));
        }

        return snake.ToString().Trim('_');
    }
}
