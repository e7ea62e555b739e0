using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>Functions run on the pool; what is written down of them is on the grain's turns.</summary>
internal sealed partial class CallAgentGrain : IToolRecords
{
    public Task<string?> BeginAsync(ToolCall call) => OnTurnAsync<string?>(async () =>
    {
        if (Record.Find(call.CallId) is { } known)
            return known.Output ?? Unknown;
        Record.Add(new ToolRecord { CallId = call.CallId, Name = call.Name, Arguments = call.Arguments });
        await _writer.SaveAsync();     // fails: so does the tool, which then has not been run
        return null;
    });

    public Task EndAsync(string callId, string output) => OnTurnAsync<bool>(async () =>
    {
        if (Record.Find(callId) is not { } tool)
            return false;
        tool.Output = output;
        await TryAsync(_writer.SaveAsync);     // the model is told in any case
        return true;
    });

    // Not through the conversation, which knows nothing of the call: it was asked for over a socket that is gone.
    private async Task<string> RunAgainAsync(ToolRecord tool, VoiceConversation talk, VoiceAgent agent, VoiceConversationOptions options)
    {
        if (agent.Tools.OfType<AIFunction>().FirstOrDefault(function => function.Name == tool.Name) is not { } function)
            return Unknown;
        var runner = new ToolRunner(options.Tools, options.Services, options.TimeProvider, options.LoggerFactory);
        // Without the call in the context a recorded tool runs as it is.
        var context = new Dictionary<object, object?> { [typeof(VoiceConversation)] = talk };
        return (await runner.RunAsync(function, tool.Arguments, context, _leaving.Token)).Text;
    }

    private Task<T> OnTurnAsync<T>(Func<Task<T>> work) => Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, _turns).Unwrap();
}
